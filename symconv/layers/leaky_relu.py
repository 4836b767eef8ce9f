"""Leaky rectifier."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import relu
from symconv.layers.support.sizes import exact_number

from .base import Decimal
from .pointwise import Pointwise


@dataclass(frozen=True)
class LeakyReLU(Pointwise):
    """The value x where it is positive, else slope x; the derivative at 0 is the slope."""

    keyword = "leaky_relu"
    title = "leaky rectifier"

    slope: Decimal = "0.01"

    def formula(self, x: Expr) -> Expr:
        slope = exact_number(self.slope)
        return (1 - slope) * relu(x) + slope * x
