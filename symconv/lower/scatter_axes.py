"""The axes of a scatter: where entries go along each axis of the buffer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Add, Expr, S, Symbol

from .affine import Affine
from .builder import Workbench
from .strategy import Reach
from .tiling import tiles
from .views import Item, Slice


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


def falls(bench: Workbench, coefficient: Expr) -> bool:
    """Whether a place falls as its index rises."""
    return not bench.sizes.nonnegative(coefficient)


def reaches_of(bench: Workbench, place: Affine) -> tuple[Reach, ...]:
    """The indices of a place with positive steps."""
    return tuple((v, -c if falls(bench, c) else c, bench.extents[v]) for v, c in place.terms)


def track_of(bench: Workbench, target: Target, loops: tuple[Symbol, ...]) -> Track:
    """The track of one axis once the loop indices are known."""
    place = target.place
    ends = [(c * (bench.extents[v] - 1), falls(bench, c)) for v, c in place.terms]
    low = Add(place.constant, *(e for e, down in ends if down))
    high = Add(place.constant, *(e for e, down in ends if not down))
    before = bench.sizes.shortfall(-low)
    after = bench.sizes.shortfall(high - target.extent + 1)
    inner = tuple((v, c) for v, c in place.terms if v not in loops)
    inner = inner or ((bench.fresh("e", S.One), S.One),)
    falling = Add(*(c * (bench.extents[v] - 1) for v, c in inner if falls(bench, c)))
    offset = Add(*(c * v for v, c in place.terms if v in loops))
    start = place.constant + falling + before
    reaches = reaches_of(bench, replace(place, terms=inner))
    return Track(target, before, after, start, offset, tiles(reaches, bench) or reaches)


def tiled(bench: Workbench, track: Track) -> bool:
    """Whether the entries fill an interval, each place once."""
    return tiles(track.reaches, bench) is not None


def labels_of(tracks: tuple[Track, ...]) -> tuple[Symbol, ...]:
    """The vectorised indices in the order of the axes of the result."""
    return tuple(v for t in tracks for v, _, _ in t.reaches)


def count_of(track: Track) -> Expr:
    """How many entries of the buffer one store touches along the axis."""
    if len(track.reaches) == 1:
        return track.reaches[0][2]
    return Add(*(c * (n - 1) for _, c, n in track.reaches)) + 1


def between(start: Expr, stop: Expr | None, step: Expr = S.One) -> Item:
    """`start:stop:step` without what goes without saying."""
    return Slice(None if start == 0 else start, stop, None if step == 1 else step)


def item_of(bench: Workbench, track: Track) -> Item:
    """Where one summand goes along one axis of the buffer."""
    start = track.start + track.offset
    step = track.reaches[0][1] if len(track.reaches) == 1 else S.One
    stop = start + step * count_of(track)
    evident = track.offset == 0 and bench.sizes.nonnegative(stop - track.length)
    return between(start, None if evident else stop, step)


def crop_of(track: Track) -> Item:
    """The part of one axis of the buffer that is the result."""
    stop = None if track.after == 0 else track.before + track.target.extent
    return between(track.before, stop)
