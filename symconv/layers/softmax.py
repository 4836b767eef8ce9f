"""Softmax."""

from dataclasses import dataclass

from sympy import exp

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope, log_normaliser

from .base import Layer


@dataclass(frozen=True)
class Softmax(Layer):
    """y[b,q] = exp(x[b,q] - log sum_r exp x[b,r]), along the first axis after the batch."""

    keyword = "softmax"
    title = "softmax"
    letter = "p"
    takes_channels = True

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        normaliser = log_normaliser(x, ranges, at)
        return at.output(ranges, exp(x[indices_of(ranges)] - normaliser), batch=x.batch)
