"""How an operand lies in memory: as the caller has it, or copied with a halo, in planes, turned.

A halo of zeros stands where entries are absent. Where the vector axis is read at a stride s, the
entries are dealt out to s planes, so that what one vector loads lies side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

from sympy import Symbol

from .accesses import ArrayAccess


@dataclass(frozen=True)
class Packing:
    """The layout of an operand.

    `order` are its axes, the last one contiguous; `low` and `high` the zeros before and behind each
    axis; `planes` how many planes the last axis is dealt out to; `pitch` what the length of a row
    is a multiple of, `least` its least length. The first `apart` axes are left out, as they are
    copied one entry at a time. With a `panel`, rows are cut into panels of so many entries, which
    stand one behind the other, all axes within each. `copied` is whether there is a copy at all.
    """

    shape: tuple[int, ...]
    order: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    planes: int = 1
    pitch: int = 1
    least: int = 0
    apart: int = 0
    copied: bool = True
    panel: int = 0

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """How far apart the entries of each axis are; 0 for an axis that is left out."""
        found, run = [0] * len(self.shape), 1
        for n, axis in enumerate(reversed(self.order)):
            found[axis] = run
            run *= self.pace if n == 0 else self.low[axis] + self.shape[axis] + self.high[axis]
            run *= self.planes if n == 0 else 1
        return tuple(found)

    @cached_property
    def row(self) -> int:
        """The length of a row, in one plane."""
        last = self.order[-1] if self.order else 0
        full = self.low[last] + self.shape[last] + self.high[last] if self.order else 1
        full = max(-(-full // self.planes), self.least)
        return full + -full % (self.panel or self.pitch)

    @property
    def pace(self) -> int:
        """How far one row is from the next, in one plane."""
        return self.panel or self.row

    @property
    def has_zeros(self) -> bool:
        """Whether there are entries that nothing is copied to."""
        filled = self.row > self.shape[self.order[-1]] if self.order else False
        return any((*self.low, *self.high)) or self.planes > 1 or filled

    @cached_property
    def rows(self) -> int:
        """How many rows there are, in one plane."""
        return prod(self.low[a] + self.shape[a] + self.high[a] for a in self.order[:-1])

    @cached_property
    def total(self) -> int:
        """How many numbers the copy has."""
        return self.rows * self.row * self.planes

    def address(self, access: ArrayAccess) -> tuple[dict[Symbol, int], int]:
        """The strides of the indices, and where they start."""
        found: dict[Symbol, int] = {}
        start, last = 0, self.order[-1] if self.order else -1
        for axis, form in enumerate(access.forms):
            if axis < self.apart:
                continue
            constant, terms, step = form.constant + self.low[axis], form.terms, self.strides[axis]
            if axis == last and self.planes > 1:
                start += constant % self.planes * self.row
                constant = constant // self.planes
                terms = tuple((v, c // self.planes) for v, c in terms)
            start += constant * step
            if axis == last and self.panel:
                # A tile begins where a panel does, and stays in it.
                step = self.rows
            for v, c in terms:
                found[v] = found.get(v, 0) + c * step
        return {v: c for v, c in found.items() if c}, start


def halo(
    access: ArrayAccess, extents: Mapping[Symbol, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many zeros are needed before and behind each axis."""
    low, high = [], []
    for form, n in zip(access.forms, access.shape, strict=True):
        least, most = form.bounds(extents)
        low.append(max(0, -(least // form.divisor)))
        high.append(max(0, -(-most // form.divisor) - n + 1))
    return tuple(low), tuple(high)
