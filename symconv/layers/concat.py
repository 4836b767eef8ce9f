"""Two values side by side."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import Layer, ValueName


@dataclass(frozen=True)
class Concat(Layer):
    """The channels of x, and behind them those of a value that came before.

    Each of the two is 0 where the other one stands, since a tensor is 0 beyond its border.
    """

    keyword = "concat"
    title = "concatenation of channels"
    letter = "y"
    takes_channels = True

    other: ValueName

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        axis = at.classes(x)
        other = at.value(self.other, x.shape, but=axis)
        letter, size = ranges[axis]
        out = (*ranges[:axis], (letter, size + other.shape[axis]), *ranges[axis + 1 :])
        here = indices_of(out)
        there = (*here[:axis], letter - size, *here[axis + 1 :])
        return at.output(out, x[here] + other[there], batch=x.batch)
