"""Hyperbolic tangent."""

from dataclasses import dataclass

from sympy import Expr, tanh

from .pointwise import Pointwise


@dataclass(frozen=True)
class Tanh(Pointwise):
    """a[...] = tanh(x[...])."""

    keyword = "tanh"
    title = "hyperbolic tangent"

    def formula(self, x: Expr) -> Expr:
        return tanh(x)
