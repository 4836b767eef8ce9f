"""Normalisation by the root mean square."""

from dataclasses import dataclass
from types import MappingProxyType

from sympy import Rational

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.places import count, place_of, places, total
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import exact

from .norm import Axes, Norm, normalised


@dataclass(frozen=True)
class RMSNorm(Norm):
    """y = x / sqrt(1/N sum x^2 + epsilon) * weight + bias, over everything but the batch."""

    keyword = "rmsnorm"
    title = "root mean square normalisation"
    inner = MappingProxyType({"square": "nu"})

    def axes(self, x: Tensor, at: Scope) -> Axes:
        ranges = at.like(x)
        batch, rest = ranges[: x.batch], ranges[x.batch :]
        return Axes(batch, rest, places(ranges), rest, places(rest))

    def forward(self, x: Tensor, at: Scope) -> tuple[Equation, ...]:
        axes = self.axes(x, at)
        here, kept = x[axes.where], place_of(axes.kept)
        squares = total(here**2, axes.averaged) / count(axes.averaged)
        nu, mean = at.inner("square", axes.kept, squares, "mean square")
        scaled = here * (nu[kept] + exact(self.epsilon)) ** Rational(-1, 2)
        return mean, normalised(self, x, axes, scaled, at)
