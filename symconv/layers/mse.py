"""Mean squared error."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .base import Layer, TensorName
from .scope import Scope, count, squares


@dataclass(frozen=True)
class MeanSquaredError(Layer):
    """C = 1/N sum (x - y)^2, where N counts every entry of every sample."""

    keyword = "mse"
    title = "mean squared error"
    letter = "C"

    target: TensorName

    def forward(self, x: Tensor, at: Scope) -> Equation:
        return at.cost(squares(x, at.target("target", x), at) / count(at.like(x)))
