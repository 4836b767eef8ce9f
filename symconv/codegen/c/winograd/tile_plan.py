"""The plan of tiles: their size, the block that is computed at once, and what all of it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sympy import Symbol

from symconv.codegen.c.model.index_form import PlaceForm
from symconv.codegen.c.model.sized_program import LARGEST
from symconv.codegen.c.nests.accesses import ArrayAccess
from symconv.codegen.c.nests.machine import Machine
from symconv.codegen.c.nests.nest import Nest
from symconv.codegen.c.nests.planner import ROUND, NestPlan, describe_plan, plan_nest
from symconv.codegen.c.nests.tile_cost import PAGE
from symconv.codegen.fast.algorithms.winograd_matrices import (
    POINTS,
    WinogradTransforms,
    make_transforms,
)

from .correlated_nest import CorrelatedNest, WindowIndices, find_windows

NEAR = 2_000_000
"""The bytes that the transformed numbers of a block may take until they cost `FAR`: with a second
cache of 1 MB, 64 tiles of 64 or 128 channels are the fastest, 128 tiles are up to 15 % slower."""

TRANSFORM = 2.0
"""The cycles to transform a vector of a tile along both axes, with its way through the cache."""

TURNED, PACKED = 0.5, 3.0
"""The cycles to turn a number of an image between planes and channels, and to move one alone."""

PASSING, FAR = 1 / 24, 0.18
"""The cycles for a byte that comes from behind the second cache in order, and to write a byte that
is read again when many others have been; as measured with blocks of 16 to 512 tiles."""


@dataclass(frozen=True)
class AxisTiles:
    """Tiles along one axis: `size` places each; `rows` of the transforms are the points.

    With a dilation d, places of one remainder by d form an image of their own: a tile and its
    neighbours of the other remainders, d * size places, are one step.
    """

    indices: WindowIndices
    size: int

    @property
    def points(self) -> int:
        """What a tile sees along the axis, and how many products it has."""
        return self.size + self.indices.taps - 1

    @property
    def step(self) -> int:
        """How many places a tile takes with its neighbours of the other remainders."""
        return self.size * self.indices.dilation

    @property
    def steps(self) -> int:
        """How many steps cover the places."""
        return -(-self.indices.count // self.step)

    @property
    def transforms(self) -> WinogradTransforms:
        """The matrices."""
        return make_transforms(self.size, self.indices.taps)

    def reach(self, steps: int) -> int:
        """How many entries of the image so many steps see."""
        return self.indices.dilation * (self.size * steps + self.indices.taps - 1)


@dataclass(frozen=True)
class WinogradPlan:
    """How a windowed product is computed from tiles.

    A block has all columns of `high` steps of rows, of `samples` samples; its numbers lie with
    channels as neighbours, in vectors of `lanes`. `products` is the plan of the sums over channels
    (over tiles, for a kernel), one product of matrices a point; `cycles` the cost of a product of
    the nest.
    """

    product: CorrelatedNest
    rows: AxisTiles
    columns: AxisTiles
    lanes: int
    samples: int
    high: int
    machine: Machine

    @property
    def points(self) -> int:
        """How many points the transforms have, both axes taken together."""
        return self.rows.points * self.columns.points

    @property
    def channels(self) -> int:
        """The channels in whole vectors."""
        return self._fill_vectors(self.product.channels)

    @property
    def filters(self) -> int:
        """The filters in whole vectors."""
        return self._fill_vectors(self.product.filters)

    def _fill_vectors(self, v: Symbol) -> int:
        n = self.product.nest.extents[v]
        return n + -n % self.lanes

    @property
    def tiles(self) -> int:
        """The tiles of a block."""
        dilations = self.rows.indices.dilation * self.columns.indices.dilation
        return self.samples * self.high * self.columns.steps * dilations

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return self.product.samples // self.samples * -(-self.rows.steps // self.high)

    @property
    def area(self) -> int:
        """How many places of the image a block sees, per sample."""
        return self.rows.reach(self.high) * self.columns.reach(self.columns.steps)

    @property
    def field(self) -> int:
        """How many places a block has, per sample, what hangs over the ends among them."""
        return self.rows.step * self.high * self.columns.step * self.columns.steps

    def pitch(self, width: int) -> int:
        """How many rows of so many numbers the tiles of a point take.

        Points a page apart would share their places in the first cache.
        """
        collides = self.tiles * width * self.machine.number % (PAGE // 2) == 0
        return self.tiles + (1 if collides else 0)

    @cached_property
    def sums(self) -> NestPlan | None:
        """The plan of the products of one block, for all points."""
        p, t, c, f = map(Symbol, ("p", "t", "c", "f"))
        seen = (self.points, self.pitch(self.channels), self.channels)
        tiles = ArrayAccess("tiles", seen, _list_forms(p, t, c))
        if self.product.sums_places:
            made = (self.points, self.pitch(self.filters), self.filters)
            deltas = ArrayAccess("deltas", made, _list_forms(p, t, f))
            shape = (self.points, self.channels, self.filters)
            sums = ArrayAccess("taps", shape, _list_forms(p, c, f))
            outer = {p: self.points, c: self.channels, f: self.filters}
            return plan_nest(
                Nest(sums, (tiles, deltas), sums, outer, {t: self.tiles}), self.machine
            )
        taps = ArrayAccess("taps", (self.points, self.channels, self.filters), _list_forms(p, c, f))
        made = (self.points, self.pitch(self.filters), self.filters)
        products = ArrayAccess("products", made, _list_forms(p, t, f))
        outer = {p: self.points, t: self.tiles, f: self.filters}
        nest = Nest(products, (tiles, taps), None, outer, {c: self.channels})
        return plan_nest(nest, self.machine)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How many numbers each array of the scratch has, in order."""
        taps = self.channels * self.filters
        area = self.samples * max(self.area * self.channels, self.field * self.filters)
        return {
            "kernel": self.rows.indices.taps * self.columns.indices.taps * taps,
            "taps": self.points * taps,
            "image": area,
            "tiles": self.points * self.pitch(self.channels) * self.channels,
            "products": self.points * self.pitch(self.filters) * self.filters,
        }

    @property
    def scratch(self) -> int:
        """How many numbers all arrays of the scratch have."""
        return sum(n + -n % ROUND for n in self.sizes.values())

    @property
    def cycles(self) -> float:
        """The cycles of a product of the nest."""
        sums = self.sums
        each = sums.cycles * sums.nest.products if sums else float("inf")
        return (self.blocks * each + self.around) / self.product.nest.products

    @cached_property
    def around(self) -> float:
        """The cycles of everything but the products."""
        both = self.channels + self.filters
        vectors = self.points * both // self.lanes
        numbers = self.sizes["tiles"] + self.sizes["products"]
        far = max(0, numbers * self.machine.number - NEAR)
        moves = self.sizes["taps"] * self.machine.number * (2 if self.product.sums_places else 1)
        block = (
            TRANSFORM * self.tiles * vectors
            + TURNED * self.samples * (self.area * self.channels + self.field * self.filters)
            + FAR * far
            + PASSING * moves
        )
        once = PACKED * self.sizes["kernel"] + TRANSFORM * self.sizes["taps"] / self.lanes
        return self.blocks * block + once


