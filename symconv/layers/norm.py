"""Normalisation: subtract the mean, divide by the standard deviation, over some of the axes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Expr, sqrt

from symconv.core.equation import Equation, Ranges
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import (
    indices_of,
    indices_or_zero,
    multiply_extents,
    sum_over_ranges,
)
from symconv.layers.support.scope import Scope

from .base import Decimal, Layer, TensorName


@dataclass(frozen=True)
class NormAxes:
    """The axes of an input: one mean for each index in `kept`, taken over those in `averaged`.

    `where` is the place that these indices read, and `scaled` the axes of weight and bias, read at
    `parameter`.
    """

    kept: Ranges
    averaged: Ranges
    where: tuple[Expr, ...]
    scaled: Ranges
    parameter: tuple[Expr, ...]


def last_axes(x: Tensor, last: int | None, at: Scope) -> NormAxes:
    """Everything but the batch is averaged, or so many axes at the end."""
    if last is not None and not 1 <= last <= len(x.shape):
        raise SymconvError(
            f"the {at.title} over {last} axes gets {len(x.shape)}", help=f"1 to {len(x.shape)}"
        )
    ranges = at.like(x)
    cut = x.batch if last is None else len(x.shape) - last
    if cut == len(x.shape):
        raise at.misfit(x, "an axis behind the batch to average over")
    rest = ranges[cut:]
    return NormAxes(ranges[:cut], rest, indices_of(ranges), rest, indices_of(rest))


@dataclass(frozen=True)
class Norm(Layer):
    """y = (x - mu) / sqrt(nu + epsilon) * weight + bias, with mean mu and variance nu (over N).

    The statistics are those of the data at hand, and they are differentiated.
    """

    letter = "y"
    inner = MappingProxyType({"mean": "mu", "variance": "nu"})

    weight: TensorName | None = None
    bias: TensorName | None = None
    epsilon: Decimal = "0.00001"

    @abstractmethod
    def axes(self, x: Tensor, at: Scope) -> NormAxes:
        """Which axes are averaged."""

    def forward(self, x: Tensor, at: Scope) -> tuple[Equation, ...]:
        axes = self.axes(x, at)
        mu, nu, before = self.statistics(x, axes, at)
        here, kept = x[axes.where], indices_or_zero(axes.kept)
        scaled = (here - mu[kept]) / sqrt(nu[kept] + at.constant("epsilon", self.epsilon))
        return *before, scale_and_shift(self, x, axes, scaled, at)

    def statistics(
        self, x: Tensor, axes: NormAxes, at: Scope
    ) -> tuple[Tensor, Tensor, tuple[Equation, ...]]:
        """Mean and variance, and the equations that compute them."""
        here, kept, n = x[axes.where], indices_or_zero(axes.kept), multiply_extents(axes.averaged)
        mean = sum_over_ranges(here, axes.averaged) / n
        mu, first = at.inner("mean", axes.kept, mean, "mean", averaged=axes.averaged)
        variance = sum_over_ranges((here - mu[kept]) ** 2, axes.averaged) / n
        nu, second = at.inner("variance", axes.kept, variance, "variance", averaged=axes.averaged)
        return mu, nu, (first, second)


def scale_and_shift(layer: Norm, x: Tensor, axes: NormAxes, scaled: Expr, at: Scope) -> Equation:
    """The output: the normalised values times the weight, plus the bias, where there are such."""
    if layer.weight:
        scaled = scaled * at.parameter("weight", axes.scaled)[axes.parameter]
    if layer.bias:
        scaled = scaled + at.parameter("bias", axes.scaled)[axes.parameter]
    ranges = axes.kept + axes.averaged
    return at.rewritten(at.like(x), axes.where, scaled, ranges, batch=x.batch)
