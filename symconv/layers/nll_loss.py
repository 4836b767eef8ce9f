"""Negative log-likelihood of log-probabilities."""

from dataclasses import dataclass

from sympy import Expr

from symconv.core.equation import Ranges
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of
from symconv.layers.support.scope import Scope

from .class_cost import ClassCost


@dataclass(frozen=True)
class NegativeLogLikelihood(ClassCost):
    """The mean over the samples of -sum_q t[b,q] x[b,q], where x holds log-probabilities.

    The target holds probabilities; with `labels` it holds one class number a sample, and
    t[b,q] is 1 where q is that number, else 0. With `smoothing e` of Q classes (1 - e) t + e/Q
    stands for t. With `weights v` class q counts v[q] times, and the mean over class numbers
    divides by the sum of v[t[b]]. With `ignore k` the samples whose label is k add nothing and are
    not counted; k is a class, counted from 0, or a number that is none, such as -100.
    """

    keyword = "nll_loss"
    title = "negative log-likelihood"

    def log_share(self, x: Tensor, ranges: Ranges, at: Scope) -> Expr:  # noqa: ARG002 - as all have
        return x[indices_of(ranges)]
