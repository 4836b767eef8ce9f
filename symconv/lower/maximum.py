"""A maximum or log(sum(exp)) over bound indices, and where a maximum is attained first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sympy import Expr, Mul, S, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import LogSumExp, MaxOver, OneHot

from .builder import ProgramBuilder, origin_key
from .gather import read_access, read_array
from .ir import (
    WHOLE,
    Arange,
    ArgMax,
    Array,
    Broadcast,
    Comparison,
    Full,
    IndexView,
    IntegerIndex,
    Item,
    Let,
    LogicalAnd,
    LogicalNot,
    Loop,
    MaximumInto,
    NewAxis,
    Reduce,
    Ref,
    Reshape,
    Store,
)
from .named_array import NamedArray, broadcast_to_axes, index_array, transpose_axes


def slides_in_windows(node: MaxOver | LogSumExp) -> bool:
    """Whether every bound index moves inside a window: it is added to another index."""
    body = node.function
    if not isinstance(node, MaxOver) or not isinstance(body, Indexed):
        return False
    return not set(node.variables) & set(body.indices)


def window_maximum(bench: ProgramBuilder, node: MaxOver, body: NamedArray) -> NamedArray:
    """The largest entry of each window, from -infinity upwards."""
    part = _window_entry(body, node.variables)
    shape = tuple(bench.extents[v] for v in part.axes)
    # Not the first entry: in a border it may be absent, and absent is -infinity under a maximum.
    lowest = Full(shape, S.NegativeInfinity, bench.like(body.array))
    target = bench.define(lowest, bench.goal, "maximum")
    _loop_over_window(bench, node, (MaximumInto(target, part.array),))
    return NamedArray(target, part.axes)


def window_argmax(bench: ProgramBuilder, node: MaxOver, body: NamedArray) -> NamedArray:
    """Truth values: where the first maximum of each window stands, its place in the last axes."""
    bound = node.variables
    part = _window_entry(body, bound)
    top = broadcast_to_axes(
        _reuse_forward_maximum(bench, node) or window_maximum(bench, node, body), part.axes
    )
    shape = tuple(bench.extents[v] for v in part.axes)
    window = tuple(bench.extents[v] for v in bound)
    first = bench.define(Full((*window, *shape), S.Zero, None), bench.goal, "first")
    free = bench.define(Full(shape, S.One, None), bench.goal, "open")
    items = tuple(IntegerIndex(v) for v in bound)
    _loop_over_window(
        bench,
        node,
        (
            Store(first, items, LogicalAnd(free, Comparison("is", part.array, top)), add=False),
            # The tie rule: `free` holds until an entry equals the maximum, so the first one in
            # row-major order wins, as PyTorch's does. A plain `==` mask would hand the gradient to
            # every tie. A window that holds NaN is worth NaN, and its first NaN wins.
            Let(free, LogicalAnd(free, LogicalNot(IndexView(first, items)))),
        ),
    )
    return transpose_axes(NamedArray(first, (*bound, *part.axes)), (*part.axes, *bound))


def _window_entry(body: NamedArray, bound: tuple[Symbol, ...]) -> NamedArray:
    """One entry of each window."""
    for v in bound:
        body = body.at(v)
    return body


def _loop_over_window(
    bench: ProgramBuilder, node: MaxOver, statements: tuple[MaximumInto | Store | Let, ...]
) -> None:
    ranges = tuple((v, bench.extents[v]) for v in node.variables)
    bench.statements.append(Loop(ranges, statements))


def _reuse_forward_maximum(bench: ProgramBuilder, node: MaxOver) -> NamedArray | None:
    """The value of the forward pass that holds this maximum, if there is one."""
    for equation in bench.known:
        found = equation.rhs
        if not isinstance(found, MaxOver) or len(found.variables) != len(node.variables):
            continue
        names = dict(zip(found.variables, node.variables, strict=True))
        same = found.function.xreplace(names) == node.function
        if (
            same
            and found.xreplace(names).limits == node.limits
            and _are_distinct_indices(equation.lhs.indices)
        ):
            return NamedArray(Ref(equation.key), equation.lhs.indices)
    return None


def _are_distinct_indices(places: tuple[Expr, ...]) -> bool:
    return all(isinstance(e, Symbol) for e in places) and len(set(places)) == len(places)


Value = Callable[[ProgramBuilder, Expr], NamedArray]
KINDS: dict[type, Literal["max", "log_sum_exp"]] = {MaxOver: "max", LogSumExp: "log_sum_exp"}


def _lower_body(bench: ProgramBuilder, node: MaxOver | LogSumExp, value: Value) -> NamedArray:
    for v, _, high in node.limits:
        bench.declare(v, high + 1)
    body = node.function
    # -infinity is right for a bare entry only: under a product or a function -infinity is no longer
    # the neutral element.
    return read_access(bench, body, "lowest") if isinstance(body, Indexed) else value(bench, body)


def lower_reduction(bench: ProgramBuilder, node: MaxOver | LogSumExp, value: Value) -> NamedArray:
    """max or log(sum(exp)) over the bound indices; absent entries are -infinity."""
    body = _lower_body(bench, node, value)
    if isinstance(node, MaxOver) and slides_in_windows(node) and not bench.correlates:
        return window_maximum(bench, node, body)
    if isinstance(node, LogSumExp):
        # The maximum of a constant is the constant; the log of its sum of exp counts how often it
        # occurs.
        body = _repeat_along(bench, body, node.variables)
    axes = tuple(k for k, v in enumerate(body.axes) if v in node.variables)
    left = tuple(v for v in body.axes if v not in node.variables)
    if not axes:
        return body
    return NamedArray(Reduce(KINDS[type(node)], body.array, axes if left else None), left)


def _repeat_along(
    bench: ProgramBuilder, body: NamedArray, indices: tuple[Symbol, ...]
) -> NamedArray:
    """The body repeated along the indices that it does not depend on: each of them counts."""
    if set(indices) <= set(body.axes):
        return body
    axes = bench.order({*body.axes, *indices})
    return NamedArray(_broadcast_all(body, axes, tuple(bench.extents[v] for v in axes)), axes)


def lower_one_hot(bench: ProgramBuilder, node: OneHot, value: Value) -> NamedArray:
    """[position is the first maximiser], row-major, as truth values."""
    body = _lower_body(bench, node.maximum, value)
    bound = tuple(node.maximum.variables)
    outer = tuple(v for v in body.axes if v not in bound)
    extents = tuple(bench.extents[v] for v in bound)
    shape = tuple(bench.extents[v] for v in outer)
    if slides_in_windows(node.maximum) and not bench.correlates:
        marked = window_argmax(bench, node.maximum, body).array
    else:
        marked = _mark_first_maximum(bench, body, (*outer, *bound), len(bound))
    if (position := _plain_position(bench, node, bound)) is not None:
        return NamedArray(marked, (*outer, *position))
    local = bench.bind(marked, origin_key(body.array), "mask")
    return read_array(bench, local, (*shape, *extents), (*outer, *node.position))


def _mark_first_maximum(
    bench: ProgramBuilder, body: NamedArray, axes: tuple[Symbol, ...], bound: int
) -> Array:
    """Truth values: where the first maximum over the last axes stands."""
    sizes = tuple(bench.extents[v] for v in axes)
    shape, count = sizes[:-bound], Mul(*sizes[-bound:])
    every = _broadcast_all(body, axes, sizes)
    flat = every
    if bound > 1:
        flat = bench.bind(Reshape(every, (*shape, count)), origin_key(every), "flat")
    # NumPy's argmax answers the first of equals in row-major order: the house's tie rule.
    first = bench.bind(ArgMax(flat), origin_key(every), "winner")
    items: tuple[Item, ...] = (*(WHOLE for _ in shape), NewAxis())
    mask = Comparison("==", index_array(first, items), Arange(count))
    return mask if bound == 1 else Reshape(mask, sizes)


def _broadcast_all(body: NamedArray, axes: tuple[Symbol, ...], shape: tuple[Expr, ...]) -> Array:
    """The array with all of the axes, in that order."""
    if set(axes) == set(body.axes):
        return transpose_axes(body, axes).array
    return Broadcast(broadcast_to_axes(body, axes), shape)


def _plain_position(
    bench: ProgramBuilder, node: OneHot, bound: tuple[Symbol, ...]
) -> tuple[Symbol, ...] | None:
    """The position, if it is a list of distinct indices that run over the whole window."""
    found = tuple(p for p in node.position if isinstance(p, Symbol) and p in bench.extents)
    same = (
        bench.sizes.equal(bench.extents[p], bench.extents[v])
        for p, v in zip(found, bound, strict=False)
    )
    return found if len(set(found)) == len(node.position) and all(same) else None
