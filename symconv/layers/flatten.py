"""Flatten."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, multiply_extents, row_major_index
from symconv.layers.support.scope import Scope

from .base import Layer


@dataclass(frozen=True)
class Flatten(Layer):
    """y[b, (c H + i) W + j] = x[b,c,i,j]: every axis but the batch, read row by row."""

    keyword = "flatten"
    title = "flatten"
    ends_axes = True
    letter = "v"

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        batch, rest = ranges[: x.batch], ranges[x.batch :]
        flat = at.ranges("feature", (multiply_extents(rest),))
        where = (*indices_of(batch), row_major_index(rest))
        return at.rewritten(batch + flat, where, x[indices_of(ranges)], ranges, batch=x.batch)
