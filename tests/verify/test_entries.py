"""Random entries are where a formula has a value: classes, probabilities, positive numbers."""

import pytest

from symconv.api import Network
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import count_label_classes, draw_float_point
from symconv.verify.sampling import draw_points, needs_reals


def whole(text):
    return Network.parse(text).backward().program


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_labels_are_classes(seed, reduction):
    program = whole(f"input x Q batch N | cross_entropy t labels reduction {reduction} -> C")
    made = draw_points(program, 2, seed)
    for trial in (*made, draw_float_point(program, pick_sizes(program, seed), seed)):
        count = count_label_classes(program, trial.sizes)["t"]
        assert count == trial.sizes[next(s for s in trial.sizes if s.name == "Q")]
        assert set(trial.values["t"].values()) <= set(range(count))
        assert all(isinstance(n, int) for n in trial.values["t"].values())


def test_every_class_occurs():
    program = whole("input x 4 batch 30 | cross_entropy t labels -> C")
    assert set(draw_points(program, 1, 0)[0].values["t"].values()) == {0, 1, 2, 3}


@pytest.mark.parametrize("seed", range(4))
def test_probabilities_lie_strictly_between_0_and_1_where_they_are_floats(seed):
    program = whole("input x HxW | bce t -> C")
    trial = draw_float_point(program, pick_sizes(program, seed), seed)
    assert all(0 < p < 1 for p in trial.values["x"].values())


@pytest.mark.parametrize("seed", range(4))
def test_arguments_of_a_logarithm_are_positive_where_they_are_floats(seed):
    program = whole("input x H | y[i] = log(x[i]) * exp(x[i])")
    (trial,) = draw_points(program, 1, seed)
    assert all(n > 0 for n in trial.values["x"].values())


def test_entries_are_of_both_signs_with_zeros_and_ties_wherever_they_can_be():
    values = (
        draw_points(whole("input x 6x6 | relu -> a | maxpool 2 -> p"), 1, 0)[0].values["x"].values()
    )
    assert {-1, 0, 1} <= {(n > 0) - (n < 0) for n in values}
    assert len(set(values)) < len(values)


def test_log_sum_exp_is_calculated_with_floats_and_a_polynomial_exactly():
    assert needs_reals(whole("input x Q | softmax -> p"))
    assert not needs_reals(whole("input x HxW | elu -> a | sse t -> C"))
