"""Half the sum of squared errors."""

from dataclasses import dataclass

from sympy import Expr

from .loss import Loss


@dataclass(frozen=True)
class HalfSquaredError(Loss):
    """y = 1/2 sum (x - t)^2, over every entry of every sample."""

    keyword = "half_sse"
    title = "half the sum of squared errors"

    def entry(self, x: Expr, t: Expr) -> Expr:
        return (x - t) ** 2 / 2
