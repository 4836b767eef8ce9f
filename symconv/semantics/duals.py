"""Dual numbers over any algebra: exact forward-mode derivatives."""

from __future__ import annotations

from typing import Any

from .lifting import Lifting, Slope
from .protocol import Algebra, Map, Scalar


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


class Duals(Lifting):
    """Dual numbers of one level over `base`; plain scalars of the base are constants."""

    def __init__(self, base: Algebra, level: int = 1) -> None:
        super().__init__(base)
        self.level = level
        self.zero = base.number(0)

    def value(self, x: Scalar) -> Scalar:
        """The value of a scalar without its slope."""
        return x.value if isinstance(x, Dual) and x.level == self.level else x

    def slope(self, x: Scalar) -> Scalar:
        """The slope of a scalar; 0 for a constant."""
        return x.slope if isinstance(x, Dual) and x.level == self.level else self.zero

    def lifted(self, function: Map, slope: Slope) -> Map:
        """F as (x, x') -> (f(x), f'(x) x')."""

        def result(x: Scalar) -> Scalar:
            if not isinstance(x, Dual) or x.level != self.level:
                return function(x)
            y = function(x.value)
            return Dual(y, slope(x.value, y) * x.slope, self.level)

        return result
