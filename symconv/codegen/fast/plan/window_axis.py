"""One axis of a window: which index is the place, which is the tap, and how they meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from sympy import Expr, Symbol

from symconv.codegen.fast.algorithms.contraction import AxisGeometry
from symconv.lower.affine import AffineForm

Run: TypeAlias = tuple[Symbol, int, int]
"""An index, its step along the axis, its extent."""


@dataclass(frozen=True)
class AxisMatch:
    """An axis of a tensor whose index is made of two: the place of a window, and a tap in it.

    `axis` is its number in the tensor that is seen through windows, `geometry` says which entry
    `place` and `tap` name. `scattered` tells that the access belongs to the places of an image that
    is added up. `flipped` tells that the tap counts from the end of the kernel.
    """

    axis: int
    place: Symbol
    tap: Symbol
    geometry: AxisGeometry
    flipped: bool = False
    scattered: bool = False


def match_window_axis(
    axis: int, e: AffineForm, extent: Expr, ranges: dict[Symbol, Expr], free: frozenset[Symbol]
) -> AxisMatch | None:
    """s*i + d*m - p of an image, or (u + p - d*m)/s of what an image is added up from.

    `extent` is the length of the axis, `ranges` that of every index, `free` are the indices of the
    result. None where the two indices meet in another way, or where a length is no number.
    """
    if len(e.terms) != 2:
        return None
    # u is an index of the result, v one that is summed over.
    (u, a), (v, b) = sorted(e.terms, key=lambda term: term[0] not in free)
    numbers = (extent, ranges[u], ranges[v])
    if u not in free or v in free or not all(n.is_Integer for n in numbers):
        return None
    length, outer, inner = (int(n) for n in numbers)
    # (u + p - d*m)/s has the coefficients 1/s and -d/s.
    if a > 0 and b < 0:
        steps = (1 / a, -b / a, e.constant / a)
        return _match_scatter(axis, (u, v), steps, (length, outer, inner))
    if not (a.is_Integer and b.is_Integer and e.constant.is_Integer and b > 0):
        return None
    constant, bound = int(e.constant), (v, int(b), inner)
    if a > 0:
        return _match_gather(axis, (u, int(a), outer), bound, length, constant)
    # A free index that runs backwards, read from its last value on, runs forwards. That is a kernel
    # read backwards if it is the tap, and no window if it is the place.
    backwards = constant + int(a) * (outer - 1)
    found = _match_gather(axis, (u, -int(a), outer), bound, length, backwards)
    return replace(found, flipped=True) if found.tap == u else None


def _match_scatter(
    axis: int,
    indices: tuple[Symbol, Symbol],
    steps: tuple[Expr, Expr, Expr],
    sizes: tuple[int, int, int],
) -> AxisMatch | None:
    """i = (u + p - d*m)/s is the place that meets tap m at u."""
    if not all(n.is_Integer for n in steps):
        return None
    (u, m), (s, d, p), (places, image, taps) = indices, map(int, steps), sizes
    return AxisMatch(axis, u, m, AxisGeometry(image, places, taps, s, d, p), scattered=True)


def _match_gather(axis: int, free: Run, bound: Run, length: int, constant: int) -> AxisMatch:
    """The index with the shorter reach is the tap; at equal reach the one that is summed over.

    Which one is free does not tell: the gradient of a kernel sums over places.
    """
    free_reach, bound_reach = (step * (extent - 1) for _, step, extent in (free, bound))
    tap, place = (free, bound) if free_reach < bound_reach else (bound, free)
    geometry = AxisGeometry(length, place[2], tap[2], place[1], tap[1], -constant)
    return AxisMatch(axis, place[0], tap[0], geometry)
