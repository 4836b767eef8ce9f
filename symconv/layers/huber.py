"""Huber's cost."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import absolute, relu
from symconv.layers.support.sizes import positive_number

from .base import Decimal
from .loss import Loss, Reduction


@dataclass(frozen=True)
class HuberCost(Loss):
    """The mean of d^2/2 where |d| is below delta, else of delta (|d| - delta/2), for d = x - t.

    In one formula that is (d^2 - max(|d| - delta, 0)^2) / 2: delta times `smooth_l1` with that
    beta. Huber, Robust estimation of a location parameter, 1964.
    """

    keyword = "huber"
    title = "Huber's cost"

    reduction: Reduction = "mean"
    delta: Decimal = 1

    def entry(self, x: Expr, t: Expr) -> Expr:
        d = x - t
        return (d**2 - relu(absolute(d) - positive_number("delta", self.delta)) ** 2) / 2
