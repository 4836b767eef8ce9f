"""Sum of squared errors."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .base import Layer, TensorName
from .scope import Scope, squares


@dataclass(frozen=True)
class SquaredError(Layer):
    """C = sum (x - y)^2, over every entry and every sample."""

    keyword = "sse"
    title = "sum of squared errors"
    letter = "C"

    target: TensorName

    def forward(self, x: Tensor, at: Scope) -> Equation:
        return at.cost(squares(x, at.target("target", x), at))
