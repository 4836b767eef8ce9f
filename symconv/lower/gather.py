"""Reading a tensor at affine indices: pad, windows, slices, reshape; every axis on its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sympy import Add, Expr, S, Symbol

from symconv.core.errors import Unsupported

from .affine import Affine
from .builder import Workbench, origin
from .labelled_array import Labelled, reshaped, reverse_items, view
from .program import Array
from .reductions import Einsum
from .strategy import Reach, window_index
from .tiling import tiles
from .views import WHOLE, At, Item, Pad, Slice, Windows

Fill = Literal["zero", "lowest"]


@dataclass(frozen=True)
class Axis:
    """One axis that is still to be cut: entry `start` + sum of step * index, of `length` entries.

    All steps are positive; an index in `flipped` counts from its far end.
    """

    length: Expr
    start: Expr
    reaches: tuple[Reach, ...] = ()
    flipped: frozenset[Symbol] = frozenset()


def gather(
    bench: Workbench,
    source: Array,
    shape: tuple[Expr, ...],
    places: tuple[Affine, ...],
    fill: Fill = "zero",
) -> Labelled:
    """`source[places]`, with `fill` at every place that is out of bounds."""
    axes = tuple(_axis(bench, p, n) for p, n in zip(places, shape, strict=True))
    if any(_overlaps(bench, axis) for axis in axes):
        source, axes = _split(bench, source, axes)
    source, axes = _padded(bench, source, axes, fill)
    while any(_overlaps(bench, axis) for axis in axes):
        source, axes = _windowed(bench, source, axes)
    return _unrepeated(_cut(bench, source, axes))


def _axis(bench: Workbench, place: Affine, length: Expr) -> Axis:
    start, reaches, flipped = place.constant, [], set()
    for v, c in place.terms:
        extent = bench.extents[v]
        if bench.sizes.nonnegative(c):
            reaches.append((v, c, extent))
        elif bench.sizes.nonnegative(-c):
            reaches.append((v, -c, extent))
            start += c * (extent - 1)
            flipped.add(v)
        else:
            raise Unsupported(f"the sign of {c} in the index {place.expression} is not known")
    return Axis(length, start, tuple(reaches), frozenset(flipped))


def _split(
    bench: Workbench, source: Array, axes: tuple[Axis, ...]
) -> tuple[Array, tuple[Axis, ...]]:
    """Axes that are tiled as a whole get one axis an index, before windows of others are made."""
    parts: list[tuple[Axis, ...]] = []
    for axis in axes:
        order = tiles(axis.reaches, bench) if len(axis.reaches) > 1 else None
        whole = axis.start == 0 and bench.sizes.equal(_span(axis) + 1, axis.length)
        if order is None or not whole:
            parts.append((axis,))
            continue
        one = S.One
        parts.append(
            tuple(Axis(n, S.Zero, ((v, one, n),), axis.flipped & {v}) for v, _, n in order)
        )
    found = tuple(a for some in parts for a in some)
    if len(found) == len(axes):
        return source, axes
    return bench.bind(
        reshaped(source, tuple(a.length for a in found)), origin(source), "blocks"
    ), found


def _span(axis: Axis) -> Expr:
    return Add(*(c * (n - 1) for _, c, n in axis.reaches))


def _padded(
    bench: Workbench, source: Array, axes: tuple[Axis, ...], fill: Fill
) -> tuple[Array, tuple[Axis, ...]]:
    """The source with room for every place that may be out of bounds."""
    short = bench.sizes.shortfall
    widths = tuple((short(-a.start), short(a.start + _span(a) - a.length + 1)) for a in axes)
    if not any(before != 0 or after != 0 for before, after in widths):
        return source, axes
    grown = tuple(
        replace(a, length=a.length + before + after, start=a.start + before)
        for a, (before, after) in zip(axes, widths, strict=True)
    )
    return bench.bind(Pad(source, widths, fill), origin(source), "padded"), grown


def _overlaps(bench: Workbench, axis: Axis) -> bool:
    return len(axis.reaches) > 1 and tiles(axis.reaches, bench) is None


def _windowed(
    bench: Workbench, source: Array, axes: tuple[Axis, ...]
) -> tuple[Array, tuple[Axis, ...]]:
    """One index of each crowded axis moves to a window axis of its own at the end."""
    outer: list[Axis] = []
    inner: list[Axis] = []
    crowded: list[int] = []
    for k, axis in enumerate(axes):
        if not _overlaps(bench, axis):
            outer.append(axis)
            continue
        v = window_index(axis.reaches, bench.sizes)
        window = tuple(r for r in axis.reaches if r[0] == v)
        length = window[0][1] * (window[0][2] - 1) + 1
        crowded.append(k)
        inner.append(Axis(length, S.Zero, window, axis.flipped & {v}))
        left = tuple(r for r in axis.reaches if r[0] != v)
        outer.append(Axis(axis.length - length + 1, axis.start, left, axis.flipped - {v}))
    value = Windows(source, tuple(a.length for a in inner), tuple(crowded))
    return bench.bind(value, origin(source), "windows"), (*outer, *inner)


def _cut(bench: Workbench, source: Array, axes: tuple[Axis, ...]) -> Labelled:
    """The slices, then one reshape for the tiled axes, then the flips that are left."""
    items = tuple(_item(bench, axis) for axis in axes)
    cut = view(source, items)
    order = tuple(tiles(a.reaches, bench) or a.reaches for a in axes)
    kept = tuple(o for o, a in zip(order, axes, strict=True) if a.reaches)
    if any(len(o) > 1 for o in kept):
        cut = reshaped(cut, tuple(n for o in kept for _, _, n in o))
    labels = tuple(v for o in kept for v, _, _ in o)
    turned = (a.flipped for a in axes if a.reaches)
    falls = tuple(v in f for o, f in zip(kept, turned, strict=True) for v, _, _ in o)
    return Labelled(view(cut, reverse_items(falls)), labels)


def _item(bench: Workbench, axis: Axis) -> Item:
    """`start : stop : step` of one axis; the bounds are left out where they are evident."""
    if not axis.reaches:
        return At(axis.start)
    step = axis.reaches[0][1] if len(axis.reaches) == 1 else S.One
    count = axis.reaches[0][2] if len(axis.reaches) == 1 else _span(axis) + 1
    start = None if axis.start == 0 else axis.start
    evident = bench.sizes.nonnegative(axis.start + step * count - axis.length)
    stop = None if evident else axis.start + step * (count - 1) + 1
    if not evident and step != 1:
        stop = axis.start + step * count
    item = Slice(start, stop, None if step == 1 else step)
    return WHOLE if item == Slice() else item


def _unrepeated(value: Labelled) -> Labelled:
    """The diagonal where one index stands on two axes."""
    once = tuple(dict.fromkeys(value.axes))
    if once == value.axes:
        return value
    return Labelled(Einsum(((value.array, value.axes),), once), once)
