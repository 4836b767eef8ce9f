"""Functions applied entry by entry: a layer of this kind is its formula and its name."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from sympy import Expr

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import Layer


@dataclass(frozen=True)
class Pointwise(Layer):
    """a[...] = f(x[...]), for a function f of one variable."""

    letter = "a"

    @abstractmethod
    def formula(self, x: Expr) -> Expr:
        """f(x)."""

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        return at.output(ranges, self.formula(x[indices_of(ranges)]), batch=x.batch)
