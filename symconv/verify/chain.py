"""Whether the steps of a derivation lead from the derivative asked for to its equation."""

from __future__ import annotations

from itertools import pairwise

from symconv.core.nodes import Partial
from symconv.core.proof import Derivation


def chain_error(derivation: Derivation) -> str:
    """Where the chain from dC/dT[q] to the equation is broken; empty where it is not."""
    steps, lhs = derivation.steps, derivation.equation.lhs
    if not steps:
        return "there is no step"
    start = steps[0].before
    if not (isinstance(start, Partial) and start.by == derivation.of[lhs.indices]):
        return f"step 1 starts from {start}, which is not the derivative by the entry asked for"
    for number, (one, next_one) in enumerate(pairwise(steps), start=1):
        if one.after != next_one.before:
            return f"step {number + 1} ({next_one.rule}) does not start where step {number} ended"
    if steps[-1].after != derivation.equation.rhs:
        return "the last step does not end in the right-hand side of the equation"
    return ""
