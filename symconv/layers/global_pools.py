"""Pooling over the whole of space."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.nodes import MaxOver, limits
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, multiply_extents, sum_over_ranges
from symconv.layers.support.scope import Scope

from .base import Layer


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """y[b,c] = 1/(H W) sum_{i,j} x[b,c,i,j]."""

    keyword = "global_avgpool"
    title = "global average-pooling"
    letter = "p"
    takes_space = True

    def forward(self, x: Tensor, at: Scope) -> Equation:
        lead, space = at.cut(x, at.space(x))
        mean = sum_over_ranges(x[indices_of(lead, space)], space) / multiply_extents(space)
        return at.output(lead, mean, batch=x.batch, averaged=space)


@dataclass(frozen=True)
class GlobalMaxPool(Layer):
    """y[b,c] = max_{i,j} x[b,c,i,j]."""

    keyword = "global_maxpool"
    title = "global max-pooling"
    letter = "p"
    takes_space = True

    def forward(self, x: Tensor, at: Scope) -> Equation:
        lead, space = at.cut(x, at.space(x))
        largest = MaxOver(x[indices_of(lead, space)], *limits(space))
        return at.output(lead, largest, batch=x.batch)