def _list_forms(*indices: Symbol) -> tuple[PlaceForm, ...]:
    return tuple(PlaceForm(((v, 1),), 0) for v in indices)


def choose_tiles(nest: Nest, machine: Machine, cycles: float) -> WinogradPlan | None:
    """The plan of tiles for a nest, if it takes fewer cycles a product than these.

    None where the machine is to make no tiles, too, and where the products of a block would be
    planned with copies or kept sums: they have no room of their own.
    """
    product = find_windows(nest) if machine.tile else None
    plan = plan_tiles(product, machine) if product else None
    if plan is None or plan.sums is None or plan.sums.scratch:
        return None
    return plan if plan.cycles < cycles else None


def plan_tiles(product: CorrelatedNest, machine: Machine) -> WinogradPlan | None:
    """The cheapest plan with the tiles that are wanted; None where there is none.

    Wide windows have smaller tiles, as there are only so many points.
    """
    rows, columns = (
        AxisTiles(axis, min(machine.tile, len(POINTS) + 2 - axis.taps))
        for axis in (product.rows, product.columns)
    )
    if min(rows.size, columns.size, rows.indices.taps, columns.indices.taps) < 2:
        return None
    plans = (
        WinogradPlan(product, rows, columns, lanes, samples, high, machine)
        for lanes in machine.widths()
        for samples, high in _list_blocks(product.samples, rows.steps)
    )
    fitting = (p for p in plans if p.scratch <= LARGEST)
    return min(fitting, key=_estimate, default=None)


def _estimate(plan: WinogradPlan) -> float:
    """About the cycles of a plan, whose products are not planned yet."""
    products = plan.points * plan.tiles * plan.channels * plan.filters
    return plan.around + plan.blocks * products / (2 * plan.machine.lanes)


def _list_blocks(samples: int, steps: int) -> Iterator[tuple[int, int]]:
    """Some steps of one sample, or several whole samples."""
    # As many steps as divide them evenly: with fewer the last block would do nothing for some.
    for high in sorted({-(-steps // blocks) for blocks in range(1, steps + 1)}):
        yield 1, high
    for some in range(2, samples + 1):
        if samples % some == 0:
            yield some, steps


def describe_tiles(plan: WinogradPlan) -> str:
    """A plan in words."""
    rows, columns = plan.rows, plan.columns
    direct = rows.size * rows.indices.taps * columns.size * columns.indices.taps
    size = f"{rows.size} x {columns.size}"
    parts = [f"tiles of {size} places from {plan.points} products instead of {direct}"]
    if (rows.indices.dilation, columns.indices.dilation) != (1, 1):
        parts.append(f"in {rows.indices.dilation} x {columns.indices.dilation} phases")
    if plan.samples > 1:
        parts.append(f"blocks of {plan.samples} samples, {plan.tiles} tiles")
    else:
        parts.append(f"blocks of {plan.high * rows.step} rows, {plan.tiles} tiles")
    parts.append(f"transformed in vectors of {plan.lanes} channels")
    sums = f"products: {describe_plan(plan.sums)}" if plan.sums else ""
    return f"{'; '.join(parts)}; {plan.cycles:.3f} cycles a product; {sums}"
