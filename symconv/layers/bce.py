"""Binary cross entropy."""

from dataclasses import dataclass

from sympy import Expr, log

from .loss import Loss, Reduction


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """The mean of -t log(x) - (1 - t) log(1 - x), for probabilities x strictly between 0 and 1."""

    keyword = "bce"
    title = "binary cross entropy"

    reduction: Reduction = "mean"

    def entry(self, x: Expr, t: Expr) -> Expr:
        return -t * log(x) - (1 - t) * log(1 - x)
