"""Partial: a derivative by one entry of a tensor, evaluated with dual numbers.

d e / d T[q] is the derivative of the formula e by the entries of T *that e itself reads*. Where e
is an entry of a tensor other than T, it stands for the right-hand side of the equation that
computes it. In both cases every other tensor is held fixed, as the chain rule wants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import Partial
from symconv.core.tensor import key_of

from .autodiff import Duals
from .index_arithmetic import (
    Environment,
    Place,
    Read,
    as_integer,
    compile_place,
    find_free_symbols,
)
from .node_compiler import EvaluationScope, Seed, compile_formula, compile_node


@compile_node.register(Partial)
def compile_partial(e: Partial, scope: EvaluationScope) -> Read:
    """D of / d by: the slope of `of` when the entry `by` has slope 1; 0 where `by` is absent."""
    # A derivative inside a derivative has an epsilon of its own: with one epsilon for both, the
    # slope by one entry would be taken for that by the other (perturbation confusion).
    level = len(scope.seeds) + 1
    seed = Seed(key_of(e.by), [None], level, set())
    duals = Duals(scope.algebra, level)
    inner = replace(scope, algebra=duals, seeds=(*scope.seeds, seed))
    value = _definition(e, inner) or compile_formula(e.of, inner)
    place = compile_place(e.by.indices, scope.sizes, scope.slots)
    table, zero, slope = scope.tables[seed.key], scope.zero, duals.slope
    free = sorted(scope.slots[s] for s in find_free_symbols(e.of) & scope.slots.keys())
    # What a value reads depends on its indices alone, since the tables do not change; only where
    # this derivative stands in another one may slopes change what is read.
    reads: dict[Place, frozenset[Place]] | None = None if scope.seeds else {}

    def derivative(v: Environment) -> Any:
        seed.cell[0] = by = place(v)
        if by not in table:
            return zero
        if reads is None:
            return slope(value(v))
        here = tuple([v[s] for s in free])
        known = reads.get(here)
        if known is not None:
            return slope(value(v)) if by in known else zero
        seed.read.clear()
        found = slope(value(v))
        reads[here] = frozenset(seed.read)
        return found

    return derivative


def _definition(e: Partial, scope: EvaluationScope) -> Read | None:
    """The value of an entry that an equation computes, as its right-hand side."""
    if not isinstance(e.of, Indexed) or e.of.base == e.by.base:
        return None
    equations = scope.equations.get(key_of(e.of))
    if not equations:
        return None
    place = compile_place(e.of.indices, scope.sizes, scope.slots)
    return _right_hand_side(equations, place, scope)


def _right_hand_side(equations: Sequence[Equation], place: Read, scope: EvaluationScope) -> Read:
    """The right-hand side that computes the entry at a place; 0 where none does."""
    bodies: dict[Place, tuple[Read, list[int], Place]] = {}
    for equation in equations:
        # The indices of the equation are its own, though they may have the names of those outside.
        inside = replace(scope, slots={}).bind([v for v, _ in equation.ranges])
        body, slots = compile_formula(equation.rhs, inside), list(inside.slots.values())
        for target, values in list_writes(equation, inside):
            bodies[target] = (body, slots, values)
    zero = scope.zero

    def evaluate(v: Environment) -> Any:
        found = bodies.get(place(v))
        if found is None:
            return zero
        body, slots, values = found
        for slot, value in zip(slots, values, strict=True):
            v[slot] = value
        return body(v)

    return evaluate


def list_writes(equation: Equation, scope: EvaluationScope) -> list[tuple[Place, Place]]:
    """Every entry that an equation computes, with the values of its indices there."""
    spans = [range(as_integer(extent, scope.sizes)) for _, extent in equation.ranges]
    place = compile_place(equation.lhs.indices, scope.sizes, scope.slots)
    slots = [scope.slots[v] for v, _ in equation.ranges]
    found = []
    for values in product(*spans):
        for slot, value in zip(slots, values, strict=True):
            scope.environment[slot] = value
        found.append((place(scope.environment), values))
    return found
