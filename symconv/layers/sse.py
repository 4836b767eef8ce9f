"""Sum of squared errors."""

from dataclasses import dataclass

from sympy import Expr

from .loss import Loss


@dataclass(frozen=True)
class SquaredError(Loss):
    """y = sum (x - t)^2, over every entry of every sample."""

    keyword = "sse"
    title = "sum of squared errors"

    def entry(self, x: Expr, t: Expr) -> Expr:
        return (x - t) ** 2
