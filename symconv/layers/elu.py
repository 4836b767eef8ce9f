"""Exponential linear unit."""

from dataclasses import dataclass

from sympy import Expr, exp

from symconv.core.nodes import relu
from symconv.layers.support.sizes import exact_number

from .base import Decimal
from .pointwise import Pointwise


@dataclass(frozen=True)
class ELU(Pointwise):
    """The value x where it is positive, else alpha (exp(x) - 1)."""

    keyword = "elu"
    title = "exponential linear unit"

    alpha: Decimal = 1

    def formula(self, x: Expr) -> Expr:
        return relu(x) + exact_number(self.alpha) * (exp(x - relu(x)) - 1)
