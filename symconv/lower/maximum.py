"""A maximum or log(sum(exp)) over bound indices, and where a maximum is attained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sympy import Expr, Mul, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import LogSumExp, MaxOver, OneHot

from .access import read, read_array
from .arithmetic import Test
from .builder import Workbench, origin
from .labelled_array import Labelled, spread, transposed, view
from .leaves import Counter
from .program import Array
from .reductions import FirstMaximum, Reduce
from .views import WHOLE, Broadcast, Item, NewAxis, Reshape
from .window_argmax import first_winners, in_windows, window_maximum

Value = Callable[[Workbench, Expr], Labelled]
KINDS: dict[type, Literal["max", "log_sum_exp"]] = {MaxOver: "max", LogSumExp: "log_sum_exp"}


def _body(bench: Workbench, node: MaxOver | LogSumExp, value: Value) -> Labelled:
    for v, _, high in node.limits:
        bench.declare(v, high + 1)
    body = node.function
    return read(bench, body, "lowest") if isinstance(body, Indexed) else value(bench, body)


def reduced(bench: Workbench, node: MaxOver | LogSumExp, value: Value) -> Labelled:
    """max or log(sum(exp)) over the bound indices; absent entries are -infinity."""
    body = _body(bench, node, value)
    if isinstance(node, MaxOver) and in_windows(node):
        return window_maximum(bench, node, body)
    if isinstance(node, LogSumExp):
        body = _with_axes(bench, body, node.variables)
    axes = tuple(k for k, v in enumerate(body.axes) if v in node.variables)
    left = tuple(v for v in body.axes if v not in node.variables)
    if not axes:
        return body
    return Labelled(Reduce(KINDS[type(node)], body.array, axes if left else None), left)


def _with_axes(bench: Workbench, body: Labelled, indices: tuple[Symbol, ...]) -> Labelled:
    """The body repeated along the indices that it does not depend on: each of them counts."""
    if set(indices) <= set(body.axes):
        return body
    axes = bench.order({*body.axes, *indices})
    return Labelled(_complete(body, axes, tuple(bench.extents[v] for v in axes)), axes)


def one_hot(bench: Workbench, node: OneHot, value: Value) -> Labelled:
    """[position is the first maximiser], row-major, as truth values."""
    body = _body(bench, node.maximum, value)
    bound = tuple(node.maximum.variables)
    outer = tuple(v for v in body.axes if v not in bound)
    extents = tuple(bench.extents[v] for v in bound)
    shape = tuple(bench.extents[v] for v in outer)
    if in_windows(node.maximum):
        marked = first_winners(bench, node.maximum, body).array
    else:
        marked = _marked(bench, body, (*outer, *bound), len(bound))
    if (position := _plain(bench, node, bound)) is not None:
        return Labelled(marked, (*outer, *position))
    local = bench.bind(marked, origin(body.array), "mask")
    return read_array(bench, local, (*shape, *extents), (*outer, *node.position))


def _marked(bench: Workbench, body: Labelled, axes: tuple[Symbol, ...], bound: int) -> Array:
    """Truth values: where the first maximum over the last axes stands."""
    sizes = tuple(bench.extents[v] for v in axes)
    shape, count = sizes[:-bound], Mul(*sizes[-bound:])
    every = _complete(body, axes, sizes)
    flat = every
    if bound > 1:
        flat = bench.bind(Reshape(every, (*shape, count)), origin(every), "flat")
    first = bench.bind(FirstMaximum(flat), origin(every), "winner")
    items: tuple[Item, ...] = (*(WHOLE for _ in shape), NewAxis())
    mask = Test("==", view(first, items), Counter(count))
    return mask if bound == 1 else Reshape(mask, sizes)


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
