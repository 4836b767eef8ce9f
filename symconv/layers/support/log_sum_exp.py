"""The logarithm of a sum of exponentials, which softmax and cross-entropy have in common."""

from __future__ import annotations

from sympy import Expr

from symconv.core.equation import Ranges
from symconv.core.nodes import LogSumExp, limits
from symconv.core.tensor import Tensor

from .places import places
from .scope import Scope


def log_sum_exp(x: Tensor, ranges: Ranges, at: Scope) -> Expr:
    """log sum_r exp x[b,r,...], over the first axis after the batch."""
    axis = x.batch
    (summed,) = at.ranges("feature", (ranges[axis][1],))
    here = places(ranges)
    return LogSumExp(x[(*here[:axis], summed[0], *here[axis + 1 :])], *limits((summed,)))
