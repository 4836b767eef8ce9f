"""A claim that something is 0 is judged without values, too: for all values, with an example."""

import pytest

from symconv import Network
from symconv.claims import check_claim, check_post

CONV = Network.parse("input x 3x3 | conv w 2x2 -> z | sse t -> C", "ij0")
RELU = Network.parse("input x 3x3 | conv w 2x2 -> z | relu -> a | sse t -> C", "ij0")
ALL = "no values are given, so that '= 0' is read as: 0 for all values"
WRONG = [
    ("dC/dw_3 = 0", "x_{2,2} = w_{1,1} = 1, all else 0: true 2, yours 0"),
    ("0 = dC/dw_3", "x_{2,2} = w_{1,1} = 1, all else 0: true 2, yours 0"),
    ("dC/dw_{1,1} = 0", "x_{2,2} = w_{1,1} = 1, all else 0: true 2, yours 0"),
    (r"\frac{\partial z_{0,0}}{\partial x_{0,0}} = 0", "w_{0,0} = 1, all else 0: true 1, yours 0"),
    ("z_{0,0} - x_{0,0} = 0", "x_{0,0} = 1, all else 0: true -1, yours 0"),
    (r"\sum_{m,n} dC/dz_{m,n} = 0", "t_{1,1} = 1, all else 0: true -2, yours 0"),
    ("dC/dw_{m,n} = 0", None),
    ("dC/dw_{0,0} = 2*0 = 0", None),
    ("dC/dw = 0", None),
    (r"dC/dw = \begin{pmatrix}0&0\\0&0\end{pmatrix}", None),
    ("dC/dx_{i,j} = 0", None),
    ("w^{+} - w = 0", None),
]


@pytest.mark.parametrize(("text", "example"), WRONG)
def test_what_is_not_always_zero_is_wrong_with_an_example(text, example):
    verdict = check_claim(CONV, text)
    assert verdict.verdict == "wrong", str(verdict)
    assert verdict.names == ()
    assert ALL in verdict.notes
    assert "yours 0" in verdict.counterexample or "yours [0, 0, 0, 0]" in verdict.counterexample
    assert example in {None, verdict.counterexample}


def test_what_it_is_instead_is_shown():
    verdict = check_claim(CONV, "dC/dw_3 = 0")
    assert verdict.truth.startswith("dC/dw_{1,1} = 2((z_{0,0} - t_{0,0}) x_{1,1} + ")
    assert not check_claim(CONV, "dC/dw_3 = 0", explain=False)


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{\partial z_{0,0}}{\partial x_{2,2}} = 0",
        r"\frac{\partial t}{\partial w} = 0",
        r"0 = \frac{\partial t_{0,1}}{\partial w}",
        "dC/dw_{1,1} - dC/dw_{1,1} = 0",
        "dC/dt + dC/dz = 0",
    ],
)
def test_what_is_always_zero_is_right(text):
    verdict = check_claim(CONV, text)
    assert verdict.verdict == "right", str(verdict)


@pytest.mark.parametrize("text", ["dC/dw_3 = 0", "dC/dw = 0", "dC/dx_{i,j} = 0", "0 = dC/dz_{0,0}"])
def test_a_dead_relu_is_a_condition_and_the_example_is_shown(text):
    verdict = check_claim(RELU, text)
    assert (verdict.verdict, verdict.names) == ("right under a condition", ("dead_relu",))
    assert "yours 0" in verdict.counterexample


def test_zeros_of_another_shape_do_not_fit():
    verdict = check_claim(CONV, "dC/dw = [0, 0]")
    assert (verdict.verdict, verdict.names) == ("wrong", ("shapes",))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("dC/dw_3 = 0.0", "claim"),
        ("dC/dw_3 = 7", "claim"),
        ("dC/dw_3 = 2*3 = 6", "claim"),
        ("w_{0,0} = 0", "given value"),
    ],
)
def test_a_number_without_values_is_not_checked(text, kind):
    verdict = check_claim(CONV, text)
    assert (verdict.verdict, verdict.kind) == ("not checked", kind), str(verdict)


def test_numbers_that_do_not_agree_are_wrong_whatever_they_stand_for():
    assert check_claim(CONV, "dC/dw_3 = 2*3 = 7").verdict == "wrong"


VALUES = {"x": [[1, -1, 0], [0, 1, 0], [0, -1, 1]], "w": [[1, -1], [1, 1]], "t": [[1, 0], [0, 1]]}
NOTHING = {**VALUES, "x": [[0] * 3] * 3}


@pytest.mark.parametrize("text", ["dC/dw = 0", "dC/dw_{0,0} = 0", "dC/dw = 0.0"])
@pytest.mark.parametrize(
    ("values", "verdict"),
    [(VALUES, "wrong"), (NOTHING, "right"), ({"x": NOTHING["x"]}, "not checked")],
)
def test_with_values_zero_is_a_number_like_any_other(text, values, verdict):
    found = check_claim(CONV, text, values)
    assert found.verdict == verdict
    assert ALL not in found.notes


def test_a_learning_rate_is_no_value_of_the_network():
    assert check_claim(CONV, "dC/dw_3 = 0", {"eta": "0.1"}).verdict == "wrong"


def test_in_a_post_the_values_before_it_count():
    text = "dC/dw_{0,0} = 0\nx = [[0,0,0],[0,0,0],[0,0,0]]\ndC/dw_{0,0} = 0\n"
    found = check_post(CONV, text)
    assert [v.verdict for v in found] == ["wrong", "not checked", "not checked"]
    text += "w = [[1,1],[1,1]]\nt = [[1,1],[1,1]]\ndC/dw_{0,0} = 0\n"
    assert check_post(CONV, text)[-1].verdict == "right"
