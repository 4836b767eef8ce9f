"""Mean squared error."""

from dataclasses import dataclass

from sympy import Expr

from .loss import Loss, Reduction


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """The mean of (x - t)^2 over every entry of every sample."""

    keyword = "mse"
    title = "mean squared error"

    reduction: Reduction = "mean"

    def entry(self, x: Expr, t: Expr) -> Expr:
        return (x - t) ** 2
