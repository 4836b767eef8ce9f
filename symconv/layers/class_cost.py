"""Costs of one right class among several: what the target says, and how samples count."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Expr, Integer

from symconv.core.equation import Equation, Ranges
from symconv.core.errors import SymconvError
from symconv.core.nodes import Equals
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import (
    indices_of,
    indices_or_zero,
    multiply_extents,
    sum_over_ranges,
)
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import exact_number

from .base import Decimal, GivenName, Label, Layer
from .loss import Reduction


@dataclass(frozen=True)
class ClassCost(Layer):
    """The mean over the samples of -sum_q v[q] s[b,q] l[b,q], of log-probabilities l.

    s = (1 - e) t + e/Q is the target smoothed by e over Q classes, and v are `weights`. A sample
    whose label is ignored counts 0; that is a class, or a number beyond the classes, such as -100.
    With class numbers the mean divides by the sum of v[t[b]] over the samples that count, as
    PyTorch does; with probabilities by their number.
    """

    letter = "C"
    takes_channels = True

    target: GivenName
    reduction: Reduction = "mean"
    labels: bool = False
    weights: GivenName | None = None
    smoothing: Decimal = 0
    ignore: Label | None = None

    def inner_letters(self) -> Mapping[str, str]:
        """The sum of the weights, where the mean divides by that."""
        return MappingProxyType({"total": "W"} if self._totals() else {})

    def _totals(self) -> bool:
        """Whether samples count differently in a mean."""
        counted = self.weights is not None or self.ignore is not None
        return self.labels and self.reduction == "mean" and counted

    @abstractmethod
    def log_share(self, x: Tensor, ranges: Ranges, at: Scope) -> Expr:
        """The logarithm of the probability of a class."""

    def forward(self, x: Tensor, at: Scope) -> Equation | tuple[Equation, ...]:
        ranges = at.like(x)
        axis = at.classes(x)
        classes, samples = ranges[axis], (*ranges[:axis], *ranges[axis + 1 :])
        log_share = self.log_share(x, ranges, at)
        target, counts = self._target(x, classes, ranges, samples, at)
        weight = Integer(1)
        if self.weights is not None:
            weight = at.weights(self.weights, (classes,))[classes[0]]
        if self.labels and exact_number(self.smoothing) == 1:
            # All classes have their share, and nothing else would say that t holds their numbers.
            named = at.ranges("unit", (classes[1],))
            counted = sum_over_ranges(target.xreplace({classes[0]: named[0][0]}), named)
            counts *= counted
        share = weight * self._smoothed(target, classes[1])
        one = counts * sum_over_ranges(share * log_share, (classes,))
        if self.reduction == "none":
            return at.output(samples, -one, batch=x.batch)
        added = -sum_over_ranges(one, samples)
        if self._totals():
            each = sum_over_ranges(weight * target, (classes,)) if self.weights else Integer(1)
            total = sum_over_ranges(counts * each, samples)
            omega, first = at.inner("total", (), total, "sum of the weights")
            return first, at.cost(added / omega[0])
        averaged = samples if self.reduction == "mean" else ()
        return at.cost(added / multiply_extents(averaged), averaged=averaged)

    def _target(
        self, x: Tensor, classes: tuple[Expr, Expr], ranges: Ranges, samples: Ranges, at: Scope
    ) -> tuple[Expr, Expr]:
        """The share that the target gives a class, and whether the sample counts."""
        if not self.labels:
            if self.ignore is not None:
                raise SymconvError(
                    "'ignore' leaves out a class, and probabilities have none",
                    help=f"{self.keyword} {self.target} labels ignore {self.ignore}",
                )
            return at.target(self.target, x)[indices_of(ranges)], Integer(1)
        label = at.labels(self.target, samples, batch=x.batch)[indices_or_zero(samples)]
        one_hot = Equals(classes[0], label)
        if self.ignore is None:
            return one_hot, Integer(1)
        if self._totals() and multiply_extents(samples) == 1:
            raise SymconvError(
                "a mean over one sample has no value where that is ignored",
                help="several samples, 'batch N', or 'reduction sum'",
            )
        if classes[1] == 1:
            raise SymconvError(
                f"there is no label {self.ignore} to ignore where there is one class",
                help="two classes or more",
            )
        return one_hot, 1 - Equals(Integer(self.ignore), label)

    def _smoothed(self, target: Expr, classes: Expr) -> Expr:
        """(1 - e) t + e/Q."""
        smoothing = exact_number(self.smoothing)
        if smoothing.is_number and not 0 <= smoothing <= 1:
            raise SymconvError(
                f"a smoothing of {smoothing} is no share", help="a number from 0 to 1: 0.1"
            )
        return (1 - smoothing) * target + smoothing / classes
