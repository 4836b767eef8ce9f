"""Normalisation by the root mean square."""

from dataclasses import dataclass
from types import MappingProxyType

from sympy import sqrt

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import (
    indices_or_zero,
    multiply_extents,
    sum_over_ranges,
)
from symconv.layers.support.scope import Scope

from .base import Place
from .norm import Norm, NormAxes, last_axes, scale_and_shift


@dataclass(frozen=True)
class RMSNorm(Norm):
    """The value x / sqrt(mean(x^2) + epsilon) * weight + bias, over everything but the batch.

    Or over the `last` axes.
    """

    keyword = "rmsnorm"
    title = "root mean square normalisation"
    takes_rows = True
    inner = MappingProxyType({"square": "nu"})

    last: Place | None = None

    def needs_rows(self) -> bool:
        return self.last is None

    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        return last_axes(x, self.last, at)

    def forward(self, x: Tensor, at: Scope) -> tuple[Equation, ...]:
        axes = self.axes(x, at)
        here, kept = x[axes.where], indices_or_zero(axes.kept)
        squares = sum_over_ranges(here**2, axes.averaged) / multiply_extents(axes.averaged)
        nu, mean = at.inner("square", axes.kept, squares, "mean square", averaged=axes.averaged)
        scaled = here / sqrt(nu[kept] + at.constant("epsilon", self.epsilon))
        return mean, scale_and_shift(self, x, axes, scaled, at)
