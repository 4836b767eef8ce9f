"""The products of a tile as loops, which a compiler writes out: in which order, over which entries.

A tile has an index for each of its extents, one for its vectors, and the taps. All entries of an
operand lie at a start and a stride for each of these; where they do not, there are no such loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from sympy import Symbol

from .addresses import write_offset
from .product_order import Product, count_held, find_major

AGAIN = 1.3
"""How many loads there may be of a vector: a tap that shares a few entries with the next one loads
those again, beside its products."""

Base = tuple[object, tuple[tuple[Symbol, int], ...]]

SLACK = 1
"""How many registers more than the best order the loops may hold: planned tiles leave four."""


@dataclass(frozen=True)
class TileIndex:
    """An index of a tile, under its letter in the file: where along its axis each value stands."""

    letter: str
    places: tuple[int, ...]

    @property
    def symbol(self) -> Symbol:
        """The letter, for an offset."""
        return Symbol(self.letter)

    @property
    def extent(self) -> int:
        """How many values it has."""
        return len(self.places)

    @property
    def step(self) -> int:
        """How far apart its places are, the last one perhaps moved back."""
        return self.places[1]

    @property
    def text(self) -> str:
        """Its place, counted in steps where they are equal."""
        last = self.extent - 1
        if self.places[last] == last * self.step:
            return self.letter
        return f"({self.letter} < {last} ? {self.step} * {self.letter} : {self.places[last]})"

    @property
    def unit(self) -> int:
        """What `text` counts."""
        return self.step if self.text == self.letter else 1


@dataclass(frozen=True)
class StridedEntry:
    """The entries of one array in a tile: the first one, and how far each index moves it.

    `base` is what entries at a fixed distance from each other have in common.
    """

    base: Base
    start: int
    wide: bool
    weights: Mapping[TileIndex, int]

    @property
    def least(self) -> int:
        """Where the first of the entries stands."""
        return self.start + sum(min(0, w * max(u.places)) for u, w in self.weights.items())

    def at(self, values: Mapping[TileIndex, int]) -> int:
        """Where the entry stands for some values of the indices."""
        return self.start + sum(w * u.places[values[u]] for u, w in self.weights.items())

    def offset(self, begin: int) -> str:
        """How far behind `begin` the entry stands, by the letters of the indices."""
        return self.offset_among((), begin)

    def offset_among(self, shared: Sequence[SharedPlace], begin: int) -> str:
        """The same where some indices are told by those that they share."""
        weights, start, texts = dict(self.weights), self.start - begin, dict[Symbol, str]()
        strides = dict[Symbol, int]()
        for s in shared:
            w = weights.get(s.outer, 0)
            if w and weights.get(s.tap, 0) == s.sign * w:
                del weights[s.outer], weights[s.tap]
                strides[Symbol(s.letter)], start = w, start - w * s.shift
                texts[Symbol(s.letter)] = s.letter
        for u, w in weights.items():
            strides[u.symbol], texts[u.symbol] = w * u.unit, u.text
        return write_offset(strides, start, texts)


@dataclass(frozen=True)
class SharedPlace:
    """An index `letter` in the place of two that move an operand alike: an outer one and a tap.

    It is outer + tap, or outer - tap + `shift`, where the sign is -1.
    """

    letter: str
    outer: TileIndex
    tap: TileIndex
    sign: int

    @property
    def shift(self) -> int:
        """What makes the least value 0."""
        return 0 if self.sign > 0 else self.tap.extent - 1

    @property
    def extent(self) -> int:
        """How many values it has."""
        return self.outer.extent + self.tap.extent - 1

    @property
    def difference(self) -> str:
        """The outer index, by this one and the tap."""
        back = f" - {self.shift}" if self.shift else ""
        return f"{self.letter} {'-' if self.sign > 0 else '+'} {self.tap.letter}{back}"


Loop = TileIndex | SharedPlace


@dataclass(frozen=True)
class ProductLoops:
    """Loops over products: `taps`, then the entries of the operand `major`, then what is left."""

    operands: tuple[StridedEntry, ...]
    major: int
    taps: tuple[TileIndex, ...]
    entries: tuple[Loop, ...]
    rest: tuple[TileIndex, ...]

    @property
    def shared(self) -> tuple[SharedPlace, ...]:
        """The loops that stand for two indices."""
        return tuple(u for u in self.entries if isinstance(u, SharedPlace))

    def walk(self) -> Iterator[dict[TileIndex, int]]:
        """The values of the indices, product by product."""
        loops = (*self.taps, *self.entries, *self.rest)
        for at in product(*(range(u.extent) for u in loops)):
            values: dict[Loop, int] = dict(zip(loops, at, strict=True))
            for s in self.shared:
                values[s.outer] = values[s] - s.shift - s.sign * values[s.tap]
            if all(0 <= values[s.outer] < s.outer.extent for s in self.shared):
                yield {u: x for u, x in values.items() if isinstance(u, TileIndex)}

    def held_indices(self, operand: int) -> tuple[TileIndex, ...]:
        """The indices of the vectors of an operand that are loaded before the products."""
        return tuple(u for u in self.operands[operand].weights if u not in self.taps)

    @property
    def loads_once(self) -> bool:
        """Whether hardly a vector is loaded twice."""
        values = list(self.walk())
        outside, loads, distinct = prod(u.extent for u in self.taps), 0, 0
        for n, e in enumerate(self.operands):
            inside = self.entries if n == self.major else self.held_indices(n)
            if e.wide:
                loads += outside * prod(u.extent for u in inside)
                distinct += len({e.at(v) for v in values})
        return loads <= AGAIN * distinct

    def list_products(self) -> list[Product[tuple[int, int]]]:
        """The products in their order, those loads first that are made before all others."""
        found: list[Product[tuple[int, int]]] = []
        values = list(self.walk())
        if not self.taps:
            for n, e in enumerate(self.operands):
                if e.wide and n != self.major:
                    found += [("", ((n, p),)) for p in dict.fromkeys(e.at(v) for v in values)]
        found += [("", tuple((n, e.at(v)) for n, e in enumerate(self.operands))) for v in values]
        return found


def fit_strides(
    indices: Sequence[TileIndex], find: Callable[[Mapping[TileIndex, int]], tuple[Base, int, bool]]
) -> StridedEntry | None:
    """The strides of what `find` tells of every place: what it shares, where it is, if it is wide.

    None where there are none.
    """
    zero = dict.fromkeys(indices, 0)
    base, start, wide = find(zero)
    weights = dict[TileIndex, int]()
    for u in indices:
        weight, rest = divmod(find(zero | {u: 1})[1] - start, u.step)
        if rest:
            return None
        if weight:
            weights[u] = weight
    made = StridedEntry(base, start, wide, weights)
    for at in product(*(range(u.extent) for u in indices)):
        values = dict(zip(indices, at, strict=True))
        if find(values) != (base, made.at(values), wide):
            return None
    return made


def choose_loops(
    operands: tuple[StridedEntry, ...],
    taps: Sequence[TileIndex],
    tile: Sequence[TileIndex],
    claim: Callable[[str], str],
    held: int,
) -> ProductLoops | None:
    """The order in which the fewest entries wait, no more than `held` and some; None if none."""
    first = [
        ("", tuple((n, e.at(dict(v))) for n, e in enumerate(operands)))
        for v in _list_values(tile, taps)
    ]
    sides = range(len(operands))
    orders = [_order(operands, find_major(first), taps, tile, ())]
    for side in sides:
        shared = tuple(_share_places(operands[side], taps, tile, claim))
        hidden = {s.tap for s in shared}
        free, kept = [u for u in taps if u not in hidden], [u for u in taps if u in hidden]
        orders.append(_order(operands, side, free, (*tile, *kept), shared))
        orders.append(_order(operands, side, (), (*tile, *taps), shared))
    counts = {n: count_held(o.list_products()) for n, o in enumerate(orders) if o.loads_once}
    best = min(counts, key=lambda n: counts[n], default=None)
    if best is None or counts[best] > held + SLACK:
        return None
    return orders[best]


def _list_values(
    tile: Sequence[TileIndex], taps: Sequence[TileIndex]
) -> Iterator[Iterable[tuple[TileIndex, int]]]:
    for at in product(*(range(u.extent) for u in tile)):
        yield (*zip(tile, at, strict=True), *((u, 0) for u in taps))


def _order(
    operands: tuple[StridedEntry, ...],
    major: int,
    taps: Sequence[TileIndex],
    inside: Sequence[TileIndex],
    shared: Sequence[SharedPlace],
) -> ProductLoops:
    """The loops with the entries of one operand outside."""
    outer = {s.outer: s for s in shared}
    hidden = {s.tap for s in shared}
    used = operands[major].weights
    entries = [outer.get(u, u) for u in inside if u in used and u not in hidden]
    rest = [u for u in inside if u not in used or u in hidden]
    return ProductLoops(operands, major, tuple(taps), tuple(entries), tuple(rest))


def _share_places(
    e: StridedEntry,
    taps: Sequence[TileIndex],
    tile: Sequence[TileIndex],
    claim: Callable[[str], str],
) -> Iterator[SharedPlace]:
    """Pairs of an outer index and a tap that move an operand alike."""
    left = [u for u in tile if u in e.weights and u.places == tuple(range(u.extent))]
    for v in taps:
        weight = e.weights.get(v, 0)
        alike = (u for u in left if weight and abs(e.weights[u]) == abs(weight))
        u = next(alike, None)
        if u is not None:
            left.remove(u)
            sign = 1 if e.weights[u] == weight else -1
            yield SharedPlace(claim(f"{u.letter}_{v.letter}"), u, v, sign)
