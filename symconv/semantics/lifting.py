"""Scalars that carry derivatives: functions of a base algebra, lifted with their slopes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction

from .protocol import SLOPES, Algebra, Map, Scalar, shifted_log_sum_exp

Slope = Callable[[Scalar, Scalar], Scalar]
"""f'(x) from x and f(x)."""


class Lifting(ABC):
    """An algebra over `base` whose scalars remember slopes; plain scalars are constants."""

    def __init__(self, base: Algebra) -> None:
        self.base = base

    @abstractmethod
    def value(self, x: Scalar) -> Scalar:
        """The number of the base that a scalar stands for."""

    @abstractmethod
    def lifted(self, function: Map, slope: Slope) -> Map:
        """A function of the base, and its slope, as a function of scalars that carry slopes."""

    def number(self, value: int | Fraction) -> Scalar:
        return self.base.number(value)

    def constant(self, value: float, name: str) -> Scalar:
        return self.base.constant(value, name)

    def function(self, name: str) -> Map:
        function, slope = self.base.function(name), SLOPES[name]
        return self.lifted(function, lambda x, y: slope(self.base, x, y))

    def power(self, exponent: Fraction) -> Map:
        factor, lower = self.number(exponent), self.base.power(exponent - 1)
        return self.lifted(self.base.power(exponent), lambda x, _: factor * lower(x))

    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        return self.base.first_maximiser([self.value(v) for v in values])

    def maximum(self, values: Sequence[Scalar]) -> Scalar:
        return values[self.first_maximiser(values)]

    def log_sum_exp(self, values: Sequence[Scalar]) -> Scalar:
        return shifted_log_sum_exp(self, values)

    def entry(self, value: Scalar) -> Scalar:
        """What is stored as an entry of a tensor."""
        return value
