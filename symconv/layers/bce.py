"""Binary cross entropy."""

from dataclasses import dataclass

from sympy import Expr, log

from .binary_cost import BinaryCost


@dataclass(frozen=True)
class BinaryCrossEntropy(BinaryCost):
    """The mean of -t log(x) - (1 - t) log(1 - x), for probabilities x strictly between 0 and 1.

    With `weights v` an entry of feature or channel q counts v[q] times; `per sample` it is v[b] for
    sample b, and `per entry` v has the shape of x. With `pos_weight p` the first term counts p[q]
    times. The mean divides by the number of entries.
    """

    keyword = "bce"
    title = "binary cross entropy"

    def weighted(self, x: Expr, t: Expr, p: Expr) -> Expr:
        return -p * t * log(x) - (1 - t) * log(1 - x)
