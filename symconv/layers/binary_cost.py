"""Costs of a yes or no an entry: weights of the features, and of the yes of each."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from sympy import Expr, Integer

from symconv.core.equation import Ranges
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, indices_or_zero
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
    per: Literal["class", "sample", "entry"] = "class"
    pos_weight: GivenName | None = None

    def needs_channels(self) -> bool:
        classes = self.weights is not None and self.per == "class"
        return classes or self.pos_weight is not None

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
        v = self._weight("weights", self.weights, self._own_axes(x, ranges, at), ranges, at)
        p = Integer(1)
        if self.pos_weight is not None:
            classes = ranges[at.classes(x)]
            p = self._weight("pos_weight", self.pos_weight, (classes,), ranges, at)
        return v * self.weighted(x[here], t[here], p)

    def _own_axes(self, x: Tensor, ranges: Ranges, at: Scope) -> Ranges:
        """The axes of the weights, where nothing before has their name."""
        if self.per == "class" and self.weights is not None:
            return (ranges[at.classes(x)],)
        return ranges if self.per == "entry" else ranges[: x.batch]

    def _weight(self, role: str, name: str | None, own: Ranges, all_: Ranges, at: Scope) -> Expr:
        """The weight of an entry; 1 where none are given."""
        if name is None:
            return Integer(1)
        if role in at.names:
            return at.weights(name, own, role)[indices_or_zero(own)]
        shape = at.value(name).shape
        if shape == tuple(n for _, n in own):
            return at.weights(name, own, role)[indices_or_zero(own)]
        last = all_[len(all_) - len(shape) :]
        pairs = list(zip(last, shape, strict=False))
        if len(shape) > len(all_) or any(s not in {1, n} for (_, n), s in pairs):
            have, want = (" x ".join(map(str, some)) for some in (shape, [n for _, n in all_]))
            raise SymconvError(
                f"'{name}' has the shape {have}, which does not broadcast to {want}",
                help="one number a class, a shape of as many axes with some of length 1, "
                "or 'weights v per sample', 'per entry'",
            )
        axes = tuple((v, s) for (v, _), s in pairs)
        where = tuple(Integer(0) if s == 1 else v for v, s in axes)
        return at.weights(name, axes, role)[where]
