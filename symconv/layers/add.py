"""Sum of two values, as in a residual connection."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import Layer, ValueName


@dataclass(frozen=True)
class AddValue(Layer):
    """The sum of x and a value of the same shape that came before, entry by entry."""

    keyword = "add"
    title = "sum"
    letter = "y"

    other: ValueName

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        other = at.value(self.other, x.shape)
        here = indices_of(ranges)
        return at.output(ranges, x[here] + other[here], batch=x.batch)
