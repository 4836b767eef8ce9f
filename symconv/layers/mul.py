"""Product of two values, entry by entry, as with a mask or a gate."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import Layer, ValueName


@dataclass(frozen=True)
class MultiplyValue(Layer):
    """The product of x and a value of the same shape that came before, entry by entry."""

    keyword = "mul"
    title = "product, entry by entry"
    letter = "y"

    other: ValueName

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        here = indices_of(ranges)
        return at.output(ranges, x[here] * at.value(self.other, x.shape)[here], batch=x.batch)
