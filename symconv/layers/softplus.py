"""Softplus."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import softplus

from .pointwise import Pointwise


@dataclass(frozen=True)
class Softplus(Pointwise):
    """y = log(1 + exp(x)), entry by entry."""

    keyword = "softplus"
    title = "softplus"

    def formula(self, x: Expr) -> Expr:
        return softplus(x)
