"""Claims with sums as layers write them, with words that mean nothing, and that are no text."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.claims import ClaimError

NET = Network.parse("input i 4x4 | conv w 3x3 -> o | sse y -> C")
TERM = "2 (o[u,v]-y[u,v]) i[u+m,v+n]"


@pytest.mark.parametrize(
    "sums",
    ["sum_{u,v}", "sum(u,v)", "sum(u<2, v<2)", "sum(u<2, v)", "sum(u) sum(v)", "sum(u<1+1) sum(v)"],
)
def test_indices_in_the_bracket_of_a_sum_are_summed_over(sums):
    verdict = NET.check(f"dC/dw[m,n] = {sums} {TERM}")
    assert verdict.verdict == "right", str(verdict)


def test_a_single_index_may_stand_before_a_bracket():
    assert NET.check("dC/dw[m,n] = 2 sum(u) sum(v) (o[u,v]-y[u,v]) i[u+m,v+n]")


def test_an_index_may_have_the_letter_of_a_tensor():
    assert NET.check("dC/dw[m,n] = sum(i, j) 2 (o[i,j]-y[i,j]) i[i+m,j+n]")


@pytest.mark.parametrize("sums", ["sum(u<1, v<2)", "sum(u<2, v<1)"])
def test_the_limit_of_a_sum_is_the_first_number_that_is_left_out(sums):
    verdict = NET.check(f"dC/dw[m,n] = {sums} {TERM}")
    assert verdict.verdict == "wrong"
    assert verdict.terms == (2, 4)


@pytest.mark.parametrize(
    ("claim", "reading"),
    [
        ("C = sum((o - y)**2)", "C = sum((o - y)^2)"),
        ("dC/db = sum(delta)", "∂C/∂b = sum(∂C/∂o)"),
        ("dC/db = sum(delta) 1", "∂C/∂b = sum(∂C/∂o)*1"),
        ("dC/db = 2 sum(o) - 2 sum(y)", "∂C/∂b = 2*sum(o) - 2*sum(y)"),
    ],
)
def test_a_sum_of_an_array_is_read_as_before(claim, reading):
    net = Network.parse("input i 4x4 | conv w 3x3 bias b -> o | sse y -> C")
    verdict = net.check(claim)
    assert verdict.reading == reading
    assert verdict.verdict == "right"


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("dC/dw[m,n] = sum(u,v)", "the formula stops here"),
        ("dC/dw = sum(delta, i)", "')' is missing here"),
        ("dC/dw[m,n] = sum(u<2, 3) i[u,n]", "an index is expected here"),
    ],
)
def test_a_sum_that_is_not_read_is_refused_with_the_place(claim, said):
    verdict = NET.check(claim)
    assert verdict.verdict == "unreadable"
    assert verdict.notes[0].startswith(said)


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("dC/di = full convolution of delta with w", "full"),
        ("dC/di = conv_full(delta, rot180(w))", "conv_full"),
        ("dC/di = foo(delta)", "foo"),
        ("dC/di = bar", "bar"),
    ],
)
def test_a_word_that_means_nothing_is_named_with_the_functions_there_are(claim, word):
    verdict = NET.check(claim)
    assert (verdict.verdict, verdict.reading) == ("not checked", "")
    (said,) = verdict.notes
    assert said.startswith(f"'{word}' is no tensor, index or function here; functions: abs, ")
    for name in ("convolve2d", "correlate2d", "rot180", "where"):
        assert name in said.split("functions: ")[1].split(", ")


def test_a_function_without_brackets_is_named():
    (said,) = NET.check("dC/di = delta conv w").notes
    assert said == "'conv' is a function, and what it is taken of stands in brackets: conv(...)"


def test_what_is_not_a_word_keeps_its_reading():
    verdict = NET.check("dC/di = F(delta)")
    said = "the network has no 'F'; it has i, w, o, y, C"
    assert (verdict.reading, verdict.notes) == ("∂C/∂i = F*delta", (said,))
    assert NET.check("grad = 2 (o - y)").reading == "grad = 2*(o - y)"


@pytest.mark.parametrize("claim", [{"dC/dw": np.zeros((3, 3))}, np.zeros((3, 3)), None, 3, b"C=1"])
def test_a_claim_that_is_no_text_is_refused(claim):
    with pytest.raises(ClaimError, match="a claim is text, and this is of type") as refused:
        NET.check(claim)
    assert type(claim).__name__ in refused.value.message
    assert "values=" in refused.value.help


@pytest.mark.parametrize(
    "claim",
    [
        "dC/dq = 1",
        "∂C/∂q = 1",
        r"\frac{dC}{dq} = 1",
        r"\frac{\partial C}{\partial q} = 1",
        "dC/dq_1 = 1",
    ],
)
def test_a_derivative_by_what_the_network_lacks_is_told_what_it_has(claim):
    verdict = NET.check(claim)
    assert verdict.verdict == "not checked"
    assert verdict.reading in {"∂C/∂q = 1", "∂C/∂q_1 = 1"}
    assert verdict.notes == ("the network has no 'q'; it has i, w, o, y, C",)


def test_a_d_of_the_network_is_multiplied():
    net = Network.parse("input d 2 | dense q 1 -> o | sse y -> C", notation="flat1")
    assert net.check("C = dC/dq").reading == "C = ∂C/∂q"
    assert net.check("C = dC/dr").reading == "C = d*C/d*r"
