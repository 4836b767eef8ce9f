"""Fully connected layer."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Size, per_axis

from .base import Layer, TensorName


@dataclass(frozen=True)
class Dense(Layer):
    """h[b,q] = sum_r w[q,r] x[b,r] + bias[q]."""

    keyword = "dense"
    title = "fully connected layer"
    ends_axes = True
    takes_rows = True
    letter = "h"

    weight: TensorName
    units: Size
    bias: TensorName | None = None

    def forward(self, x: Tensor, at: Scope) -> Equation:
        batch, feature = at.features(x)
        unit = at.ranges("unit", per_axis(self.units, 1))
        w = at.parameter("weight", unit + feature)
        read = sum_over_ranges(
            w[indices_of(unit, feature)] * x[indices_of(batch, feature)], feature
        )
        bias = at.bias(unit) if self.bias else 0
        return at.output(batch + unit, read + bias, batch=x.batch)
