"""Reading a tensor: affine indices by pad, windows, slices, reshape; rational ones with gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sympy import Add, Expr, S, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.tensor import key_of

from .affine import AffineForm, affine_form, denominator
from .builder import ProgramBuilder, origin_key
from .ir import (
    WHOLE,
    Array,
    Einsum,
    Full,
    IntegerIndex,
    Item,
    PadArray,
    Ref,
    SlidingWindowView,
    Store,
    StridedSlice,
)
from .named_array import NamedArray, index_array, reshape_array, reverse_items
from .strategy import Reach, choose_window_index, order_as_mixed_radix

Fill = Literal["zero", "lowest"]


@dataclass(frozen=True)
class GatherAxis:
    """One axis that is still to be cut: entry `start` + sum of step * index, of `length` entries.

    All steps are positive; an index in `flipped` counts from its far end.
    """

    length: Expr
    start: Expr
    reaches: tuple[Reach, ...] = ()
    flipped: frozenset[Symbol] = frozenset()


def gather_entries(
    bench: ProgramBuilder,
    source: Array,
    shape: tuple[Expr, ...],
    places: tuple[AffineForm, ...],
    fill: Fill = "zero",
) -> NamedArray:
    """`source[places]`, with `fill` at every place that is out of bounds."""
    axes = tuple(_gather_axis(bench, p, n) for p, n in zip(places, shape, strict=True))
    # Blocks before windows: an axis that tiles another one as a whole is a mere reshape, and a
    # reshape of a view of windows would copy all of them.
    if any(_overlaps(bench, axis) for axis in axes):
        source, axes = _split_blocks(bench, source, axes)
    source, axes = _pad_axes(bench, source, axes, fill)
    while any(_overlaps(bench, axis) for axis in axes):
        source, axes = _slide_windows(bench, source, axes)
    return _take_diagonal(_slice_axes(bench, source, axes))


def _gather_axis(bench: ProgramBuilder, place: AffineForm, length: Expr) -> GatherAxis:
    start, reaches, flipped = place.constant, [], set()
    for v, c in place.terms:
        extent = bench.extents[v]
        if bench.sizes.nonnegative(c):
            reaches.append((v, c, extent))
        elif bench.sizes.nonnegative(-c):
            reaches.append((v, -c, extent))
            # start + sum of |c| (extent - 1 - v): the far end counts from 0, and every step is
            # positive.
            start += c * (extent - 1)
            flipped.add(v)
        else:
            # A negative index would not fail in NumPy: it wraps around to the other end.
            raise Unsupported(f"the sign of {c} in the index {place.expression} is not known")
    return GatherAxis(length, start, tuple(reaches), frozenset(flipped))


def _split_blocks(
    bench: ProgramBuilder, source: Array, axes: tuple[GatherAxis, ...]
) -> tuple[Array, tuple[GatherAxis, ...]]:
    """Axes that are tiled as a whole get one axis an index, before windows of others are made."""
    parts: list[tuple[GatherAxis, ...]] = []
    for axis in axes:
        order = order_as_mixed_radix(axis.reaches, bench) if len(axis.reaches) > 1 else None
        whole = axis.start == 0 and bench.sizes.equal(_span(axis) + 1, axis.length)
        if order is None or not whole:
            parts.append((axis,))
            continue
        one = S.One
        parts.append(
            tuple(GatherAxis(n, S.Zero, ((v, one, n),), axis.flipped & {v}) for v, _, n in order)
        )
    found = tuple(a for some in parts for a in some)
    if len(found) == len(axes):
        return source, axes
    return bench.bind(
        reshape_array(source, tuple(a.length for a in found)), origin_key(source), "blocks"
    ), found


def _span(axis: GatherAxis) -> Expr:
    return Add(*(c * (n - 1) for _, c, n in axis.reaches))


def _pad_axes(
    bench: ProgramBuilder, source: Array, axes: tuple[GatherAxis, ...], fill: Fill
) -> tuple[Array, tuple[GatherAxis, ...]]:
    """The source with room for every place that may be out of bounds."""
    short = bench.sizes.shortfall
    # The least place is `start`, the greatest `start` + span: what they lack of 0 and of the length
    # is the padding, whether the formula calls it so or not.
    widths = tuple((short(-a.start), short(a.start + _span(a) - a.length + 1)) for a in axes)
    if not any(before != 0 or after != 0 for before, after in widths):
        return source, axes
    grown = tuple(
        replace(a, length=a.length + before + after, start=a.start + before)
        for a, (before, after) in zip(axes, widths, strict=True)
    )
    return bench.bind(PadArray(source, widths, fill), origin_key(source), "padded"), grown


def _overlaps(bench: ProgramBuilder, axis: GatherAxis) -> bool:
    return len(axis.reaches) > 1 and order_as_mixed_radix(axis.reaches, bench) is None


def _slide_windows(
    bench: ProgramBuilder, source: Array, axes: tuple[GatherAxis, ...]
) -> tuple[Array, tuple[GatherAxis, ...]]:
    """One index of each crowded axis moves to a window axis of its own at the end."""
    outer: list[GatherAxis] = []
    inner: list[GatherAxis] = []
    crowded: list[int] = []
    for k, axis in enumerate(axes):
        if not _overlaps(bench, axis):
            outer.append(axis)
            continue
        v = choose_window_index(axis.reaches, bench.sizes)
        window = tuple(r for r in axis.reaches if r[0] == v)
        # step (extent - 1) + 1 entries, the step being the dilation.
        length = window[0][1] * (window[0][2] - 1) + 1
        crowded.append(k)
        inner.append(GatherAxis(length, S.Zero, window, axis.flipped & {v}))
        left = tuple(r for r in axis.reaches if r[0] != v)
        outer.append(GatherAxis(axis.length - length + 1, axis.start, left, axis.flipped - {v}))
    value = SlidingWindowView(source, tuple(a.length for a in inner), tuple(crowded))
    return bench.bind(value, origin_key(source), "windows"), (*outer, *inner)


def _slice_axes(bench: ProgramBuilder, source: Array, axes: tuple[GatherAxis, ...]) -> NamedArray:
    """The slices, then one reshape for the tiled axes, then the flips that are left."""
    items = tuple(_item(bench, axis) for axis in axes)
    cut = index_array(source, items)
    order = tuple(order_as_mixed_radix(a.reaches, bench) or a.reaches for a in axes)
    kept = tuple(o for o, a in zip(order, axes, strict=True) if a.reaches)
    if any(len(o) > 1 for o in kept):
        cut = reshape_array(cut, tuple(n for o in kept for _, _, n in o))
    labels = tuple(v for o in kept for v, _, _ in o)
    turned = (a.flipped for a in axes if a.reaches)
    falls = tuple(v in f for o, f in zip(kept, turned, strict=True) for v, _, _ in o)
    return NamedArray(index_array(cut, reverse_items(falls)), labels)


def _item(bench: ProgramBuilder, axis: GatherAxis) -> Item:
    """`start : stop : step` of one axis; the bounds are left out where they are evident."""
    if not axis.reaches:
        return IntegerIndex(axis.start)
    step = axis.reaches[0][1] if len(axis.reaches) == 1 else S.One
    count = axis.reaches[0][2] if len(axis.reaches) == 1 else _span(axis) + 1
    start = None if axis.start == 0 else axis.start
    # A slice may stop at its last entry + 1 .. + step, all the same. Where the end of the axis is
    # among them, the stop goes without saying.
    evident = bench.sizes.nonnegative(axis.start + step * count - axis.length)
    stop = None if evident else axis.start + step * (count - 1) + 1
    # start + step count is shorter to read, and NumPy clips it where it is beyond the end.
    if not evident and step != 1:
        stop = axis.start + step * count
    item = StridedSlice(start, stop, None if step == 1 else step)
    return WHOLE if item == StridedSlice() else item


def _take_diagonal(value: NamedArray) -> NamedArray:
    """The diagonal where one index stands on two axes."""
    once = tuple(dict.fromkeys(value.axes))
    if once == value.axes:
        return value
    # x[i, i] is a diagonal, and einsum "ii->i" is the view of it.
    return NamedArray(Einsum(((value.array, value.axes),), once), once)


ABSENT: dict[Fill, Expr] = {"zero": S.Zero, "lowest": S.NegativeInfinity}


def read_access(bench: ProgramBuilder, access: Indexed, fill: Fill = "zero") -> NamedArray:
    """The array of `T[e, ...]`, absent entries being `fill`."""
    key = key_of(access)
    tensor = bench.tensors[key]
    if tensor.role == "cost":
        return NamedArray(Ref(key), ())
    return read_array(bench, Ref(key), tensor.shape, access.indices, fill)


def read_array(
    bench: ProgramBuilder,
    source: Array,
    shape: tuple[Expr, ...],
    indices: tuple[Expr, ...],
    fill: Fill = "zero",
) -> NamedArray:
    """`source[indices]` for any array of a known shape."""
    # x[(u + p) / s] is absent where s does not divide: with s - 1 absent entries between
    # neighbours, it is a plain read at u + p.
    gaps = tuple(denominator(e) for e in indices)
    if any(g != 1 for g in gaps):
        source = _insert_gaps(bench, source, shape, gaps, fill)
        shape = tuple(g * (n - 1) + 1 for g, n in zip(gaps, shape, strict=True))
    places = tuple(_affine_index(bench, g * e) for g, e in zip(gaps, indices, strict=True))
    return gather_entries(bench, source, shape, places, fill)


def _affine_index(bench: ProgramBuilder, index: Expr) -> AffineForm:
    return affine_form(expand(index), bench.extents)


def _insert_gaps(
    bench: ProgramBuilder,
    source: Array,
    shape: tuple[Expr, ...],
    gaps: tuple[Expr, ...],
    fill: Fill,
) -> Array:
    """The source with gap - 1 absent entries between neighbours: entry e stands at gap * e."""
    key = ("spaced", source, gaps, fill)
    if key not in bench.memory:
        lengths = tuple(g * (n - 1) + 1 for g, n in zip(gaps, shape, strict=True))
        empty = Full(lengths, ABSENT[fill], bench.like(source))
        target = bench.define(empty, origin_key(source), "spaced")
        items = tuple(WHOLE if g == 1 else StridedSlice(step=g) for g in gaps)
        bench.statements.append(Store(target, items, source, add=False))
        bench.memory[key] = target
    return bench.memory[key]
