"""At a kink every side is a convention: a bracket may be the one minus the other way round."""

import pytest
from kept_networks import judge_once

RIGHT = [
    ("max(2*x[i], 1/2)", "2 [2x_i > 1/2]"),
    ("max(2*x[i], 1/2)", "2 [x_i > 1/4]"),
    ("max(2*x[i], 1/2)", r"2 (1 - [x_i < \frac{1}{4}])"),
    ("max(2*x[i], 3)", "2 [2x_i > 3]"),
    ("max(3*x[i], 5)", "3 [x_i > 5/3]"),
    ("max(1/2, 4*x[i])", "4 [x_i > 1/8]"),
    ("min(2*x[i], 1/2)", "2 [2x_i < 1/2]"),
    ("min(5*x[i], 3/4)", "5 (1 - [x_i > 3/20])"),
    ("max(-x[i], 1/2)", "(-1) [x_i < -1/2]"),
    ("max(-2*x[i], -1/4)", "(-2) [x_i < 1/8]"),
    ("x[i] + relu(1/2 - x[i])", "[x_i > 1/2]"),
    ("x[i] - relu(x[i] - 3/4)", "[x_i < 3/4]"),
    ("relu(2*x[i] - 1/2)", "2 [2x_i > 1/2]"),
]
WRONG = [
    ("max(2*x[i], 1/2)", "2 [2x_i < 1/2]"),
    ("max(2*x[i], 1/2)", "2 [x_i > 1/2]"),
    ("max(2*x[i], 1/2)", "[2x_i > 1/2]"),
    ("max(2*x[i], 3)", "2 [x_i > 3]"),
    ("max(3*x[i], 5)", "3 [x_i > 5]"),
    ("min(2*x[i], 1/2)", "2 [2x_i > 1/2]"),
    ("min(5*x[i], 3/4)", "5 (1 - [x_i > 3/4])"),
    ("max(-x[i], 1/2)", "[x_i < -1/2]"),
    ("x[i] + relu(1/2 - x[i])", "[x_i < 1/2]"),
    ("x[i] - relu(x[i] - 3/4)", "[x_i < 3/4] + [x_i > 3/4]"),
]


def judge(equation, slope):
    text = f"input x 5 | y[i] = {equation} | half_sse t -> C"
    return judge_once(text, f"dC/dx_i = (y_i - t_i) \\cdot {slope}").verdict


@pytest.mark.parametrize(("equation", "slope"), RIGHT)
def test_a_bracket_that_is_another_at_the_kink_alone_is_not_wrong(equation, slope):
    assert judge(equation, slope) == "right"


@pytest.mark.parametrize(("equation", "slope"), WRONG)
def test_a_bracket_that_is_another_on_a_side_is_never_right(equation, slope):
    assert judge(equation, slope) in {"wrong", "undetermined"}


@pytest.mark.parametrize(
    "claim", ["dL/dz = softmax(t) - z", "L = logsumexp(t)", "p_{n,k} = softmax(t)_{n,k}"]
)
def test_labels_have_no_softmax(claim):
    network = "input z Nx5 | cross_entropy t labels -> L"
    assert judge_once(network, claim).verdict in {"wrong", "unreadable", "not checked"}
