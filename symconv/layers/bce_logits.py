"""Binary cross entropy of logits."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import softplus

from .loss import Loss, Reduction


@dataclass(frozen=True)
class BinaryCrossEntropyWithLogits(Loss):
    """The mean of log(1 + exp(x)) - t x: cross entropy of t and sigmoid(x)."""

    keyword = "bce_logits"
    title = "binary cross entropy with logits"

    reduction: Reduction = "mean"

    def entry(self, x: Expr, t: Expr) -> Expr:
        return softplus(x) - t * x
