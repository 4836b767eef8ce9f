"""Binary cross entropy of logits."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import softplus

from .binary_cost import BinaryCost


@dataclass(frozen=True)
class BinaryCrossEntropyWithLogits(BinaryCost):
    """The mean of log(1 + exp(x)) - t x: cross entropy of t and sigmoid(x).

    With `weights v` an entry of feature or channel q counts v[q] times; `per sample` it is v[b] for
    sample b, and `per entry` v has the shape of x. With `pos_weight p` it is
    p[q] t log(1 + exp(-x)) + (1 - t) log(1 + exp(x)). The mean divides by the number of entries.
    """

    keyword = "bce_logits"
    title = "binary cross entropy with logits"

    def weighted(self, x: Expr, t: Expr, p: Expr) -> Expr:
        if p == 1:
            return softplus(x) - t * x
        return p * t * softplus(-x) + (1 - t) * softplus(x)
