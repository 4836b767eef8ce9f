"""Intervals that hold a number: sums, products and powers of them, and what they tell about 0."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .modular_field import Undefined
from .rational_algebra import power

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """A number that lies between `low` and `high`, both included."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Any) -> Interval:
        o = interval(other)
        return Interval(self.low + o.low, self.high + o.high)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Interval:
        o = interval(other)
        ends = [a * b for a in (self.low, self.high) for b in (o.low, o.high)]
        return Interval(min(ends), max(ends))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """False where it is 0 for certain."""
        return bool(self.low or self.high)


def interval(x: Any) -> Interval:
    """A number as the interval that holds it alone."""
    return x if isinstance(x, Interval) else Interval(Fraction(x), Fraction(x))


def apart_from_zero(x: Any) -> bool:
    """Whether a number is not 0 for certain; of most arithmetics, whether it is not 0."""
    return x.low > 0 or x.high < 0 if isinstance(x, Interval) else bool(x)


def is_zero(x: Any) -> bool:
    """Whether a number is 0; Undefined where its bounds do not tell."""
    if isinstance(x, Interval) and x and not apart_from_zero(x):
        raise Undefined("a number too close to 0")
    return not x


def relu_of(x: Any) -> Any:
    """The larger one of x and 0."""
    if not isinstance(x, Interval):
        return max(x, ZERO)
    return Interval(max(x.low, ZERO), max(x.high, ZERO))


def absolute_of(x: Any) -> Any:
    """The size of x."""
    if not isinstance(x, Interval):
        return abs(x)
    ends = abs(x.low), abs(x.high)
    return Interval(ZERO if x.low < 0 < x.high else min(ends), max(ends))


def whole_power(x: Any, exponent: int) -> Any:
    """X to a whole power; Undefined where x may be 0 and the power is negative."""
    if not isinstance(x, Interval):
        return power(Fraction(x), exponent)
    if exponent < 0 and not apart_from_zero(x):
        raise Undefined("1/0")
    ends = [power(x.low, exponent), power(x.high, exponent)]
    through = exponent % 2 == 0 and x.low < 0 < x.high
    return Interval(ZERO if through and exponent else min(ends), max(ends))
