"""Logistic sigmoid."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import sigmoid

from .pointwise import Pointwise


@dataclass(frozen=True)
class Sigmoid(Pointwise):
    """y = 1 / (1 + exp(-x)), entry by entry."""

    keyword = "sigmoid"
    title = "logistic sigmoid"

    def formula(self, x: Expr) -> Expr:
        return sigmoid(x)
