"""Logarithm of the softmax."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope, log_normaliser

from .base import Layer, Place


@dataclass(frozen=True)
class LogSoftmax(Layer):
    """The number x[b,q] - log(sum_r exp(x[b,r])), along the channels, the features or `axis`."""

    keyword = "log_softmax"
    title = "log-softmax"
    letter = "p"
    takes_channels = True

    axis: Place | None = None

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        normaliser = log_normaliser(x, ranges, at, self.axis)
        return at.output(ranges, x[indices_of(ranges)] - normaliser, batch=x.batch)
