"""Rectifier."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import relu

from .pointwise import Pointwise


@dataclass(frozen=True)
class ReLU(Pointwise):
    """The greater of x and 0; the derivative at 0 is 0."""

    keyword = "relu"
    title = "rectifier (ReLU)"

    def formula(self, x: Expr) -> Expr:
        return relu(x)
