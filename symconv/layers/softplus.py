"""Softplus."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import softplus, step
from symconv.layers.support.sizes import exact_number, positive_number

from .base import Decimal
from .pointwise import Pointwise


@dataclass(frozen=True)
class Softplus(Pointwise):
    """y = log(1 + exp(x)), entry by entry.

    With `beta b` it is log(1 + exp(b x)) / b; with `threshold t` it is x where b x is above t.
    """

    keyword = "softplus"
    title = "softplus"

    beta: Decimal = 1
    threshold: Decimal | None = None

    def formula(self, x: Expr) -> Expr:
        beta = positive_number("beta", self.beta)
        smooth = softplus(beta * x) / beta
        if self.threshold is None:
            return smooth
        above = step(beta * x - exact_number(self.threshold))
        return above * x + (1 - above) * smooth
