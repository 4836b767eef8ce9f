"""Products of vectors: x d^T is an outer product, x^T d a dot product, and neither is a third one.

The gradient of a fully connected layer is d x^T, entry by entry d_i x_j.
"""

import pytest

from symconv import Network
from symconv.claims import check_claim

WIDE = Network.parse("input x 2 | dense w 3 -> z | sse t -> C", "ij0")
SQUARE = Network.parse("input x 3 | dense w 3 -> z | sse t -> C", "ij0")
DEEP = Network.parse("input x 3 | dense w 3 -> z | sigmoid -> a | dense v 3 -> q | sse t -> C")
ONE_OUT = Network.parse("input x 3 | dense w 1 -> z | sse t -> C", "ij0")
ONE_IN = Network.parse("input x 1 | dense w 3 -> z | sse t -> C", "ij0")
SIGNS = ["", r"\cdot", "*", r"\times", "@"]
OUTER = "the product of a column and a row is read as their outer product, {}"
DOT = "the product of a row and a column is read as their dot product"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(("network", "shape"), [(WIDE, "3 x 2"), (SQUARE, "3 x 3")])
@pytest.mark.parametrize("transposed", [r"x^T", r"(x)^T", r"x^{\top}"])
def test_a_column_times_a_row_is_the_outer_product(sign, network, shape, transposed):
    verdict = check_claim(network, rf"dC/dw = \delta {sign} {transposed}")
    assert verdict.verdict == "right", str(verdict)
    assert OUTER.format(shape) in verdict.notes


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("network", [WIDE, SQUARE])
def test_the_other_order_is_the_transposed_matrix(sign, network):
    product = rf"x {sign} (\delta)^T"
    assert check_claim(network, rf"(dC/dw)^T = {product}").verdict == "right"
    verdict = check_claim(network, rf"dC/dw = {product}")
    assert verdict.verdict == "wrong"
    assert verdict.names[0] in {"transposed", "shapes"}


@pytest.mark.parametrize("sign", SIGNS)
def test_a_row_times_a_column_is_the_dot_product(sign):
    verdict = check_claim(SQUARE, rf"\sum_i x_i \delta_i = x^T {sign} \delta")
    assert verdict.verdict == "right", str(verdict)
    assert DOT in verdict.notes
    assert check_claim(SQUARE, rf"\sum_i x_i \delta_i = x {sign} \delta^T").verdict == "wrong"
    assert check_claim(SQUARE, rf"dC/dw = x^T {sign} \delta").verdict == "wrong"


@pytest.mark.parametrize("sign", SIGNS)
def test_rows_and_columns_of_different_lengths_do_not_fit(sign):
    verdict = check_claim(WIDE, rf"\sum_i x_i z_i = x^T {sign} \delta")
    assert (verdict.verdict, verdict.names) == ("wrong", ("shapes",))
    assert "arrays of 1 x 2 and 3 do not fit together" in verdict.causes[0].text


@pytest.mark.parametrize("sign", ["", r"\cdot", "*"])
def test_a_column_and_a_row_are_never_multiplied_entry_by_entry(sign):
    slope = "((1-a) \\odot a)"
    right = check_claim(DEEP, rf"dC/dz = \delta^a \odot {slope}")
    assert right.verdict == "right"
    verdict = check_claim(DEEP, rf"dC/dz = \delta^a {sign} {slope}^T")
    assert verdict.verdict == "wrong", str(verdict)
    assert check_claim(DEEP, rf"dC/dz = \delta^a {sign} {slope}").verdict == "right"
    assert check_claim(DEEP, rf"dC/dz = \delta^a {sign} a {sign} (1 - a)").verdict == "right"


@pytest.mark.parametrize(
    "text",
    [
        r"dC/dv = \delta^q a^T",
        r"dC/dw = (v^T \delta^q \odot a \odot (1-a)) x^T",
        r"dC/dw = (a \odot (1-a) \odot (v^T * \delta^q)) * x^T",
        r"dC/da = ((\delta^q)^T * v)^T",
        r"\sum_i a_i \delta^a_i = a^T \cdot v^T \cdot \delta^q",
    ],
)
def test_products_in_a_network_of_square_layers(text):
    assert check_claim(DEEP, text).verdict == "right"


@pytest.mark.parametrize("sign", ["", r"\cdot", "*"])
def test_two_vectors_with_a_dot_between_them(sign):
    verdict = check_claim(WIDE, f"C = (z - t) {sign} (z - t)")
    assert verdict.verdict == "right"
    assert "the product of two vectors is read as their dot product" in verdict.notes
    assert check_claim(WIDE, f"C = (z - t) {sign} (z + t)").verdict == "wrong"


@pytest.mark.parametrize("network", [ONE_OUT, ONE_IN])
def test_one_number_is_its_own_transpose(network):
    assert check_claim(network, r"dC/dw = \delta x^T").verdict == "right"
    assert check_claim(network, r"dC/dx = w^T \delta").verdict == "right"
    assert check_claim(network, r"dC/dw = 5 \delta x^T").verdict == "wrong"


def test_a_row_is_no_matrix_of_one_column():
    assert check_claim(ONE_IN, r"(dC/dw)^T = x \delta^T").verdict == "right"
    assert check_claim(ONE_IN, r"dC/dw = x \delta^T").verdict == "wrong"
