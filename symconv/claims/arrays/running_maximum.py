"""The largest of the numbers so far, for code that takes maxima one by one; -inf is that of none.

A maximum of maxima is kept as the maximum of all their numbers, so that it is the same number in
whatever order it was taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symconv.claims.model.errors import ClaimError


class RunningMaximum:
    """The largest of some numbers; it becomes a number as soon as it is calculated with."""

    __slots__ = ("algebra", "values")

    def __init__(self, algebra: Any, values: tuple[Any, ...] = ()) -> None:
        self.algebra = algebra
        self.values = values

    def resolve(self) -> Any:
        """The number; ClaimError where it is -inf."""
        if not self.values:
            raise ClaimError(
                "-inf is read in paddings, maxima and comparisons only", help="np.maximum(a, b)"
            )
        return self.algebra.maximum(list(self.values))

    def __add__(self, other: Any) -> Any:
        return self.resolve() + other if self.values else self

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        return self.resolve() * other

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.resolve())


def is_lowest(x: Any) -> bool:
    """Whether a number is -inf."""
    return isinstance(x, RunningMaximum) and not x.values


def resolve_maximum(x: Any) -> Any:
    """The number that is meant, where it is no -inf."""
    return x.resolve() if isinstance(x, RunningMaximum) and x.values else x


def pick_maximum(algebra: Any, zero: Any, values: Sequence[Any]) -> Any:
    """The largest of some numbers, of which some may be running maxima themselves."""
    if not any(isinstance(v, RunningMaximum) for v in values):
        return algebra.maximum([v + zero for v in values])
    return join_maxima(algebra, zero, values)


def join_maxima(algebra: Any, zero: Any, values: Sequence[Any]) -> RunningMaximum:
    """The maximum of all numbers that some maxima are of."""
    running = [v for v in values if isinstance(v, RunningMaximum)]
    plain = [v + zero for v in values if not isinstance(v, RunningMaximum)]
    return RunningMaximum(algebra, (*(x for r in running for x in r.values), *plain))
