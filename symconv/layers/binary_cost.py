"""Costs of a yes or no an entry: weights of the features, and of the yes of each."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from sympy import Expr, Integer

from symconv.core.equation import Ranges
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.support.broadcast import read_broadcast
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import GivenName
from .loss import Loss, Reduction


@dataclass(frozen=True)
class BinaryCost(Loss):
    """C = mean v[q] f(x[b,q], t[b,q], p[q]); the mean divides by the number of entries.

    v are the `weights` and p the weights of the positives, one for each feature or channel; the
    weights may be one for each sample or for each entry, too. What stands before and has that name
    may have any shape that broadcasts to the shape of x, as in NumPy.
    """

    takes_channels = True

    reduction: Reduction = "mean"
    weights: GivenName | None = None
    pos_weight: GivenName | None = None
    per: Literal["class", "sample", "entry"] = "class"

    def needs_channels(self) -> bool:
        classes = self.weights is not None and self.per == "class"
        return classes or self.pos_weight is not None

    def needs_rows(self) -> bool:
        return self.per == "sample"

    @abstractmethod
    def weighted(self, x: Expr, t: Expr, p: Expr) -> Expr:
        """f(x, t, p), where the term of t counts p times."""

    def entry(self, x: Expr, t: Expr) -> Expr:
        return self.weighted(x, t, Integer(1))

    def added(self, x: Tensor, t: Tensor, ranges: Ranges, at: Scope) -> Expr:
        here = indices_of(ranges)
        if self.per != "class" and self.weights is None:
            raise SymconvError(
                f"'per {self.per}' says what weights are for, and there are none", help="weights v"
            )
        v = p = Integer(1)
        if self.weights is not None:
            own = self._own_axes(x, ranges, at)
            v = read_broadcast("weights", self.weights, own, ranges, at, positive=True)
        if self.pos_weight is not None:
            own = (ranges[at.classes(x)],)
            p = read_broadcast("pos_weight", self.pos_weight, own, ranges, at, positive=True)
        return v * self.weighted(x[here], t[here], p)

    def _own_axes(self, x: Tensor, ranges: Ranges, at: Scope) -> Ranges:
        """The axes of the weights, where nothing before has their name."""
        if self.per == "class":
            return (ranges[at.classes(x)],)
        if self.per == "sample" and not x.batch and len(ranges) > 1:
            raise at.misfit(x, "samples for weights per sample: 'batch N' behind the input")
        return ranges if self.per == "entry" else ranges[: x.batch]
