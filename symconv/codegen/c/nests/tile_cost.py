"""What a tile costs: processor cycles for a product that is wanted.

The loads and the products of one visit run side by side, so that the slower of the two counts; what
is computed twice at the ends, what is copied, and the sums of lanes come on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import prod

from sympy import Symbol

from .accesses import ArrayAccess
from .kept_sums import can_keep_sums
from .machine import CACHE_LINE, Machine
from .nest import Nest
from .register_tile import RegisterTile
from .vector_axis import VectorAxis, choose_samples

MOST_UNROLLED = 160
"""The most products that are written out: 3x3 taps of a tile of 16. More are no faster, and a
compiler takes a second for every thousand."""

UNITS = 2
"""How many products, and how many loads, of vectors of any width begin in a cycle."""

LOAD, WHOLE_LOAD = 0.65, 0.8
"""The cycles of a load where every other vector, or every third, may begin where a line does: what
lies across two lines is loaded in two steps."""

OVERLAP = 0.15
"""The share of the loads that does not run beside the products."""

LATENCY = 4
"""How many cycles a product takes until its sum can be added to, on the processors at hand."""

LEVEL_ONE = 26_000
"""The bytes that one visit may read: a cache of 32 kB, less what else is in it."""

LEVEL_TWO = 128_000
"""The bytes that are read again and again from the second cache: half of the smallest one."""

IN_ORDER, OUT_OF_ORDER = 48, 16
"""The bytes that come from the second cache in a cycle: line after line, and here and there."""

FAR = 3
"""How many times longer it takes from beyond the second cache."""

KEPT, KEPT_LANES = 1.5, 4.0
"""The cycles to load and store an accumulator that is kept, and one of which every lane is."""

PAGE = 4096
"""Streams whose distance is a multiple of it share their places in the first cache."""

COPY, TURN = 0.5, 1.5
"""The cycles to copy a number in its order, and to copy it into another order."""

STORE, ENDING = 2.0, 8.0
"""The cycles to store an accumulator, and to add its lanes and to store the sum."""


@dataclass
class TileCosts:
    """The costs of the tiles of one nest along one vector axis; loads are counted once."""

    nest: Nest
    axis: VectorAxis
    machine: Machine
    phases: Mapping[Symbol, int]
    taps: tuple[Symbol, ...]
    known: dict[object, int] = field(default_factory=dict)

    def count_products(self, tile: RegisterTile) -> int:
        """How many products are written out."""
        return tile.accumulators * prod(self.nest.inner[u] for u in self.taps)

    def cost(self, tile: RegisterTile) -> float | None:
        """Cycles for a wanted product; None where the registers do not hold the tile."""
        points = prod(self.nest.inner[u] for u in self.taps)
        products = self.count_products(tile)
        if products > MOST_UNROLLED:
            return None
        loads = {True: 0, False: 0}
        held = []
        for access in self.nest.operands:
            wide = access.uses(self.axis.index)
            distinct = self._count(access, dict(tile.sizes)) * (tile.vectors if wide else 1)
            loads[wide] += distinct * (2 if self._collides(access, tile) else 1)
            mine = prod([t for u, t in tile.sizes if access.uses(u)])
            # A processor with 512 bits takes a number from memory into all lanes of a product.
            free = not wide and self.machine.bytes == CACHE_LINE
            held.append(0 if free else mine * (tile.vectors if wide else 1))
        if tile.accumulators + min(held, default=0) + 1 > self.machine.registers - 4:
            return None
        whole = tile.lanes * self.machine.number == CACHE_LINE
        load = 1 / UNITS if self.axis.alone else WHOLE_LOAD if whole else LOAD
        reads = load * loads[True] + loads[False] / UNITS
        steps = self._steps(tile)
        visit, streams = self._visit(tile)
        cycles = max(products / UNITS, reads, LATENCY * points, streams)
        cycles += OVERLAP * reads
        cycles += self._ending(tile) * tile.accumulators / steps
        if visit < steps:
            cycles += (KEPT_LANES if self.axis.dot else KEPT) * tile.accumulators / visit
        return cycles * self._waste(tile) / (products * tile.lanes) + self._copies()

    def _ending(self, tile: RegisterTile) -> float:
        """The cycles to store an accumulator: in one go, lane by lane, or the sum of its lanes."""
        if self.axis.dot:
            return ENDING
        side_by_side = self.nest.target.forms[-1].terms == ((self.axis.index, 1),)
        apart = not side_by_side or self.phases.get(self.axis.index, 1) > 1
        return STORE + (tile.lanes if apart else 0)

    def _steps(self, tile: RegisterTile) -> int:
        """How often the products of a tile are computed before the tile is stored."""
        rest = (
            n for u, n in self.nest.inner.items() if u not in self.taps and u != self.axis.index
        )
        along = -(-self.axis.extent // tile.lanes) if self.axis.dot else 1
        return prod(rest) * along

    @cached_property
    def _samples(self) -> dict[Symbol, int]:
        """The inner indices that run one by one around the tiles where sums are kept."""
        samples = choose_samples(self.nest, self.axis, keeps=True)
        return {u: n for u, n in self.nest.inner.items() if u in samples}

    def _visit(self, tile: RegisterTile) -> tuple[float, float]:
        """How many steps there are until sums are stored, and what a step costs in the caches."""
        keeps = can_keep_sums(self.nest, self.axis, tile)
        steps = self._steps(tile)
        reaches = {**self.nest.inner, **dict(tile.sizes)}
        if keeps:
            steps //= prod(self._samples.values())
            reaches |= dict.fromkeys(self._samples, 1)
        if not self.axis.dot:
            reaches[self.axis.index] = tile.run
        total, cycles = 0, 0.0
        for access, packing in zip(self.nest.operands, self.axis.packings, strict=True):
            read = self.machine.number * access.count_reach(reaches)
            total += read
            panels = packing.copied or tile.run >= self.axis.extent
            in_order = access.uses(self.axis.index) and (
                self.axis.dot or (self.axis.alone and panels)
            )
            cycles += read / (IN_ORDER if in_order else OUT_OF_ORDER)
        limit = LEVEL_ONE if self.axis.dot else LEVEL_TWO
        streams = cycles / steps if total > LEVEL_ONE else 0.0
        if keeps:
            share = min(1.0, limit / total)
            return max(1.0, steps * share), 0.0 if self.axis.dot else streams
        return steps, streams * (FAR if total > 4 * LEVEL_TWO else 1)

    def _waste(self, tile: RegisterTile) -> float:
        """How many times more is computed than is wanted, as tiles end behind the last entry."""
        found = 1.0
        for u, t in tile.sizes:
            n = -(-self.nest.outer[u] // self.phases.get(u, 1))
            found *= -(-n // t) * t / n
        run = tile.lanes * tile.vectors
        return found * -(-self.axis.extent // run) * run / self.axis.extent

    def _copies(self) -> float:
        cycles = 0.0
        for access, packing in zip(self.nest.operands, self.axis.packings, strict=True):
            if packing.copied:
                turned = packing.order != tuple(range(len(packing.order)))
                cycles += prod(access.shape) * (TURN if turned else COPY)
        wanted = self.nest.products / prod(self.phases.values())
        return cycles / wanted

    def _count(self, access: ArrayAccess, sizes: Mapping[Symbol, int]) -> int:
        """How many distinct entries one visit reads, over all taps and the tile."""
        used = [(u, t) for u, t in sizes.items() if access.uses(u)]
        used += [(u, self.nest.inner[u]) for u in self.taps if access.uses(u)]
        key = (id(access), tuple(used))
        if key not in self.known:
            rows = [[dict(f.terms).get(u, 0) for u, _ in used] for f in access.forms]
            self.known[key] = len(
                {
                    tuple(sum(c * x for c, x in zip(row, at, strict=True)) for row in rows)
                    for at in product(*(range(n) for _, n in used))
                }
            )
        return self.known[key]

    def _collides(self, access: ArrayAccess, tile: RegisterTile) -> bool:
        """Whether more than four streams of a tile lie a page apart."""
        run = self.machine.number
        for axis in range(len(access.shape) - 1, -1, -1):
            terms = dict(access.forms[axis].terms)
            if run % PAGE == 0 and any(u in terms and t > 4 for u, t in tile.sizes):
                return True
            run *= access.shape[axis]
        return False
