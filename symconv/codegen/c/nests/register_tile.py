"""Register tiles: which outer indices are computed side by side, and how many vectors of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import prod

from sympy import Symbol

SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 14, 16)
"""The extents of a tile that are tried: all small ones, and those that common images have."""


@dataclass(frozen=True)
class RegisterTile:
    """`lanes` of a vector, `vectors` of them along its axis, `sizes` of the other indices."""

    lanes: int
    vectors: int
    sizes: tuple[tuple[Symbol, int], ...]

    @property
    def run(self) -> int:
        """How far it goes along the vector axis."""
        return self.lanes * self.vectors

    @property
    def accumulators(self) -> int:
        """How many registers hold sums."""
        return self.vectors * prod(t for _, t in self.sizes)


def list_tiles(
    extents: Mapping[Symbol, int], whole: frozenset[Symbol], budget: int
) -> Iterator[tuple[tuple[Symbol, int], ...]]:
    """The tiles over up to three indices with at most `budget` accumulators.

    The indices of `whole` are in each of them, from end to end.
    """
    always = tuple((v, extents[v]) for v in extents if v in whole and extents[v] > 1)
    left = budget // prod(t for _, t in always)
    free = [v for v, n in extents.items() if v not in whole and n > 1]
    choices = {v: [t for t in SIZES if t <= min(extents[v], left)] for v in free}
    for count in range(4 - len(always) if len(always) < 3 else 1):
        for some in combinations(free, count):
            yield from (always + tile for tile in _fill(some, choices, left))


def _fill(
    indices: tuple[Symbol, ...], choices: Mapping[Symbol, list[int]], left: int
) -> Iterator[tuple[tuple[Symbol, int], ...]]:
    if left < 1:
        return
    if not indices:
        yield ()
        return
    for t in choices[indices[0]]:
        if t <= left:
            yield from (((indices[0], t), *r) for r in _fill(indices[1:], choices, left // t))
