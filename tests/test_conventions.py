"""The conventions are read off the formulas: factors of costs, and the origin of no title."""

from dataclasses import replace

import pytest

from symconv.api import Network
from symconv.notation.conventions import conventions

MEAN = "The cost C is a mean: a sum of {} terms, times {}."
SUM = "The cost C is a sum over all entries, without a factor in front."


def cost(text):
    return [line for line in Network.parse(text).conventions if line.startswith("The cost")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("input x 4 | mse t -> C", MEAN.format(4, "1/4")),
        ("input x 2 | mse t -> C", "The cost C is a sum of 2 terms, times 1/2."),
        ("input x NxK | mse t -> C", MEAN.format("K*N", "1/(K*N)")),
        ("input x 4 | mse t reduction sum -> C", SUM),
        ("input x 4 | sse t -> C", SUM),
        ("input x 4 | half_sse t -> C", "The cost C is a sum over all entries, times 1/2."),
    ],
)
def test_the_factor_in_front_of_a_cost_is_said(text, said):
    assert cost(text) == [said]


def test_no_title_decides_what_is_said():
    """Half a sum of two terms is their mean: one formula, and one sentence on it."""
    halves, mean = (Network.parse(f"input x 2 | {loss} t -> C") for loss in ("half_sse", "mse"))
    assert halves.conventions == mean.conventions
    (equation,) = mean.program.equations
    renamed = replace(mean.program, equations=(replace(equation, title="anything"),))
    assert conventions(renamed) == mean.conventions
