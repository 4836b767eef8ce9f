"""Sum: nested loops over index variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr, Mul, Sum, Symbol

from .arithmetic import fragile, in_order
from .meaning import Scope, meaning, node
from .places import Environment, Read, affine, reader

Loop = Callable[[Environment, Any], Any]


@node.register(Sum)
def sum_over(e: Sum, scope: Scope) -> Read:
    """A sum of products, the last limit outermost; an empty range sums to 0.

    A factor is evaluated in the outermost loop that knows its indices, and a zero ends that turn.
    Numbers are multiplied in at the end.
    """
    scope = replace(scope, strict=False)
    ranges, scope = _bind(e.limits[::-1], scope)
    variables = [v for v, _, _ in e.limits[::-1]]
    levels = _levels(Mul.make_args(e.function), variables)
    loop: Loop | None = None
    for depth in range(len(variables), 0, -1):
        factors = [meaning(a, scope) for a in in_order(levels[depth])]
        loop = _loop(scope.slots[variables[depth - 1]], ranges[depth - 1], factors, loop, scope)
    first = in_order([a for a in levels[0] if not a.free_symbols <= scope.sizes.keys()])
    last = [meaning(a, scope) for a in levels[0] if a.free_symbols <= scope.sizes.keys()]
    return _guarded([meaning(a, scope) for a in first], loop, last, scope)


def _bind(limits: Sequence[Any], scope: Scope) -> tuple[list[Read], Scope]:
    """The range of each variable, which may depend on the variables before it."""
    ranges = []
    for variable, low, high in limits:
        ends = [reader(affine(end, scope.sizes, scope.slots)) for end in (low, high)]
        ranges.append(_range(*ends))
        scope = scope.bind([variable])
    return ranges, scope


def _range(low: Read, high: Read) -> Read:
    return lambda v: range(low(v), high(v) + 1)


def _levels(factors: Sequence[Expr], variables: Sequence[Symbol]) -> list[list[Expr]]:
    """The factors by the number of loops that have to run around them."""
    levels: list[list[Expr]] = [[] for _ in range(len(variables) + 1)]
    for factor in factors:
        free = factor.free_symbols
        depth = max((n for n, v in enumerate(variables, start=1) if v in free), default=0)
        levels[len(variables) if fragile(factor) else depth].append(factor)
    return levels


def _loop(slot: int, span: Read, factors: list[Read], inner: Loop | None, scope: Scope) -> Loop:
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
            else:
                total = total + (inner(v, term) if inner else term)
        return total

    return run


def _guarded(before: list[Read], loop: Loop | None, after: list[Read], scope: Scope) -> Read:
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
