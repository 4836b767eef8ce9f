"""Derivatives of a value by what it is made of, worked out by the rules of the backward pass.

The tape of the forward pass gives the same numbers and knows no rules; here a rule that is broken
shows in the derivative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from symconv.claims.model.errors import NotChecked
from symconv.semantics.index_arithmetic import Place

from .assignment import Assignment, all_places, find_dependents


def chain_derivatives(
    assignment: Assignment, above: str, place: Place, below: str
) -> Mapping[Place, Any]:
    """d(an entry of `above`)/d(every entry of `below`): dC/d(below) where dC/d(that entry) is 1.

    NotChecked where the backward pass has no error signal of one of them.
    """
    context = assignment.context
    upper, lower = context.deltas.get(above), context.deltas.get(below)
    if upper is None or lower is None:
        raise NotChecked(f"d{above}/d{below} is not derived")
    zero, one = assignment.algebra.number(0), assignment.algebra.number(1)
    if above == below:
        return {p: one if p == place else zero for p in all_places(context, lower)}
    through = find_dependents(assignment.program, [upper.key])
    given = dict(assignment.given)
    # Paths to the cost that do not lead through the value count nothing.
    for tensor in context.deltas.values():
        if tensor.key not in through or tensor is upper:
            given[tensor.key] = dict.fromkeys(all_places(context, tensor), zero)
    given[upper.key] = {**given[upper.key], place: one}
    derivatives = {t.key for t in context.program.tensors if t.is_derivative}
    known = {k: t for k, t in assignment.known.items() if k not in derivatives}
    local = replace(assignment, given=given, known=known)
    found = local.table(lower.key) if lower.key in through else given[lower.key]
    assignment.known |= {k: t for k, t in local.known.items() if k not in derivatives}
    return {p: found.get(p, zero) for p in product(*map(range, context.shape(lower)))}
