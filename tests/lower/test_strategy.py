"""Choices between two right ways of computing the same thing."""

import pytest
from sympy import Integer, S

from symconv.core.tensor import index, size
from symconv.lower.affine import SizeBounds
from symconv.lower.strategy import choose_window_index

i, m = map(index, "im")
H, K = map(size, "HK")
SIZES = SizeBounds(images=frozenset({H}))


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        ((1, 2), (1, 5), "first"),
        ((1, 5), (1, 2), "last"),
        ((2, 2), (1, 5), "first"),
        ((3, 3), (1, 5), "last"),
        ((1, 4), (1, 4), "last"),
        ((1, K), (1, K + 2), "first"),
        ((1, K + 2), (1, K), "last"),
        ((1, K), (1, H), "first"),
        ((1, H), (1, K), "last"),
    ],
)
def test_the_index_with_the_shorter_reach_runs_inside_the_window(first, last, window):
    """A step and an extent each; of what cannot be compared the image is the longer one."""
    reaches = tuple((v, Integer(step), S(n)) for v, (step, n) in ((i, first), (m, last)))
    assert choose_window_index(reaches, SIZES) == {"first": i, "last": m}[window]
