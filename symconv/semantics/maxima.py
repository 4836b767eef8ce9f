"""MaxOver, OneHot and LogSumExp: what binds a window in which absent entries do not count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import LogSumExp, MaxOver, OneHot

from .accesses import lookup
from .index_arithmetic import (
    Environment,
    Read,
    affine_in_slots,
    as_integer,
    compile_index,
    find_free_symbols,
)
from .node_compiler import EvaluationScope, compile_formula, compile_node

Reducer = MaxOver | LogSumExp


class EmptyMaximum(Unsupported):
    """A window in which every entry is absent; its maximum would be minus infinity."""


def compile_window(
    e: Reducer, scope: EvaluationScope
) -> Callable[[Environment], Iterator[tuple[Any, Any]]]:
    """The present entries of a window in row-major order, each with the bound indices it is at."""
    spans = [
        range(as_integer(low, scope.sizes), as_integer(high, scope.sizes) + 1)
        for _, low, high in e.limits
    ]
    scope = scope.bind(e.variables)
    slots = [scope.slots[v] for v in e.variables]
    # Absent entries do not count, but only a bare access can be told to be absent. Inside of a
    # product or a function it would be 0 already, hence the strict scope, which refuses it.
    bare = isinstance(e.function, Indexed)
    body = (
        lookup(e.function, scope)
        if bare
        else compile_formula(e.function, replace(scope, strict=True))
    )

    def present(v: Environment) -> Iterator[tuple[Any, Any]]:
        for position in product(*spans):
            for slot, value in zip(slots, position, strict=True):
                v[slot] = value
            scalar = body(v)
            if scalar is not None:
                yield position, scalar

    return present


def _require_entries(e: Reducer, entries: Iterator[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    found = list(entries)
    if not found:
        raise EmptyMaximum(f"every entry of a window is absent, so '{e}' has no value")
    return [p for p, _ in found], [scalar for _, scalar in found]


@compile_node.register(MaxOver)
def compile_maximum(e: MaxOver, scope: EvaluationScope) -> Read:
    """The largest present entry of a window."""
    entries, maximum = compile_window(e, scope), scope.algebra.maximum
    return lambda v: maximum(_require_entries(e, entries(v))[1])


@compile_node.register(LogSumExp)
def compile_log_sum_exp(e: LogSumExp, scope: EvaluationScope) -> Read:
    """log of the sum of exp over the present entries of a window, computed once for each window."""
    entries, reduce = compile_window(e, scope), scope.algebra.log_sum_exp
    free = _find_free_slots(e, scope)
    found: dict[tuple[int, ...], Any] = {}

    def evaluate(v: Environment) -> Any:
        return reduce(_require_entries(e, entries(v))[1])

    # A softmax asks for the same window at each of its entries. As below, the tables stay as they
    # are; where an entry has a slope, that changes from one derivative to the next.
    def evaluate_once(v: Environment) -> Any:
        here = tuple([v[s] for s in free])
        if here not in found:
            found[here] = evaluate(v)
        return found[here]

    return evaluate if scope.seeds else evaluate_once


def _find_free_slots(e: Reducer, scope: EvaluationScope) -> list[int]:
    """Where the indices stand that a window depends on."""
    symbols = find_free_symbols(e) & scope.slots.keys()
    return [scope.slots[s] for s in sorted(symbols, key=str)]


@compile_node.register(OneHot)
def compile_one_hot(e: OneHot, scope: EvaluationScope) -> Read:
    """[position is that of the first largest present entry]; each window is marked once."""
    entries = compile_window(e.maximum, scope)
    free = _find_free_slots(e.maximum, scope)
    position = [compile_index(affine_in_slots(p, scope.sizes, scope.slots)) for p in e.position]
    zero, algebra = scope.zero, scope.algebra
    # The tables do not change while a closure lives, so the winner depends on the free indices
    # alone.
    found: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}

    def marks(v: Environment) -> dict[tuple[int, ...], Any]:
        places, scalars = _require_entries(e.maximum, entries(v))
        return dict(zip(places, algebra.mark_winner(scalars), strict=True))

    def indicator(v: Environment) -> Any:
        here = tuple([v[s] for s in free])
        if here not in found:
            found[here] = marks(v)
        return found[here].get(tuple([p(v) for p in position]), zero)

    return indicator
