"""Functions applied entry by entry: a layer of this kind is its function and its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sympy import Function

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .base import Layer
from .scope import Scope, places


@dataclass(frozen=True)
class Pointwise(Layer):
    """a[...] = f(x[...]), for a function f of one variable."""

    letter = "a"
    function: ClassVar[type[Function]]

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        return at.output(ranges, self.function(x[places(ranges)]), batch=x.batch)
