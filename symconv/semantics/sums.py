"""Sum: nested loops over index variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sympy import Expr, Mul, Sum, Symbol

from .arithmetic import can_fail, evaluation_order
from .index_arithmetic import (
    FORMULAS,
    Environment,
    Read,
    affine_in_slots,
    compile_index,
    find_free_symbols,
)
from .node_compiler import EvaluationScope, compile_formula, compile_node

Loop = Callable[[Environment, Any], Any]


@compile_node.register(Sum)
def compile_sum(e: Sum, scope: EvaluationScope) -> Read:
    """A sum of products, the last limit outermost; an empty range sums to 0.

    A factor is evaluated in the outermost loop that knows its indices, and a zero ends that turn.
    Numbers are multiplied in at the end.
    """
    # Under a sum what is absent is 0 again, even inside of a maximum.
    scope = replace(scope, strict=False)
    ranges, scope = _bind_limits(e.limits[::-1], scope)
    variables = tuple(v for v, _, _ in e.limits[::-1])
    levels = _hoist_factors(Mul.make_args(e.function), variables)
    loop: Loop | None = None
    for depth in range(len(variables), 0, -1):
        factors = [compile_formula(a, scope) for a in evaluation_order(levels[depth])]
        loop = _compile_loop(
            scope.slots[variables[depth - 1]], ranges[depth - 1], factors, loop, scope
        )
    known = scope.sizes.keys()
    first = evaluation_order([a for a in levels[0] if not find_free_symbols(a) <= known])
    last = [compile_formula(a, scope) for a in levels[0] if find_free_symbols(a) <= known]
    return _surround_loops([compile_formula(a, scope) for a in first], loop, last, scope)


def _bind_limits(
    limits: Sequence[Any], scope: EvaluationScope
) -> tuple[list[Read], EvaluationScope]:
    """The range of each variable, which may depend on the variables before it."""
    ranges = []
    for variable, low, high in limits:
        ends = [
            compile_index(affine_in_slots(end, scope.sizes, scope.slots)) for end in (low, high)
        ]
        ranges.append(_compile_range(*ends))
        scope = scope.bind([variable])
    return ranges, scope


def _compile_range(low: Read, high: Read) -> Read:
    return lambda v: range(low(v), high(v) + 1)


@lru_cache(maxsize=FORMULAS)
def _hoist_factors(
    factors: tuple[Expr, ...], variables: tuple[Symbol, ...]
) -> tuple[tuple[Expr, ...], ...]:
    """The factors by the number of loops that have to run around them."""
    levels: list[list[Expr]] = [[] for _ in range(len(variables) + 1)]
    for factor in factors:
        free = find_free_symbols(factor)
        depth = max((n for n, v in enumerate(variables, start=1) if v in free), default=0)
        # As early as its indices are known, but what can fail goes innermost: a bracket that is 0
        # must have the chance to end the product before 1/x is asked for.
        levels[len(variables) if can_fail(factor) else depth].append(factor)
    return tuple(map(tuple, levels))


def _compile_loop(
    slot: int, span: Read, factors: list[Read], inner: Loop | None, scope: EvaluationScope
) -> Loop:
    """One loop: the product so far times this level's factors is handed to the loop inside."""
    zero = scope.zero

    def run(v: Environment, so_far: Any) -> Any:
        total = zero
        for value in span(v):
            v[slot] = value
            term = so_far
            for factor in factors:
                scalar = factor(v)
                if not scalar:
                    break
                term = term * scalar
            # The `else` of a loop that no zero has broken off.
            else:
                total = total + (inner(v, term) if inner else term)
        return total

    return run


def _surround_loops(
    before: list[Read], loop: Loop | None, after: list[Read], scope: EvaluationScope
) -> Read:
    """The loops, with the factors that no loop changes before them and the numbers after them."""
    assert loop is not None, "a sum has limits"
    zero, one = scope.zero, scope.one

    def run(v: Environment) -> Any:
        term = one
        for factor in before:
            scalar = factor(v)
            if not scalar:
                return zero
            term = term * scalar
        total = loop(v, term)
        for factor in after:
            total = total * factor(v)
        return total

    return run
