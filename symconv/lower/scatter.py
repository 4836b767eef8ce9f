"""Writing at affine places: the axes of a buffer, a reshape where they tile it, else sums."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Add, Expr, S, Symbol

from .affine import AffineForm
from .builder import ProgramBuilder
from .ir import Array, Broadcast, Full, Item, Local, Loop, PadArray, Scalar, Store, StridedSlice
from .named_array import (
    NamedArray,
    broadcast_to_axes,
    index_array,
    reshape_array,
    reverse_items,
    scale_array,
)
from .products import contract_factors
from .strategy import Reach, choose_loop_indices, order_as_mixed_radix, should_hoist


@dataclass(frozen=True)
class ScatterTarget:
    """One axis of the result: entry `place` of `extent` entries, called `index` afterwards."""

    index: Symbol
    extent: Expr
    place: AffineForm


@dataclass(frozen=True)
class ScatterAxis:
    """One axis of the buffer: entry `start` + loop offsets + sum of step * index."""

    target: ScatterTarget
    before: Expr
    after: Expr
    start: Expr
    offset: Expr
    reaches: tuple[Reach, ...]

    @property
    def length(self) -> Expr:
        return self.before + self.target.extent + self.after


def is_descending(bench: ProgramBuilder, coefficient: Expr) -> bool:
    """Whether a place falls as its index rises."""
    return not bench.sizes.nonnegative(coefficient)


def positive_reaches(bench: ProgramBuilder, place: AffineForm) -> tuple[Reach, ...]:
    """The indices of a place with positive steps."""
    return tuple(
        (v, -c if is_descending(bench, c) else c, bench.extents[v]) for v, c in place.terms
    )


def plan_scatter_axis(
    bench: ProgramBuilder, target: ScatterTarget, loops: tuple[Symbol, ...]
) -> ScatterAxis:
    """The track of one axis once the loop indices are known."""
    place = target.place
    ends = [(c * (bench.extents[v] - 1), is_descending(bench, c)) for v, c in place.terms]
    low = Add(place.constant, *(e for e, down in ends if down))
    high = Add(place.constant, *(e for e, down in ends if not down))
    # A place may lie outside the result: such a summand is absent. The buffer has room for it,
    # which is cut off in the end; a negative slice would wrap around instead.
    before = bench.sizes.shortfall(-low)
    after = bench.sizes.shortfall(high - target.extent + 1)
    inner = tuple((v, c) for v, c in place.terms if v not in loops)
    # An axis that only loops move along gets an index with one value, so that every axis has one.
    inner = inner or ((bench.fresh("e", S.One), S.One),)
    falling = Add(*(c * (bench.extents[v] - 1) for v, c in inner if is_descending(bench, c)))
    offset = Add(*(c * v for v, c in place.terms if v in loops))
    start = place.constant + falling + before
    reaches = positive_reaches(bench, replace(place, terms=inner))
    return ScatterAxis(
        target, before, after, start, offset, order_as_mixed_radix(reaches, bench) or reaches
    )


def fills_interval(bench: ProgramBuilder, track: ScatterAxis) -> bool:
    """Whether the entries fill an interval, each place once."""
    return order_as_mixed_radix(track.reaches, bench) is not None


def vector_indices(tracks: tuple[ScatterAxis, ...]) -> tuple[Symbol, ...]:
    """The vectorised indices in the order of the axes of the result."""
    return tuple(v for t in tracks for v, _, _ in t.reaches)


def entry_count(track: ScatterAxis) -> Expr:
    """How many entries of the buffer one store touches along the axis."""
    if len(track.reaches) == 1:
        return track.reaches[0][2]
    return Add(*(c * (n - 1) for _, c, n in track.reaches)) + 1


def slice_between(start: Expr, stop: Expr | None, step: Expr = S.One) -> Item:
    """`start:stop:step` without what goes without saying."""
    return StridedSlice(None if start == 0 else start, stop, None if step == 1 else step)


def store_item(bench: ProgramBuilder, track: ScatterAxis) -> Item:
    """Where one summand goes along one axis of the buffer."""
    start = track.start + track.offset
    step = track.reaches[0][1] if len(track.reaches) == 1 else S.One
    stop = start + step * entry_count(track)
    evident = track.offset == 0 and bench.sizes.nonnegative(stop - track.length)
    return slice_between(start, None if evident else stop, step)


def crop_item(track: ScatterAxis) -> Item:
    """The part of one axis of the buffer that is the result."""
    stop = None if track.after == 0 else track.before + track.target.extent
    return slice_between(track.before, stop)


def scatter_add(
    bench: ProgramBuilder,
    factors: tuple[NamedArray, ...],
    coefficient: Expr,
    targets: tuple[ScatterTarget, ...],
) -> NamedArray:
    """result[places] += coefficient * product of the factors, for all values of all indices."""
    loops = _sequential_indices(bench, targets)
    tracks = tuple(plan_scatter_axis(bench, t, loops) for t in targets)
    flipped = frozenset(
        v for t in targets for v, c in t.place.terms if v not in loops and is_descending(bench, c)
    )
    axes = tuple(t.index for t in targets)
    # Each place is met once and none is left out: no buffer of zeros, no adding, a reshape at most.
    if not loops and all(fills_interval(bench, t) for t in tracks):
        value = scale_array(contract_factors(bench, factors, vector_indices(tracks)), coefficient)
        block = _shape_block(bench, _flip_axes(value, flipped), tracks, full=True)
        return NamedArray(_fit_block(bench, block, tracks), axes)
    factors = _prepare_factors(bench, factors, coefficient, tracks, loops)
    buffer = _allocate_buffer(bench, factors, tracks)
    at = tuple(_select_iteration(f, loops) for f in factors)
    value = _flip_axes(contract_factors(bench, at, vector_indices(tracks)), flipped)
    items = tuple(store_item(bench, t) for t in tracks)
    block = _shape_block(bench, value, tracks, full=False)
    # Without a loop each place is written once. `+=` on a slice is sound only because the places of
    # one store are distinct; `np.add.at`, which is sound always, takes twice as long at least.
    store = Store(buffer, items, block, add=bool(loops))
    ranges = tuple((v, bench.extents[v]) for v in loops)
    bench.statements.append(Loop(ranges, (store,)) if loops else store)
    return NamedArray(index_array(buffer, tuple(crop_item(t) for t in tracks)), axes)


def _sequential_indices(
    bench: ProgramBuilder, targets: tuple[ScatterTarget, ...]
) -> tuple[Symbol, ...]:
    """The indices that cannot be vectorised: they stand on two axes, or they share an axis."""
    places = [v for target in targets for v in target.place.indices]
    # out[i, i] += ... is a diagonal, which no slice is.
    found = {v for v in places if places.count(v) > 1}
    for target in targets:
        reaches = tuple(r for r in positive_reaches(bench, target.place) if r[0] not in found)
        if order_as_mixed_radix(reaches, bench) is None:
            found |= set(choose_loop_indices(reaches, bench.sizes))
    return tuple(v for v in dict.fromkeys(places) if v in found)


def _flip_axes(value: NamedArray, flipped: frozenset[Symbol]) -> NamedArray:
    falls = tuple(v in flipped for v in value.axes)
    return NamedArray(index_array(value.array, reverse_items(falls)), value.axes)


def _shape_block(
    bench: ProgramBuilder, value: NamedArray, tracks: tuple[ScatterAxis, ...], *, full: bool
) -> Array:
    """The values with one axis per axis of the result; `full`: broadcasting is not enough."""
    labels = vector_indices(tracks)
    merged = any(len(t.reaches) != 1 for t in tracks)
    array = broadcast_to_axes(value, labels)
    repeated = any(v not in value.axes and bench.extents[v] != 1 for v in labels)
    # A store broadcasts by itself, a reshape does not.
    if (repeated or value.axes[:1] != labels[:1]) and (full or merged):
        array = Broadcast(array, tuple(bench.extents[v] for v in labels))
    return reshape_array(array, tuple(entry_count(t) for t in tracks)) if merged else array


def _fit_block(bench: ProgramBuilder, block: Array, tracks: tuple[ScatterAxis, ...]) -> Array:
    """A block of entries moved to its place in the result: zeros around it, or cut."""
    widths, items = [], []
    for t in tracks:
        first, extent = t.start - t.before, t.target.extent
        last = first + entry_count(t)
        before = bench.sizes.shortfall(first)
        after = bench.sizes.shortfall(extent - last)
        widths.append((before, after))
        evident = bench.sizes.equal(last + after, extent)
        items.append(slice_between(before - first, None if evident else before - first + extent))
    if any(before != 0 or after != 0 for before, after in widths):
        block = PadArray(block, tuple(widths), "zero")
    return index_array(block, tuple(items))


def _prepare_factors(
    bench: ProgramBuilder,
    factors: tuple[NamedArray, ...],
    coefficient: Expr,
    tracks: tuple[ScatterAxis, ...],
    loops: tuple[Symbol, ...],
) -> tuple[NamedArray, ...]:
    """The factors of one summand: multiplied and summed in front of the loop where that pays."""
    out = (*loops, *vector_indices(tracks))
    summed = frozenset(v for f in factors for v in f.axes if v not in out)
    if should_hoist(factors, summed):
        parts = scale_array(contract_factors(bench, factors, out), coefficient)
        return (NamedArray(bench.bind(parts.array, bench.goal, "parts"), parts.axes),)
    if not factors:
        return (NamedArray(Scalar(coefficient), ()),)
    if coefficient == 1:
        return factors
    first = scale_array(contract_factors(bench, factors[:1], tuple(bench.extents)), coefficient)
    return (NamedArray(bench.bind(first.array, bench.goal, "share"), first.axes), *factors[1:])


def _select_iteration(factor: NamedArray, loops: tuple[Symbol, ...]) -> NamedArray:
    for v in loops:
        factor = factor.at(v)
    return factor


def _allocate_buffer(
    bench: ProgramBuilder, factors: tuple[NamedArray, ...], tracks: tuple[ScatterAxis, ...]
) -> Local:
    """Zeros with room for every place."""
    shape = tuple(t.length for t in tracks)
    arrays = [f.array for f in factors if f.axes]
    # The type of what is added, so that float32 stays float32; a padded mask is no number.
    numbers = [a for a in arrays if isinstance(a, Local) and bench.holds_numbers(a)]
    found = numbers[0] if numbers else bench.like(*arrays)
    padded = any(t.before != 0 or t.after != 0 for t in tracks)
    return bench.define(Full(shape, S.Zero, found), bench.goal, "padded" if padded else "sum")
