"""What a network predicts follows from its equations: the last value before a target is read."""

import pytest

from symconv.api import Network
from symconv.codegen.python.prediction import find_prediction

VALUES = [
    ("input x Nx5 | dense w 4 -> h | relu -> a | sse t -> C", "a"),
    ("input x Nx5 | dense w 4 -> h | sigmoid -> a | bce t -> C", "a"),
    ("input x Nx5 | dense w 4 -> h | softmax -> p | mse t -> C", "p"),
    ("input x Nx5 | dense w 4 -> h | huber t -> C", "h"),
    ("input x Nx5 | dense w 4 -> h | dropout m -> d | dense v 2 -> o | sse t -> C", "o"),
]
PROBABILITIES = [
    ("cross_entropy t labels", "exp(h[i0, i1] - LogSumExp(h[i0, r], (r, 0, 3)))"),
    ("cross_entropy t", "exp(h[i0, i1] - LogSumExp(h[i0, r], (r, 0, 3)))"),
    ("cross_entropy t labels weights v", "exp(h[i0, i1] - LogSumExp(h[i0, r], (r, 0, 3)))"),
    ("cross_entropy t labels smoothing 0.1", "exp(h[i0, i1] - LogSumExp(h[i0, r], (r, 0, 3)))"),
    ("cross_entropy t labels ignore 0", "exp(h[i0, i1] - LogSumExp(h[i0, r], (r, 0, 3)))"),
    ("bce_logits t", "sigmoid(h[i0, i1])"),
    ("bce_logits t pos_weight p", "sigmoid(h[i0, i1])"),
    ("log_softmax -> l | nll_loss t labels", "exp(l[i0, i1])"),
]


@pytest.mark.parametrize(("text", "key"), VALUES)
def test_a_value_is_predicted_as_it_stands(text, key):
    found = find_prediction(Network.parse(text).program)
    assert found.output == key == found.equations[-1].key
    assert not any(t.role == "target" and not t.purpose for t in found.tensors)


@pytest.mark.parametrize(("cost", "formula"), PROBABILITIES)
def test_a_cross_entropy_gives_probabilities(cost, formula):
    found = find_prediction(Network.parse(f"input x Nx5 | dense w 4 -> h | {cost}").program)
    assert str(found.equation(found.output).rhs) == formula
    assert not any(t.role == "target" for t in found.tensors)


def test_probabilities_have_the_axes_of_the_logits():
    text = "input x Nx3x4x4 | conv w 1x1 channels 5 -> z | cross_entropy t labels"
    found = find_prediction(Network.parse(text).program)
    assert str(found.equations[-1].rhs) == (
        "exp(z[i0, i1, i2, i3] - LogSumExp(z[i0, r, i2, i3], (r, 0, 4)))"
    )


@pytest.mark.parametrize(
    "text", ["input x 3x3 | relu | sse t", "input x 3x3 | conv w 2x2", "input x Nx3 | sse t"]
)
def test_without_parameters_or_a_cost_nothing_is_predicted(text):
    assert find_prediction(Network.parse(text).program) is None


def test_a_name_that_is_taken_gets_a_number():
    text = "input prediction Nx5 | dense w 4 | cross_entropy t labels"
    assert find_prediction(Network.parse(text).program).output == "prediction^2"
