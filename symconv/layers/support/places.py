"""Ranges of indices: their places, sums over them, and how many values they have."""

from __future__ import annotations

from sympy import Expr, Integer, Mul, Sum, expand

from symconv.core.equation import Ranges
from symconv.core.nodes import limits


def places(*ranges: Ranges) -> tuple[Expr, ...]:
    """The indices of ranges, in order."""
    return tuple(v for some in ranges for v, _ in some)


def place_of(ranges: Ranges) -> tuple[Expr, ...]:
    """The indices of ranges; 0 where there are none, the place of a single number."""
    return places(ranges) or (Integer(0),)


def total(body: Expr, *ranges: Ranges) -> Expr:
    """Sum of `body` over ranges, the first one outermost."""
    flat = [r for some in ranges for r in some]
    return Sum(body, *limits(reversed(flat))) if flat else body


def count(ranges: Ranges) -> Expr:
    """How many index values the ranges have together."""
    return Mul(*(n for _, n in ranges))


def row_major(ranges: Ranges) -> Expr:
    """The position of an entry when its axes are read row by row."""
    position: Expr = Integer(0)
    for v, n in ranges:
        position = expand(position * n + v)
    return position
