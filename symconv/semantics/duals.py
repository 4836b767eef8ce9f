"""Dual numbers over any algebra: exact forward-mode derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .protocol import SLOPES, Algebra, Map, Scalar, shifted_log_sum_exp


class Dual:
    """value + slope * epsilon with epsilon^2 = 0.

    `level` tells nested derivatives apart: a dual number of a lower level is a constant here.
    """

    __slots__ = ("level", "slope", "value")

    def __init__(self, value: Scalar, slope: Scalar, level: int = 1) -> None:
        self.value = value
        self.slope = slope
        self.level = level

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Dual) or other.level < self.level:
            return Dual(self.value + other, self.slope, self.level)
        if other.level > self.level:
            return other + self
        return Dual(self.value + other.value, self.slope + other.slope, self.level)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        """(a, a')(b, b') = (ab, a'b + ab')."""
        if not isinstance(other, Dual) or other.level < self.level:
            return Dual(self.value * other, self.slope * other, self.level)
        if other.level > self.level:
            return other * self
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope, self.level)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.value) or bool(self.slope)


class Duals:
    """Dual numbers of one level over `base`; plain scalars of the base are constants."""

    def __init__(self, base: Algebra, level: int = 1) -> None:
        self.base = base
        self.level = level
        self.zero = base.number(0)

    def value(self, x: Scalar) -> Scalar:
        """The value of a scalar without its slope."""
        return x.value if isinstance(x, Dual) and x.level == self.level else x

    def slope(self, x: Scalar) -> Scalar:
        """The slope of a scalar; 0 for a constant."""
        return x.slope if isinstance(x, Dual) and x.level == self.level else self.zero

    def number(self, value: int | Fraction) -> Scalar:
        return self.base.number(value)

    def constant(self, value: float, name: str) -> Scalar:
        return self.base.constant(value, name)

    def function(self, name: str) -> Map:
        function, slope = self.base.function(name), SLOPES[name]
        return self._lift(function, lambda x, y: slope(self.base, x, y))

    def power(self, exponent: Fraction) -> Map:
        factor, lower = self.number(exponent), self.base.power(exponent - 1)
        return self._lift(self.base.power(exponent), lambda x, _: factor * lower(x))

    def _lift(self, function: Map, slope: Any) -> Map:
        """F as (x, x') -> (f(x), f'(x) x')."""

        def lifted(x: Scalar) -> Scalar:
            if not isinstance(x, Dual) or x.level != self.level:
                return function(x)
            y = function(x.value)
            return Dual(y, slope(x.value, y) * x.slope, self.level)

        return lifted

    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        return self.base.first_maximiser([self.value(v) for v in values])

    def maximum(self, values: Sequence[Scalar]) -> Scalar:
        return values[self.first_maximiser(values)]

    def log_sum_exp(self, values: Sequence[Scalar]) -> Scalar:
        return shifted_log_sum_exp(self, values)

    def entry(self, value: Scalar) -> Scalar:
        return value
