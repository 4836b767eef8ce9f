"""Costs of a yes or no an entry: weights of the features, and of the yes of each."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from sympy import Expr, Integer

from symconv.core.equation import Ranges
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .base import GivenName
from .loss import Loss, Reduction


@dataclass(frozen=True)
class BinaryCost(Loss):
    """C = mean v[q] f(x[b,q], t[b,q], p[q]); the mean divides by the number of entries.

    v are the `weights` and p the weights of the positives, one for each feature or channel.
    """

    takes_channels = True

    reduction: Reduction = "mean"
    weights: GivenName | None = None
    pos_weight: GivenName | None = None

    def needs_channels(self) -> bool:
        return self.weights is not None or self.pos_weight is not None

    @abstractmethod
    def weighted(self, x: Expr, t: Expr, p: Expr) -> Expr:
        """f(x, t, p), where the term of t counts p times."""

    def entry(self, x: Expr, t: Expr) -> Expr:
        return self.weighted(x, t, Integer(1))

    def added(self, x: Tensor, t: Tensor, ranges: Ranges, at: Scope) -> Expr:
        here = indices_of(ranges)
        v = self._per_feature("weights", self.weights, x, ranges, at)
        p = self._per_feature("pos_weight", self.pos_weight, x, ranges, at)
        return v * self.weighted(x[here], t[here], p)

    def _per_feature(
        self, role: str, name: str | None, x: Tensor, ranges: Ranges, at: Scope
    ) -> Expr:
        """The weight of the feature of an entry; 1 where none are given."""
        if name is None:
            return Integer(1)
        features = ranges[at.classes(x)]
        return at.weights(name, (features,), role)[features[0]]
