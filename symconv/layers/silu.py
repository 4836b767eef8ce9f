"""Sigmoid linear unit."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import sigmoid

from .pointwise import Pointwise


@dataclass(frozen=True)
class SiLU(Pointwise):
    """y = x / (1 + exp(-x)), entry by entry."""

    keyword = "silu"
    title = "sigmoid linear unit (SiLU)"

    def formula(self, x: Expr) -> Expr:
        return x * sigmoid(x)
