"""Absolute error."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.nodes import absolute

from .loss import Loss, Reduction


@dataclass(frozen=True)
class AbsoluteError(Loss):
    """The mean of |x - t|, with derivative 0 where x and t are equal."""

    keyword = "l1"
    title = "mean absolute error"

    reduction: Reduction = "mean"

    def entry(self, x: Expr, t: Expr) -> Expr:
        return absolute(x - t)
