"""Fully connected layer."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Size, exact_number, per_axis

from .base import Decimal, Layer, TensorName


@dataclass(frozen=True)
class Dense(Layer):
    """y[b,q] = sum_r w[q,r] x[b,r] + beta[q].

    With `transposed` the weight is w[r,q]. With `last` x may have axes before the last one, such as
    the places of a sequence, which all have the same weight. `factor` and `bias_factor` are numbers
    before the product and before the bias, the alpha and beta of a gemm.
    """

    keyword = "dense"
    title = "fully connected layer"
    ends_axes = True
    takes_rows = True
    letter = "h"

    weight: TensorName
    units: Size
    bias: TensorName | None = None
    transposed: bool = False
    last: bool = False
    factor: Decimal = 1
    bias_factor: Decimal = 1

    def needs_rows(self) -> bool:
        return not self.last

    def forward(self, x: Tensor, at: Scope) -> Equation:
        if self.last:
            lead, feature = at.like(x)[:-1], at.ranges("feature", x.shape[-1:])
        else:
            lead, feature = at.features(x)
        unit = at.ranges("unit", per_axis(self.units, 1))
        axes = feature + unit if self.transposed else unit + feature
        w = at.parameter("weight", axes)
        read = sum_over_ranges(w[indices_of(axes)] * x[indices_of(lead, feature)], feature)
        alpha, beta = exact_number(self.factor), exact_number(self.bias_factor)
        if beta != 1 and not self.bias:
            raise SymconvError(
                "'bias_factor' stands before a bias, and there is none", help="bias b"
            )
        bias = beta * at.bias(unit) if self.bias else 0
        return at.output(lead + unit, alpha * read + bias, batch=x.batch)
