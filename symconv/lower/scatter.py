"""Writing at affine places: a reshape where the places tile the result, strided sums elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Add, Expr, S, Symbol

from .affine import Affine
from .gather import tiles
from .labelled import Labelled, reverse_items, scaled, spread, view
from .products import contracted
from .program import (
    Array,
    Broadcast,
    Constant,
    Item,
    Local,
    Loop,
    Pad,
    Reshape,
    Slice,
    Store,
)
from .strategy import Reach, hoisted, loop_indices
from .workbench import Workbench


@dataclass(frozen=True)
class Target:
    """One axis of the result: entry `place` of `extent` entries, called `index` afterwards."""

    index: Symbol
    extent: Expr
    place: Affine


@dataclass(frozen=True)
class Track:
    """One axis of the buffer: entry `start` + loop offsets + sum of step * index."""

    target: Target
    before: Expr
    after: Expr
    start: Expr
    offset: Expr
    reaches: tuple[Reach, ...]

    @property
    def length(self) -> Expr:
        return self.before + self.target.extent + self.after


def scattered(
    bench: Workbench, factors: tuple[Labelled, ...], coefficient: Expr, targets: tuple[Target, ...]
) -> Labelled:
    """result[places] += coefficient * product of the factors, for all values of all indices."""
    loops = _loops(bench, targets)
    tracks = tuple(_track(bench, t, loops) for t in targets)
    flipped = frozenset(
        v for t in targets for v, c in t.place.terms if v not in loops and _falls(bench, c)
    )
    axes = tuple(t.index for t in targets)
    if not loops and all(_tiled(bench, t) for t in tracks):
        value = scaled(contracted(bench, factors, _labels(tracks)), coefficient)
        block = _block(bench, _turned(value, flipped), tracks, full=True)
        return Labelled(_fitted(bench, block, tracks), axes)
    factors = _prepared(bench, factors, coefficient, tracks, loops)
    buffer = _buffer(bench, factors, tracks)
    at = tuple(_select(f, loops) for f in factors)
    value = _turned(contracted(bench, at, _labels(tracks)), flipped)
    items = tuple(_item(bench, t) for t in tracks)
    block = _block(bench, value, tracks, full=False)
    store = Store(buffer, items, block, add=bool(loops))
    ranges = tuple((v, bench.extents[v]) for v in loops)
    bench.statements.append(Loop(ranges, (store,)) if loops else store)
    return Labelled(view(buffer, tuple(_crop(t) for t in tracks)), axes)


def _falls(bench: Workbench, coefficient: Expr) -> bool:
    return not bench.sizes.nonnegative(coefficient)


def _reaches(bench: Workbench, place: Affine) -> tuple[Reach, ...]:
    return tuple((v, -c if _falls(bench, c) else c, bench.extents[v]) for v, c in place.terms)


def _loops(bench: Workbench, targets: tuple[Target, ...]) -> tuple[Symbol, ...]:
    """The indices that cannot be vectorised: they stand on two axes, or they share an axis."""
    places = [v for target in targets for v in target.place.indices]
    found = {v for v in places if places.count(v) > 1}
    for target in targets:
        reaches = tuple(r for r in _reaches(bench, target.place) if r[0] not in found)
        if tiles(reaches, bench) is None:
            found |= set(loop_indices(reaches, bench.sizes))
    return bench.order(found)


def _track(bench: Workbench, target: Target, loops: tuple[Symbol, ...]) -> Track:
    place = target.place
    ends = [(c * (bench.extents[v] - 1), _falls(bench, c)) for v, c in place.terms]
    low = Add(place.constant, *(e for e, falls in ends if falls))
    high = Add(place.constant, *(e for e, falls in ends if not falls))
    before = bench.sizes.shortfall(-low)
    after = bench.sizes.shortfall(high - target.extent + 1)
    inner = tuple((v, c) for v, c in place.terms if v not in loops)
    inner = inner or ((bench.fresh("e", S.One), S.One),)
    falling = Add(*(c * (bench.extents[v] - 1) for v, c in inner if _falls(bench, c)))
    offset = Add(*(c * v for v, c in place.terms if v in loops))
    start = place.constant + falling + before
    reaches = _reaches(bench, replace(place, terms=inner))
    return Track(target, before, after, start, offset, tiles(reaches, bench) or reaches)


def _tiled(bench: Workbench, track: Track) -> bool:
    return tiles(track.reaches, bench) is not None


def _labels(tracks: tuple[Track, ...]) -> tuple[Symbol, ...]:
    return tuple(v for t in tracks for v, _, _ in t.reaches)


def _turned(value: Labelled, flipped: frozenset[Symbol]) -> Labelled:
    falls = tuple(v in flipped for v in value.axes)
    return Labelled(view(value.array, reverse_items(falls)), value.axes)


def _count(track: Track) -> Expr:
    """How many entries of the buffer one store touches along the axis."""
    if len(track.reaches) == 1:
        return track.reaches[0][2]
    return Add(*(c * (n - 1) for _, c, n in track.reaches)) + 1


def _block(bench: Workbench, value: Labelled, tracks: tuple[Track, ...], *, full: bool) -> Array:
    """The values with one axis per axis of the result; `full`: broadcasting is not enough."""
    labels = _labels(tracks)
    merged = any(len(t.reaches) != 1 for t in tracks)
    array = spread(value, labels)
    if len(value.axes) < len(labels) and (full or merged):
        array = Broadcast(array, tuple(bench.extents[v] for v in labels))
    return Reshape(array, tuple(_count(t) for t in tracks)) if merged else array


def _fitted(bench: Workbench, block: Array, tracks: tuple[Track, ...]) -> Array:
    """A block of entries moved to its place in the result: zeros around it, or cut."""
    widths, items = [], []
    for t in tracks:
        first, extent = t.start - t.before, t.target.extent
        last = first + _count(t)
        before = bench.sizes.shortfall(first)
        after = bench.sizes.shortfall(extent - last)
        widths.append((before, after))
        evident = bench.sizes.equal(last + after, extent)
        items.append(_between(before - first, None if evident else before - first + extent))
    if any(before != 0 or after != 0 for before, after in widths):
        block = Pad(block, tuple(widths), "zero")
    return view(block, tuple(items))


def _between(start: Expr, stop: Expr | None, step: Expr = S.One) -> Item:
    """`start:stop:step` without what goes without saying."""
    return Slice(None if start == 0 else start, stop, None if step == 1 else step)


def _prepared(
    bench: Workbench,
    factors: tuple[Labelled, ...],
    coefficient: Expr,
    tracks: tuple[Track, ...],
    loops: tuple[Symbol, ...],
) -> tuple[Labelled, ...]:
    """The factors of one summand: multiplied and summed in front of the loop where that pays."""
    out = (*loops, *_labels(tracks))
    summed = frozenset(v for f in factors for v in f.axes if v not in out)
    if hoisted(factors, summed):
        parts = scaled(contracted(bench, factors, out), coefficient)
        return (Labelled(bench.bind(parts.array, bench.goal, "parts"), parts.axes),)
    if coefficient == 1 and factors:
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
    like = next((f.array for f in factors if isinstance(f.array, Local)), None)
    found = like or bench.like(*(f.array for f in factors))
    padded = any(t.before != 0 or t.after != 0 for t in tracks)
    return bench.define(Constant(shape, S.Zero, found), bench.goal, "padded" if padded else "sum")


def _item(bench: Workbench, track: Track) -> Item:
    """Where one summand goes along one axis of the buffer."""
    start = track.start + track.offset
    step = track.reaches[0][1] if len(track.reaches) == 1 else S.One
    stop = start + step * _count(track)
    evident = track.offset == 0 and bench.sizes.nonnegative(stop - track.length)
    return _between(start, None if evident else stop, step)


def _crop(track: Track) -> Item:
    """The part of one axis of the buffer that is the result."""
    stop = None if track.after == 0 else track.before + track.target.extent
    return _between(track.before, stop)
