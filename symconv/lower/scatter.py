"""Writing at affine places: a reshape where the places tile the result, strided sums elsewhere."""

from __future__ import annotations

from sympy import Expr, S, Symbol

from .builder import Workbench
from .labelled_array import Labelled, reshaped, reverse_items, scaled, spread, view
from .leaves import Constant, Local, Number
from .products import contracted
from .program import Array, Loop, Store
from .scatter_axes import (
    Target,
    Track,
    between,
    count_of,
    crop_of,
    falls,
    item_of,
    labels_of,
    reaches_of,
    tiled,
    track_of,
)
from .strategy import hoisted, loop_indices
from .tiling import tiles
from .views import Broadcast, Pad


def scattered(
    bench: Workbench, factors: tuple[Labelled, ...], coefficient: Expr, targets: tuple[Target, ...]
) -> Labelled:
    """result[places] += coefficient * product of the factors, for all values of all indices."""
    loops = _loops(bench, targets)
    tracks = tuple(track_of(bench, t, loops) for t in targets)
    flipped = frozenset(
        v for t in targets for v, c in t.place.terms if v not in loops and falls(bench, c)
    )
    axes = tuple(t.index for t in targets)
    if not loops and all(tiled(bench, t) for t in tracks):
        value = scaled(contracted(bench, factors, labels_of(tracks)), coefficient)
        block = _block(bench, _turned(value, flipped), tracks, full=True)
        return Labelled(_fitted(bench, block, tracks), axes)
    factors = _prepared(bench, factors, coefficient, tracks, loops)
    buffer = _buffer(bench, factors, tracks)
    at = tuple(_select(f, loops) for f in factors)
    value = _turned(contracted(bench, at, labels_of(tracks)), flipped)
    items = tuple(item_of(bench, t) for t in tracks)
    block = _block(bench, value, tracks, full=False)
    store = Store(buffer, items, block, add=bool(loops))
    ranges = tuple((v, bench.extents[v]) for v in loops)
    bench.statements.append(Loop(ranges, (store,)) if loops else store)
    return Labelled(view(buffer, tuple(crop_of(t) for t in tracks)), axes)


def _loops(bench: Workbench, targets: tuple[Target, ...]) -> tuple[Symbol, ...]:
    """The indices that cannot be vectorised: they stand on two axes, or they share an axis."""
    places = [v for target in targets for v in target.place.indices]
    found = {v for v in places if places.count(v) > 1}
    for target in targets:
        reaches = tuple(r for r in reaches_of(bench, target.place) if r[0] not in found)
        if tiles(reaches, bench) is None:
            found |= set(loop_indices(reaches, bench.sizes))
    return tuple(v for v in dict.fromkeys(places) if v in found)


def _turned(value: Labelled, flipped: frozenset[Symbol]) -> Labelled:
    falls = tuple(v in flipped for v in value.axes)
    return Labelled(view(value.array, reverse_items(falls)), value.axes)


def _block(bench: Workbench, value: Labelled, tracks: tuple[Track, ...], *, full: bool) -> Array:
    """The values with one axis per axis of the result; `full`: broadcasting is not enough."""
    labels = labels_of(tracks)
    merged = any(len(t.reaches) != 1 for t in tracks)
    array = spread(value, labels)
    repeated = any(v not in value.axes and bench.extents[v] != 1 for v in labels)
    if (repeated or value.axes[:1] != labels[:1]) and (full or merged):
        array = Broadcast(array, tuple(bench.extents[v] for v in labels))
    return reshaped(array, tuple(count_of(t) for t in tracks)) if merged else array


def _fitted(bench: Workbench, block: Array, tracks: tuple[Track, ...]) -> Array:
    """A block of entries moved to its place in the result: zeros around it, or cut."""
    widths, items = [], []
    for t in tracks:
        first, extent = t.start - t.before, t.target.extent
        last = first + count_of(t)
        before = bench.sizes.shortfall(first)
        after = bench.sizes.shortfall(extent - last)
        widths.append((before, after))
        evident = bench.sizes.equal(last + after, extent)
        items.append(between(before - first, None if evident else before - first + extent))
    if any(before != 0 or after != 0 for before, after in widths):
        block = Pad(block, tuple(widths), "zero")
    return view(block, tuple(items))


def _prepared(
    bench: Workbench,
    factors: tuple[Labelled, ...],
    coefficient: Expr,
    tracks: tuple[Track, ...],
    loops: tuple[Symbol, ...],
) -> tuple[Labelled, ...]:
    """The factors of one summand: multiplied and summed in front of the loop where that pays."""
    out = (*loops, *labels_of(tracks))
    summed = frozenset(v for f in factors for v in f.axes if v not in out)
    if hoisted(factors, summed):
        parts = scaled(contracted(bench, factors, out), coefficient)
        return (Labelled(bench.bind(parts.array, bench.goal, "parts"), parts.axes),)
    if not factors:
        return (Labelled(Number(coefficient), ()),)
    if coefficient == 1:
        return factors
    first = scaled(contracted(bench, factors[:1], tuple(bench.extents)), coefficient)
    return (Labelled(bench.bind(first.array, bench.goal, "share"), first.axes), *factors[1:])


def _select(factor: Labelled, loops: tuple[Symbol, ...]) -> Labelled:
    for v in loops:
        factor = factor.at(v)
    return factor


def _buffer(bench: Workbench, factors: tuple[Labelled, ...], tracks: tuple[Track, ...]) -> Local:
    """Zeros with room for every place."""
    shape = tuple(t.length for t in tracks)
    arrays = [f.array for f in factors if f.axes]
    found = next((a for a in arrays if isinstance(a, Local)), None) or bench.like(*arrays)
    padded = any(t.before != 0 or t.after != 0 for t in tracks)
    return bench.define(Constant(shape, S.Zero, found), bench.goal, "padded" if padded else "sum")
