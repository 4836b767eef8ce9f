"""Smooth absolute error."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import absolute, relu
from symconv.layers.support.sizes import positive_number

from .base import Decimal
from .loss import Loss, Reduction


@dataclass(frozen=True)
class SmoothAbsoluteError(Loss):
    """The mean of d^2/(2 beta) where |d| is below beta, else of |d| - beta/2, for d = x - t.

    In one formula that is (d^2 - max(|d| - beta, 0)^2) / (2 beta).
    """

    keyword = "smooth_l1"
    title = "smooth absolute error"

    reduction: Reduction = "mean"
    beta: Decimal = 1

    def entry(self, x: Expr, t: Expr) -> Expr:
        beta = positive_number("beta", self.beta, "more than 0; with 0 it is 'l1'")
        d = x - t
        return (d**2 - relu(absolute(d) - beta) ** 2) / (2 * beta)
