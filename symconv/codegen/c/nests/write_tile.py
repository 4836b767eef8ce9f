"""The lines of one tile: its accumulators, the loops of its sums, its products, its stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Protocol

from sympy import Symbol

from .accesses import ArrayAccess
from .addresses import plain_packing, write_offset
from .product_order import Product, order_products

if TYPE_CHECKING:
    from .write_nest import NestWriter

Point = tuple[tuple[Symbol, int], ...]
Base = tuple[object, Point]


@dataclass(frozen=True)
class TileEntry:
    """What a tile reads or writes: of which array, how far that moves with each index, and where.

    `wide` says that it is a vector, whose first lane stands there.
    """

    array: object
    strides: Point
    start: int
    wide: bool

    @property
    def base(self) -> Base:
        """What entries at a fixed distance from each other have in common."""
        return self.array, self.strides

    @property
    def least(self) -> int:
        """Where it stands."""
        return self.start

    def offset(self, begin: int) -> str:
        """How far behind `begin` it stands."""
        return str(self.start - begin)


class PlacedEntry(Protocol):
    """What a tile reads or writes: of which array, from where on, and how it is told."""

    @property
    def base(self) -> Base:
        """What entries at a fixed distance from each other have in common."""

    @property
    def least(self) -> int:
        """Where the first of them stands."""

    def offset(self, begin: int) -> str:
        """How far behind `begin` it stands, as text."""


@dataclass
class TileWriter:
    """Writes one tile in one phase, product by product.

    `accesses` are those of the operands by number, of the target and of the bias; `looped` are the
    indices that tiles go along.
    """

    writer: NestWriter
    accesses: Mapping[object, ArrayAccess]
    tile: Mapping[Symbol, int]
    extents: Mapping[Symbol, int]
    looped: frozenset[Symbol]
    bases: dict[Base, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plan = self.writer.plan
        self.plan, self.v, self.lanes = plan, plan.axis.index, plan.tile.lanes
        self.points: list[Point] = [
            tuple(zip(self.tile, at, strict=True))
            for at in product(*(range(t) for t in self.tile.values()))
        ]
        n = self.extents.get(self.v, 0)
        ends = n <= self.lanes * plan.tile.vectors
        self.offsets = (
            [0]
            if plan.axis.dot
            else [
                min(k * self.lanes, n - self.lanes) if ends else k * self.lanes
                for k in range(plan.tile.vectors)
            ]
        )

    def write(self) -> None:
        """All lines of the tile."""
        writer = self.writer
        entries = [self._entry("target", p, k) for p, k in self._accumulators()]
        if self.plan.partial:
            self._declare_bases(entries)
        starts = [
            f"{self._name(p, k)} = {self._kept(e) if self.plan.partial else '{0}'}"
            for (p, k), e in zip(self._accumulators(), entries, strict=True)
        ]
        writer.flow(starts, f"{writer.vector} ", ", ", ";")
        opened = self._open_sums()
        self._write_products()
        writer.close(opened)
        biases = {
            (p, k): self._entry("bias", p, k)
            for p, k in self._accumulators()
            if "bias" in self.accesses
        }
        self._declare_bases([*([] if self.plan.partial else entries), *biases.values()])
        writer.flow(
            self._store(self._name(p, k), e, biases.get((p, k)))
            for (p, k), e in zip(self._accumulators(), entries, strict=True)
        )

    @property
    def _lies_apart(self) -> bool:
        """Whether sums of entries are kept in an array of their own, vectors side by side."""
        return self.plan.partial and not self.plan.axis.dot

    def _accumulators(self) -> Iterator[tuple[int, int]]:
        return product(range(len(self.points)), range(len(self.offsets)))

    def _name(self, p: int, k: int) -> str:
        return f"sum{p}_{k}" if len(self.offsets) > 1 else f"sum{p}"

    def _at(self, access: ArrayAccess, p: int, k: int) -> ArrayAccess:
        """The access at one entry of the tile, in its first lane."""
        for u, x in self.points[p]:
            access = access.put(u, int(u in self.looped), x)
        for u in self.extents:
            if u not in self.looped and u not in self.tile and u != self.v:
                access = access.put(u, 0, 0)
        if not self.plan.axis.dot:
            access = access.put(self.v, int(self.v in self.looped), self.offsets[k])
        return access

    def _entry(self, which: object, p: int, k: int, access: ArrayAccess | None = None) -> TileEntry:
        """What an access is at one entry of the tile."""
        access = self.accesses[which] if access is None else access
        packing = plain_packing(access.shape)
        if isinstance(which, int):
            packing = self.plan.packings[which]
        elif which == "target" and self._lies_apart:
            packing = self.plan.sums
        strides, start = packing.address(self._at(access, p, k))
        wide = self.accesses[which].uses(self.v)
        return TileEntry(which, tuple(sorted(strides.items(), key=str)), start, wide)

    def _declare_bases(self, entries: Sequence[PlacedEntry]) -> None:
        """Pointers to the first entry of every array, from which the others lie at numbers."""
        writer, least = self.writer, dict[Base, int]()
        for e in entries:
            least[e.base] = min(e.least, least.get(e.base, e.least))
        for key, start in least.items():
            if key in self.bases:
                continue
            array, strides = key
            pointer, kind = self._pointer(array)
            if not strides:
                self.bases[key] = pointer, 0
                continue
            name = writer.namer.claim(f"{writer.names[self.accesses[array].key]}_at")
            place = write_offset(dict(strides), start, writer.letters)
            writer.line(f"{kind} *{name} = &{pointer}[{place}];")
            self.bases[key] = name, start

    def _pointer(self, array: object) -> tuple[str, str]:
        """The identifier of an array, and what its entries are."""
        writer = self.writer
        if isinstance(array, int):
            return writer.pointers[array], "const real"
        if array == "bias":
            return f"{writer.names[self.accesses[array].key]}_", "const real"
        if self._lies_apart:
            return "sums", "real"
        return ("sums", writer.loose) if self.plan.partial else (writer.target, "real")

    def _text(self, e: PlacedEntry) -> str:
        """`x[33]`."""
        name, start = self.bases[e.base]
        return f"{name}[{e.offset(start)}]"

    def _kept(self, e: PlacedEntry) -> str:
        """A vector of sums that are kept."""
        return f"*({self.writer.loose} *)&{self._text(e)}" if self._lies_apart else self._text(e)

    def _open_sums(self) -> int:
        """The loops over inner indices that are not written out."""
        plan, writer, opened = self.plan, self.writer, 0
        inner = [u for u in plan.nest.inner if u not in {*plan.taps, self.v, *plan.samples}]
        for u in [*inner, *([self.v] if plan.axis.dot else [])]:
            name, n, step = writer.letters[u], plan.nest.inner[u], 1
            if u == self.v:
                n, step = n + -n % self.lanes, self.lanes
            first, end = "0", str(n)
            if u in plan.blocks:
                first = writer.firsts[u]
                end = f"{first} + {plan.blocks[u]}"
            count = f"{name}++" if step == 1 else f"{name} += {step}"
            writer.open(f"for (int {name} = {first}; {name} < {end}; {count})")
            opened += 1
        return opened

    def _write_products(self) -> None:
        """The products of all taps; an entry that two of them read is loaded once."""
        taps = [list(self._list_products(operands)) for operands in self._list_taps()]
        self._declare_bases([e for made in taps for _, entries in made for e in entries])
        self._write_ordered(order_products(taps))

    def _list_taps(self) -> Iterator[list[ArrayAccess]]:
        """The operands at every tap that is written out."""
        taps = self.plan.taps
        for tap in product(*(range(self.plan.nest.inner[u]) for u in taps)):
            operands = [self.accesses[n] for n in range(len(self.plan.nest.operands))]
            for u, x in zip(taps, tap, strict=True):
                operands = [a.put(u, 0, x) for a in operands]
            if all(a.is_whole for a in operands):
                yield operands

    def _list_products(self, operands: list[ArrayAccess]) -> Iterator[Product[TileEntry]]:
        """What is added to each accumulator."""
        for p, k in self._accumulators():
            entries = (self._entry(n, p, k, a) for n, a in enumerate(operands))
            yield self._name(p, k), tuple(entries)

    def _write_ordered(self, products: list[Product[TileEntry]]) -> None:
        """Products one by one; what is loaded first stands in front of them."""
        loaded: dict[TileEntry, str] = {}
        lines = []
        wide = dict.fromkeys(e for _, entries in products for e in entries if e.wide)
        self.writer.flow((f"in{n}" for n in range(len(wide))), f"{self.writer.vector} ", ", ", ";")
        for name, entries in products:
            for e in entries:
                if e.wide and e not in loaded:
                    loaded[e] = f"in{len(loaded)}"
                    lines.append(self._load(loaded[e], e))
            words = (loaded[e] if e.wide else self._text(e) for e in entries)
            lines.append(f"{name} += {' * '.join(words)};")
        self.writer.flow(lines)

    def _load(self, name: str, e: PlacedEntry) -> str:
        """A vector that is read."""
        return f"LOAD{self.lanes}({name}, {self._text(e)});"

    def _store(self, name: str, target: PlacedEntry, bias: PlacedEntry | None) -> str:
        """A sum in its place, with what is added to it."""
        place = self._text(target)
        if self.plan.partial:
            return f"{self._kept(target)} = {name};"
        text = self._text(bias) if bias else ""
        if self.plan.axis.dot:
            return f"{place} = add_{self.lanes}(&{name}){f' + {text}' if bias else ''};"
        # How far neighbours lie apart: the phase, and 0 where there is one number for all.
        apart, along = self._stride("target"), self._stride("bias") if bias else 0
        loose = self.writer.loose
        if apart == 1 and along in {0, 1}:
            more = f" + {f'*(const {loose} *)&{text}' if along else text}" if bias else ""
            return f"*({loose} *)&{place} = {name}{more};"
        more = f" + (&{text})[{along} * k]" if along else f" + {text}" if bias else ""
        lanes = f"for (int k = 0; k < {self.lanes}; k++)"
        return f"{lanes} (&{place})[{apart} * k] = {name}[k]{more};"

    def _stride(self, which: str) -> int:
        access = self.accesses[which]
        return plain_packing(access.shape).address(access)[0].get(self.v, 0)
