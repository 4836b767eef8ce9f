"""The plan of a nest: the cheapest vector axis and register tile, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from sympy import Symbol

from .accesses import ArrayAccess
from .kept_sums import can_keep_sums, lay_sums_out
from .machine import Machine
from .nest import Nest
from .packing import Packing
from .register_tile import RegisterTile, list_tiles
from .tile_cost import LEVEL_ONE, LEVEL_TWO, TileCosts
from .vector_axis import (
    VectorAxis,
    choose_samples,
    count_leading,
    find_phases,
    find_taps,
    list_taps,
    list_vector_axes,
)

ROUND = 16
"""What the places of copies are multiples of: a line of the cache holds 16 numbers of 4 bytes."""

TIE = 1.02
"""How near to the least cost a plan with a shorter text is as good: costs know no hundredths."""

MOST_VECTORS = 8
"""The most vectors of a tile along the vector axis: more leave no register for the other index."""


@dataclass(frozen=True)
class NestPlan:
    """How a nest is computed.

    `samples` are the indices of the outermost loops, inside of which one sample is copied; `blocks`
    are inner indices that run in blocks around the tiles, so that what a tile reads stays in the
    first cache; `partial` says that sums are kept as vectors until the last block. `cycles` is the
    cost of a product that the plan was chosen by.
    """

    nest: Nest
    axis: VectorAxis
    tile: RegisterTile
    phases: Mapping[Symbol, int]
    taps: tuple[Symbol, ...]
    packings: tuple[Packing, ...]
    samples: tuple[Symbol, ...]
    blocks: Mapping[Symbol, int]
    partial: bool
    cycles: float

    @property
    def copies(self) -> tuple[int, ...]:
        """Where the copies of the operands begin in the scratch, then its end."""
        found = [0]
        for p in self.packings:
            size = p.total if p.copied else 0
            found.append(found[-1] + size + -size % ROUND)
        return tuple(found)

    @property
    def scratch(self) -> int:
        """How many numbers the copies and the partial sums have."""
        if not self.partial:
            return self.copies[-1]
        if self.axis.dot:
            return self.copies[-1] + prod(self.nest.outer.values()) * self.tile.lanes
        return self.copies[-1] + self.sums.total

    @property
    def meets_zeros(self) -> bool:
        """Whether zeros that rows are filled up with are multiplied with entries of an operand.

        Such a row ends within a vector along a sum; entries of two operands that lie row by row end
        at the same place, and zeros meet zeros.
        """
        alone = ((self.axis.index, 1),)
        forms = (f for a in self.nest.operands for f in a.forms)
        along = [f for f in forms if self.axis.index in dict(f.terms)]
        even = all(f.terms == alone and not f.constant and f.divisor == 1 for f in along)
        return any(p.least for p in self.packings) and len(self.nest.operands) > 1 and not even

    @property
    def sums(self) -> Packing:
        """The layout of the sums that are kept."""
        return lay_sums_out(self.nest, self.axis, self.tile)


@dataclass(frozen=True)
class Candidate:
    """What is chosen among: a vector axis, a tile, the taps that are written out.

    `cost` is that of a product, in cycles; `written` counts the products that are written out.
    """

    cost: float
    written: int
    axis: VectorAxis
    tile: RegisterTile
    taps: tuple[Symbol, ...]


def plan_nest(nest: Nest, machine: Machine) -> NestPlan | None:
    """The cheapest plan; None where no index can run along a vector."""
    candidates = list(list_candidates(nest, machine))
    return make_plan(nest, machine, choose_candidate(candidates)) if candidates else None


def choose_candidate(candidates: Sequence[Candidate]) -> Candidate:
    """The cheapest way; of those that cost as much, the one with the fewest written products."""
    most = TIE * min(c.cost for c in candidates)
    return min((c for c in candidates if c.cost <= most), key=lambda c: (c.written, c.cost))


def list_candidates(nest: Nest, machine: Machine) -> Iterator[Candidate]:
    """Every way to compute a nest that fits in the registers."""
    phases, taps = find_phases(nest), find_taps(nest)
    if _sums_fractions(nest, taps):
        return
    counts: dict[object, int] = {}
    for lanes in machine.widths():
        for axis in list_vector_axes(nest, lanes):
            costs = [
                TileCosts(nest, axis, machine, phases, some, counts) for some in list_taps(nest)
            ]
            for tile in _list_tiles(nest, axis, lanes, machine, phases):
                for some in costs:
                    cost = some.cost(tile)
                    if cost is not None:
                        yield Candidate(cost, some.count_products(tile), axis, tile, some.taps)


def make_plan(nest: Nest, machine: Machine, chosen: Candidate) -> NestPlan:
    """The plan of a candidate, with what follows from it."""
    axis, tile, taps = chosen.axis, chosen.tile, chosen.taps
    keeps = can_keep_sums(nest, axis, tile)
    samples = choose_samples(nest, axis, keeps=keeps)
    packings = tuple(
        _fit(p, a, axis, tile, keeps=keeps)
        for a, p in zip(nest.operands, axis.packings, strict=True)
    )
    packings = tuple(
        _leave_out(p, count_leading(a, samples)) if p.copied else p
        for a, p in zip(nest.operands, packings, strict=True)
    )
    blocks = _choose_blocks(nest, axis, tile, taps, samples, machine) if keeps else {}
    # Rows that are filled up to whole tiles have more sums than there are entries.
    filled = keeps and not axis.dot and axis.extent % tile.run > 0
    partial = bool(blocks) or filled or any(u in nest.inner for u in samples)
    phases = find_phases(nest)
    return NestPlan(nest, axis, tile, phases, taps, packings, samples, blocks, partial, chosen.cost)


def _fit(
    packing: Packing, access: ArrayAccess, axis: VectorAxis, tile: RegisterTile, *, keeps: bool
) -> Packing:
    """The layout of an operand in panels as wide as a tile, where tiles end with their panels."""
    if not axis.alone or not access.uses(axis.index) or axis.extent == tile.run:
        return packing
    if not packing.copied or (axis.extent % tile.run and not keeps):
        return packing
    return replace(packing, panel=tile.run)


def _leave_out(packing: Packing, count: int) -> Packing:
    """The layout of what is copied at a time."""
    return replace(packing, apart=count, order=tuple(k for k in packing.order if k >= count))


def _sums_fractions(nest: Nest, taps: tuple[Symbol, ...]) -> bool:
    """Whether a place is a fraction at some values of an inner index that is not written out."""
    forms = (f for a in nest.operands for f in a.forms)
    left = {u for u in nest.inner if u not in taps}
    return any(c % f.divisor for f in forms for u, c in f.terms if u in left)


def _list_tiles(
    nest: Nest, axis: VectorAxis, lanes: int, machine: Machine, phases: Mapping[Symbol, int]
) -> Iterator[RegisterTile]:
    """The tiles that the vector axis allows."""
    apart = {axis.index, *choose_samples(nest, axis, keeps=True)}
    extents = {u: n // phases.get(u, 1) for u, n in nest.outer.items() if u not in apart}
    for vectors in range(1, 2 if axis.dot else min(-(-axis.extent // lanes), MOST_VECTORS) + 1):
        for sizes in list_tiles(extents, axis.whole, machine.registers // vectors):
            # What is added up must not be met twice: such tiles end where the index ends.
            tile = RegisterTile(lanes, vectors, sizes)
            ends = nest.accumulates and axis.extent % tile.run
            if not (axis.dot or nest.accumulates) or (
                all(extents[u] % t == 0 for u, t in sizes)
                and (not ends or can_keep_sums(nest, axis, tile))
            ):
                yield tile


def _choose_blocks(  # noqa: PLR0913, PLR0917 - what a visit reads
    nest: Nest,
    axis: VectorAxis,
    tile: RegisterTile,
    taps: tuple[Symbol, ...],
    samples: tuple[Symbol, ...],
    machine: Machine,
) -> dict[Symbol, int]:
    """Blocks of inner indices, the slowest first, until what a tile reads stays in the cache."""
    inner = {u: n for u, n in nest.inner.items() if u not in taps}
    blocks = {u: 1 for u in samples if u in inner}
    sizes = dict(tile.sizes) | ({} if axis.dot else {axis.index: tile.run})

    limit = LEVEL_ONE if axis.dot else LEVEL_TWO

    def count_bytes() -> int:
        reaches = {**inner, **blocks, **sizes}
        return machine.number * sum(a.count_reach(reaches) for a in nest.operands)

    for u in sorted(
        (u for u in inner if u not in {axis.index, *samples}), key=lambda u: _depth(nest, u)
    ):
        if count_bytes() <= limit:
            break
        for block in (d for d in range(inner[u], 0, -1) if inner[u] % d == 0):
            blocks[u] = block
            if count_bytes() <= limit:
                break
    return {u: b for u, b in blocks.items() if b < inner[u] and u not in samples}


def _depth(nest: Nest, u: Symbol) -> int:
    """The first axis of an operand that an index stands in."""
    places = (k for a in nest.operands for k, f in enumerate(a.forms) if u in dict(f.terms))
    return min(places, default=0)


def describe_plan(plan: NestPlan) -> str:
    """A plan in words."""
    tile, axis = plan.tile, plan.axis
    along = f" x {tile.vectors}" if tile.vectors > 1 else ""
    parts = [f"vectors of {tile.lanes}{along} along {_letter(axis.index)}"]
    parts[0] += ", whose lanes are added at the end" if axis.dot else ""
    if tile.sizes:
        parts.append(f"tile {' '.join(f'{_letter(u)}:{t}' for u, t in tile.sizes)}")
    if plan.taps:
        parts.append(f"{' '.join(map(_letter, plan.taps))} written out")
    if plan.phases:
        parts.append(f"phases {' '.join(f'{_letter(u)}:{s}' for u, s in plan.phases.items())}")
    for access, packing in zip(plan.nest.operands, plan.packings, strict=True):
        if packing.copied:
            parts.append(_describe_copy(access, packing))
    if plan.samples:
        parts.append(f"one {' '.join(map(_letter, plan.samples))} at a time")
    if plan.blocks:
        parts.append(f"blocks {' '.join(f'{_letter(u)}:{b}' for u, b in plan.blocks.items())}")
    if plan.partial and not axis.dot:
        parts.append("sums kept between")
    return f"{'; '.join(parts)}; {plan.cycles:.3f} cycles a product"


def _describe_copy(access: ArrayAccess, packing: Packing) -> str:
    how = []
    if any((*packing.low, *packing.high)):
        how.append("with a halo of zeros")
    if packing.planes > 1:
        how.append(f"in {packing.planes} planes")
    if packing.panel:
        how.append(f"in panels of {packing.panel}")
    natural = tuple(k for k in range(len(packing.shape)) if k >= packing.apart)
    if packing.order != natural:
        how.append("in another order")
    if not how:
        how.append("with longer rows")
    return f"{access.key} copied {' '.join(how)}"


def _letter(v: Symbol) -> str:
    return str(v.name).rstrip("'")
