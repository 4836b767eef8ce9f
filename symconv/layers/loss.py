"""Costs: what one entry adds, and how the entries are put together."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from sympy import Expr

from symconv.core.equation import Equation, Ranges
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, multiply_extents, sum_over_ranges
from symconv.layers.support.scope import Scope

from .base import GivenName, Layer

Reduction = Literal["sum", "mean", "none"]


@dataclass(frozen=True)
class Loss(Layer):
    """C = sum f(x[...], t[...]) over every entry of every sample; a mean divides by their number.

    The reduction `none` keeps one cost an entry.
    """

    letter = "C"

    target: GivenName

    @abstractmethod
    def entry(self, x: Expr, t: Expr) -> Expr:
        """f(x, t), what one entry adds."""

    def added(self, x: Tensor, t: Tensor, ranges: Ranges, at: Scope) -> Expr:  # noqa: ARG002 - below
        """What one entry adds, with the weights that a cost has of the `Scope`."""
        here = indices_of(ranges)
        return self.entry(x[here], t[here])

    def reduced(self) -> Reduction:
        """How the entries are put together."""
        return getattr(self, "reduction", "sum")

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        t = at.target(self.target, x)
        one = self.added(x, t, ranges, at)
        if self.reduced() == "none":
            return at.output(ranges, one, batch=x.batch)
        factor, term = one.as_coeff_Mul()
        averaged = ranges if self.reduced() == "mean" else ()
        return at.cost(
            factor * sum_over_ranges(term, ranges) / multiply_extents(averaged), averaged=averaged
        )
