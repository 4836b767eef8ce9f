"""Cross entropy of logits."""

from dataclasses import dataclass

from sympy import Expr, Integer

from symconv.core.equation import Equation
from symconv.core.nodes import Equals
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, multiply_extents, sum_over_ranges
from symconv.layers.support.scope import Scope, log_normaliser

from .base import GivenName, Layer
from .loss import Reduction


@dataclass(frozen=True)
class CrossEntropy(Layer):
    """The mean over the samples of -sum_q t[b,q] log(softmax(x)[b,q]).

    The target holds probabilities; with `labels` it holds one class number a sample, and
    t[b,q] is 1 where q is that number, else 0.
    """

    keyword = "cross_entropy"
    title = "softmax cross entropy"
    letter = "C"
    takes_channels = True

    target: GivenName
    reduction: Reduction = "mean"
    labels: bool = False

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges = at.like(x)
        axis = at.classes(x)
        classes, samples = ranges[axis], (*ranges[:axis], *ranges[axis + 1 :])
        log_softmax = x[indices_of(ranges)] - log_normaliser(x, ranges, at)
        if self.labels:
            label = at.labels(self.target, samples, batch=x.batch)
            weight: Expr = Equals(classes[0], label[indices_of(samples) or (Integer(0),)])
        else:
            weight = at.target(self.target, x)[indices_of(ranges)]
        one = sum_over_ranges(weight * log_softmax, (classes,))
        if self.reduction == "none":
            return at.output(samples, -one, batch=x.batch)
        averaged = samples if self.reduction == "mean" else ()
        return at.cost(
            -sum_over_ranges(one, samples) / multiply_extents(averaged), averaged=averaged
        )
