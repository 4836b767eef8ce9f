"""A weight for each channel."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import Layer, TensorName


@dataclass(frozen=True)
class Scale(Layer):
    """y[b,c,i,j] = w[c] x[b,c,i,j] + beta[c]."""

    keyword = "scale"
    title = "scaling of channels"
    letter = "y"
    takes_channels = True

    weight: TensorName
    bias: TensorName | None = None

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        axis = at.classes(x)
        channel = ranges[axis : axis + 1]
        w = at.parameter("weight", channel)
        bias = at.bias(channel) if self.bias else 0
        scaled = w[indices_of(channel)] * x[indices_of(ranges)]
        return at.output(ranges, scaled + bias, batch=x.batch)
