"""A mean is written where the definition means one, not where a factor happens to be 1/extent."""

import numpy as np
import pytest

from symconv.api import Network

SUMS = [
    ("input x 2 | half_sse t -> C", "((x - t) ** 2).sum() / 2"),
    ("input x 2x1 | half_sse t -> C", ".sum() / 2"),
    ("input x 1 batch 2 | half_sse t -> C", ".sum() / 2"),
    ("input x 4 | conv w 3 -> z | half_sse t -> C", "((z - t) ** 2).sum() / 2"),
    ("input x 2x2 | avgpool 2 divisor 4 -> p", "x.sum() / 4"),
    ("input x 4x4 | avgpool 2 divisor 4 -> p", "x.reshape(2, 2, 2, 2).sum(axis=(1, 3)) / 4"),
    ("input x 6 | avgpool 3 divisor 3 -> p", "x.reshape(2, 3).sum(axis=1) / 3"),
    ("input x 4 | y[i] = 1/2 * sum(m<2) x[2*i+m] for i<2", ".sum(axis=1) / 2"),
    ("input x 3 | y[i] = sum(m<3) x[m]/3 for i<1", "x.sum() / 3"),
    ("input x 3 | y[i] = 1/12 * sum(k<2, m<3) x[m] for i<1", "x.sum() / 6"),
]
MEANS = [
    ("input x 2 | mse t -> C", "((x - t) ** 2).mean()"),
    ("input x 2 batch 2 | mse t -> C", "((x - t) ** 2).mean()"),
    ("input x K batch N | mse t -> C", "((x - t) ** 2).mean()"),
    ("input x 3 batch 2 | bce t -> C", ".mean()"),
    ("input x 3 | smooth_l1 t -> C", ".mean()"),
    ("input x 3 | l1 t -> C", ".mean()"),
    ("input x 4x4 | avgpool 2 -> p", "x.reshape(2, 2, 2, 2).mean(axis=(1, 3))"),
    ("input x 2x4x4 | global_avgpool -> p", "x.mean(axis=(1, 2))"),
    ("input x 2x3x5x5 | batchnorm -> y", "mu = x.mean(axis=(0, 2, 3))"),
    ("input x 4 batch 2 | rmsnorm -> y", "nu = (x**2).mean(axis=1)"),
]


def code(text):
    return Network.parse(text).numpy_source()


@pytest.mark.parametrize(("text", "written"), SUMS)
def test_a_factor_that_happens_to_be_one_over_the_extent_is_no_mean(text, written):
    source = code(text)
    assert written in source
    assert ".mean(" not in source + Network.parse(text).numpy_source("fast")


@pytest.mark.parametrize(("text", "written"), MEANS)
def test_a_mean_stays_a_mean(text, written):
    assert written in code(text)


@pytest.mark.parametrize("text", [text for text, _ in SUMS + MEANS])
def test_sums_and_means_are_what_the_equations_say(text):
    assert all(check.passed for check in Network.parse(text).verify())


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("input x K batch N | mse t -> C", {"K": 2, "N": 1}),
        ("input x NxCxHxW | batchnorm -> y", {"N": 2, "C": 3, "H": 2, "W": 2}),
        ("input x KxL | l1 t -> C", {"K": 3, "L": 1}),
    ],
)
def test_a_mean_outlives_the_sizes_that_it_was_stated_with(text, sizes):
    assert ".mean(" in Network.parse(text).fixed(**sizes).numpy_source()


def test_a_constant_gate_of_two_terms_does_not_become_a_mean_backwards():
    """The gradient by w is 1/2 of a sum of two products."""
    network = Network.parse("input x 2 | y[i] = w[0] * x[i] / 2 | sse t -> C")
    assert ".mean(" not in network.numpy_source()


def test_an_index_that_a_term_does_not_have_counts_its_values():
    """1/12 of three entries, each counted twice, is half of their mean."""
    made = Network.parse("input x 3 | y[i] = 1/12 * sum(k<2, m<3) x[m] for i<1")
    found = made.compile().forward(x=np.array([1.0, 2.0, 6.0]))
    assert np.allclose(found.y, 1.5)
