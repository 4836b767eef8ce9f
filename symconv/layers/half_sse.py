"""Half the sum of squared errors."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor

from .base import Layer, TensorName
from .scope import Scope, squares


@dataclass(frozen=True)
class HalfSquaredError(Layer):
    """C = 1/2 sum (x - y)^2, over every entry and every sample."""

    keyword = "half_sse"
    title = "half the sum of squared errors"
    letter = "C"

    target: TensorName

    def forward(self, x: Tensor, at: Scope) -> Equation:
        return at.cost(squares(x, at.target("target", x), at) / 2)
