"""Hyperbolic tangent."""

from dataclasses import dataclass

from sympy import Expr, tanh

from .pointwise import Pointwise


@dataclass(frozen=True)
class Tanh(Pointwise):
    """y = tanh(x), entry by entry."""

    keyword = "tanh"
    title = "hyperbolic tangent"

    def formula(self, x: Expr) -> Expr:
        return tanh(x)
