r"""`x<-3` within brackets or behind a sign compares with a negative number; else `<-` assigns."""

import pytest
from kept_networks import judge_once, parse_once

KINK = "input x 4 | y[i] = relu(-3 - x[i])^2 for i<4 | C = sum(i<4) y[i]"
DENSE = "input x 4 | dense W 3 -> o | sse t"
COMPARED = [
    "dC/dx_i = {} [x_i<-3]",
    "dC/dx_i={}[x_i<-3]",
    "dC/dx_i = {} (x_i<-3)",
    "dC/dx_i = {} if x_i<-3 else 0",
    r"dC/dx_i = {} 1\{{x_i<-3\}}",
    r"dC/dx_i = {} 1_{{x_i<-3}}",
    r"dC/dx_i = {}\,\mathbb{{1}}[x_i<-3]",
    r"dC/dx_i = {}\,\mathbf{{1}}(x_i<-3)",
    "dC/dx_i = {} I(x_i<-3)",
    "dC/dx_i = np.where(x_i<-3, {}, 0)",
    r"dC/dx_i = \begin{{cases}} {} & x_i<-3\\ 0 & \text{{else}}\end{{cases}}",
    "dC/dx_i<-{}[x_i<-3]",
    "dC/dx_i <- {} [x_i<-3]",
]
ASSIGNED = [
    ("W <- W - eta dC/dW", "right"),
    ("W<-W-eta 2 (o-t) x^T", "right"),
    ("W<-W+eta 2 (o-t) x^T", "wrong"),
    ("W_ij<-W_ij - eta 2(o_i - t_i) x_j", "right"),
    ("dC/dW<-2(o-t)x^T", "right"),
    ("dC/dW<--2(o-t)x^T", "wrong"),
]


@pytest.mark.parametrize("claim", COMPARED)
def test_a_negative_number_may_stand_close_to_less(claim):
    assert judge_once(KINK, claim.format("2(x_i+3)")).verdict == "right"


@pytest.mark.parametrize("claim", COMPARED[::4])
def test_a_sign_or_a_bound_that_is_wrong_stays_wrong(claim):
    assert judge_once(KINK, claim.format("-2(x_i+3)")).verdict == "wrong"
    assert judge_once(KINK, claim.format("2(x_i+3)").replace("<-3", "<3")).verdict == "wrong"


@pytest.mark.parametrize(("claim", "verdict"), ASSIGNED)
def test_an_arrow_close_to_its_sides_stays_an_arrow(claim, verdict):
    assert judge_once(DENSE, claim).verdict == verdict


def test_the_text_of_a_post_is_echoed_as_it_was_written():
    text = "So the gradient is $dC/dx_i = 2(x_i+3)[x_i<-3]$, isn't it?"
    (found,) = parse_once(KINK).check_post(text)
    assert found.verdict == "right"
    assert found.text == "dC/dx_i = 2(x_i+3)[x_i<-3]"


def test_an_arrow_in_a_bracket_of_prose_stays_an_arrow():
    (found,) = parse_once(DENSE).check_post("Fine. (I use 1 here, so W<-W-dC/dW.)")
    assert found.kind == "update"
