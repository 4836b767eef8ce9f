"""A maximum over bound indices, and where it is attained."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Mul, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import MaxOver, OneHot

from .access import read, read_array
from .labelled import Labelled, spread, transposed, view
from .program import (
    WHOLE,
    Array,
    Broadcast,
    Counter,
    FirstMaximum,
    Item,
    NewAxis,
    Reduce,
    Reshape,
    Test,
)
from .workbench import Workbench, origin

Value = Callable[[Workbench, Expr], Labelled]


def _body(bench: Workbench, node: MaxOver, value: Value) -> Labelled:
    for v, _, high in node.limits:
        bench.declare(v, high + 1)
    body = node.function
    return read(bench, body, "lowest") if isinstance(body, Indexed) else value(bench, body)


def maximum(bench: Workbench, node: MaxOver, value: Value) -> Labelled:
    """max over the bound indices; absent entries are -infinity."""
    body = _body(bench, node, value)
    axes = tuple(k for k, v in enumerate(body.axes) if v in node.variables)
    left = tuple(v for v in body.axes if v not in node.variables)
    if not axes:
        return body
    return Labelled(Reduce("max", body.array, axes if left else None), left)


def one_hot(bench: Workbench, node: OneHot, value: Value) -> Labelled:
    """[position is the first maximiser], row-major, as truth values."""
    body = _body(bench, node.maximum, value)
    bound = tuple(node.maximum.variables)
    outer = tuple(v for v in body.axes if v not in bound)
    extents = tuple(bench.extents[v] for v in bound)
    shape = tuple(bench.extents[v] for v in outer)
    every = _complete(body, (*outer, *bound), (*shape, *extents))
    flat = every
    if len(bound) > 1:
        flat = bench.bind(Reshape(every, (*shape, Mul(*extents))), origin(every), "flat")
    first = bench.bind(FirstMaximum(flat), origin(every), "winner")
    items: tuple[Item, ...] = (*(WHOLE for _ in outer), NewAxis())
    mask = Test("==", view(first, items), Counter(Mul(*extents)))
    marked = mask if len(bound) == 1 else Reshape(mask, (*shape, *extents))
    if (position := _plain(bench, node, bound)) is not None:
        return Labelled(marked, (*outer, *position))
    local = bench.bind(marked, origin(every), "mask")
    return read_array(bench, local, (*shape, *extents), (*outer, *node.position))


def _complete(body: Labelled, axes: tuple[Symbol, ...], shape: tuple[Expr, ...]) -> Array:
    """The array with all of the axes, in that order."""
    if set(axes) == set(body.axes):
        return transposed(body, axes).array
    return Broadcast(spread(body, axes), shape)


def _plain(bench: Workbench, node: OneHot, bound: tuple[Symbol, ...]) -> tuple[Symbol, ...] | None:
    """The position, if it is a list of distinct indices that run over the whole window."""
    found = tuple(p for p in node.position if isinstance(p, Symbol) and p in bench.extents)
    same = (
        bench.sizes.equal(bench.extents[p], bench.extents[v])
        for p, v in zip(found, bound, strict=False)
    )
    return found if len(set(found)) == len(node.position) and all(same) else None
