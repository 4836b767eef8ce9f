"""The conventions are read off the formulas: factors of costs, and the origin of no title."""

from dataclasses import replace

import pytest
from sympy import Sum

from symconv.api import Network
from symconv.core.equation import Equation, Program
from symconv.core.tensor import Name, Tensor, index, size
from symconv.notation.conventions import describe_conventions, describe_cost

N, K = size("N"), size("K")

SUM = "a sum over all entries, without a factor in front"
HALF = "half the sum over all entries"


def cost(text):
    return [
        line.removeprefix("The cost C is ").removesuffix(".")
        for line in Network.parse(text).conventions
        if line.startswith("The cost C is ")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("input x 4 | mse t -> C", "the mean over all 4 entries"),
        ("input x 2 | mse t -> C", "the mean over all 2 entries"),
        ("input x 2 | half_sse t -> C", HALF),
        ("input x KxL batch N | mse t -> C", "the mean over all N*K*L entries"),
        ("input x HxW | conv w 3x3 -> z | l1 t -> C", "the mean over all (H - 2)*(W - 2) entries"),
        ("input x 4 | mse t reduction sum -> C", SUM),
        ("input x K batch N | sse t -> C", SUM),
        ("input x K batch N | half_sse t -> C", HALF),
        ("input x 3 batch 2 | half_sse t -> C", HALF),
        ("input x K batch N | bce t -> C", "the mean over all N*K entries"),
    ],
)
def test_sum_or_mean_and_the_factor_in_front_of_a_cost_are_said(text, said):
    assert cost(text) == [said]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("cross_entropy t", "minus the mean over the N samples, each a sum over the classes"),
        (
            "cross_entropy t labels",
            "minus the mean over the N samples, each a sum over the classes",
        ),
        (
            "cross_entropy t reduction sum",
            "minus the sum over all samples and classes, without another factor",
        ),
    ],
)
def test_a_softmax_says_what_its_classes_are(layer, said):
    assert cost(f"input x K batch N | {layer} -> C") == [said]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ("10 batch 32", "minus the mean over the 32 samples, each a sum over the classes"),
        ("3 batch 3", "minus the mean over the 3 samples, each a sum over the classes"),
        ("K", "minus the sum over all classes, without another factor"),
        (
            "KxHxW batch N",
            "minus the mean over the N*H*W places of all samples, each a sum over the classes",
        ),
        ("HxW channels K", "minus the mean over the H*W places, each a sum over the classes"),
    ],
)
def test_a_mean_is_over_samples_and_places_and_never_over_classes(sizes, said):
    assert cost(f"input x {sizes} | cross_entropy t -> C") == [said]


B, R = index("b"), index("r")
X = Tensor(Name("x"), (N, K), "input", batch=1)
EVERY = Sum(X[B, R] ** 2, (R, 0, K - 1), (B, 0, N - 1))
ONE = X[0, 0] ** 2


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (EVERY / N, "the mean over the N samples, each a sum over its entries"),
        (EVERY / (2 * N), "half the mean over the N samples, each a sum over its entries"),
        (-EVERY / (2 * N * K), "minus half the mean over all N*K entries"),
        (3 * EVERY, "a sum over all entries, times 3"),
        (EVERY / K, "a sum over all entries, times 1/K"),
        (EVERY + ONE, ""),
        (EVERY * ONE, ""),
        (EVERY * Sum(X[0, R], (R, 0, K - 1)), ""),
        (ONE, ""),
    ],
)
def test_the_words_are_those_of_the_formula_alone(formula, said):
    """Of costs that no layer has: of x with K entries for each of N samples."""
    cost = Tensor(Name("C"), (1,), "cost")
    equation = Equation(cost[0], formula, ())
    assert describe_cost(equation, Program((X, cost), (equation,), "C")) == said


def test_no_title_decides_what_is_said():
    """Half a sum of two terms is meant as their mean by one of two layers, whatever its title."""
    for loss, said in (("half_sse", HALF), ("mse", "the mean over all 2 entries")):
        network = Network.parse(f"input x 2 | {loss} t -> C")
        (equation,) = network.program.equations
        renamed = replace(network.program, equations=(replace(equation, title="anything"),))
        assert describe_conventions(renamed) == network.conventions
        assert f"The cost C is {said}." in network.conventions


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("conv w 2x2 channels 6 groups 2", "output channel, input channel, row, column"),
        ("conv w 2x2 channels 4 groups 4 flip", "output channel, input channel, row, column"),
        ("transposed_conv w 2x2 channels 3", "input channel, output channel, row, column"),
        ("transposed_conv w 2x2 channels 6 groups 2", "input channel, output channel, row, column"),
        ("transposed_conv w 2x2 channels 2 groups 2", "input channel, output channel, row, column"),
    ],
)
def test_which_channels_stand_first_in_a_kernel_is_said(layer, said):
    network = Network.parse(f"input x Nx4x5x5 | {layer}")
    assert f"The axes of w are {said}." in network.conventions


def test_rows_and_columns_alone_need_no_words():
    """Of a matrix, or of one image and its kernel, there is only one order."""
    for text in ("input x 5x5 | conv w 2x2 -> z", "input x 3 | dense w 2"):
        assert not [c for c in Network.parse(text).conventions if c.startswith("The axes of")]
    (said,) = (c for c in Network.parse("input x 3 batch N | dense w 2").conventions if "axes" in c)
    assert said == "The axes of x are batch, feature."
