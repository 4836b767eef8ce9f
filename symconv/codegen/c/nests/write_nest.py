"""The lines of a planned nest: the copies of its operands, and the loops around its tiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod

from sympy import Symbol

from symconv.codegen.c.model.names import CNames

from .accesses import ArrayAccess
from .addresses import plain_packing, write_place
from .loop_order import order_loops
from .planner import NestPlan, describe_plan
from .vector_axis import extents_of
from .write_copies import write_copy, write_zeros
from .write_loops import LoopedTileWriter
from .write_tile import TileWriter

WIDTH = 100
"""The columns of a line that holds several statements."""


@dataclass
class NestWriter:
    """Writes one nest.

    `names` are the identifiers of the arrays, whose pointers have an underscore behind them;
    `words` collects the names of locals; where the nest is `looped`, the products of a tile are
    loops.
    """

    plan: NestPlan
    names: Mapping[str, str]
    namer: CNames
    looped: bool = False
    lines: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    depth: int = 1

    def __post_init__(self) -> None:
        self.letters = {v: self.namer.claim(v.name.rstrip("'")) for v in self.plan.nest.extents}
        self.pointers = [
            self.namer.claim(f"copy_{self.names[a.key]}") if p.copied else f"{self.names[a.key]}_"
            for a, p in zip(self.plan.nest.operands, self.plan.packings, strict=True)
        ]
        self.target = f"{self.names[self.plan.nest.target.key]}_"
        self.firsts: dict[Symbol, str] = {}
        self.inner: dict[str, str] = {}
        self.vector, self.loose = f"v{self.plan.tile.lanes}", f"u{self.plan.tile.lanes}"

    def line(self, text: str) -> None:
        """One line at the depth of the braces that are open."""
        self.lines.append(f"{'  ' * self.depth}{text}")

    def flow(self, pieces: Iterable[str], head: str = "", joint: str = " ", end: str = "") -> None:
        """Short statements, as many to a line as fit; each line between `head` and `end`."""
        room, text = WIDTH - 2 * self.depth - len(head) - len(end), ""
        for piece in pieces:
            if text and len(text) + len(joint) + len(piece) > room:
                self.line(f"{head}{text}{end}")
                text = ""
            text += f"{joint if text else ''}{piece}"
        if text:
            self.line(f"{head}{text}{end}")

    def open(self, head: str) -> None:
        """A head and its brace."""
        self.line(f"{head} {{")
        self.depth += 1

    def close(self, count: int = 1) -> None:
        """Close braces."""
        for _ in range(count):
            self.depth -= 1
            self.line("}")

    def write(self) -> list[str]:
        """All lines of the body of the function."""
        plan = self.plan
        self.line(f"/* {describe_plan(plan)} */")
        for pointer, packing, place in zip(self.pointers, plan.packings, plan.copies, strict=False):
            if packing.copied:
                self.line(f"real *{pointer} = scratch + {place};")
                if packing.has_zeros:
                    self.line(write_zeros(pointer, packing))
        if plan.partial:
            self._begin_sums()
        self._copy(0)
        for n, u in enumerate(plan.samples, 1):
            name = self.letters[u]
            self.open(f"for (int {name} = 0; {name} < {plan.nest.extents[u]}; {name}++)")
            self._copy(n)
        phased = list(plan.phases)
        for rest in product(*(range(plan.phases[v]) for v in phased)):
            self._write_phase(dict(zip(phased, rest, strict=True)))
        self.close(len(plan.samples))
        if plan.partial:
            self._end_sums()
        return self.lines

    def _copy(self, depth: int) -> None:
        """The copies that stand inside so many loops over samples."""
        plan = self.plan
        outside = [self.letters[u] for u in plan.samples[:depth]]
        for a, p, pointer in zip(plan.nest.operands, plan.packings, self.pointers, strict=True):
            if p.copied and p.apart == depth:
                namer = self.namer.branch()
                for text in write_copy(
                    f"{self.names[a.key]}_", pointer, p, outside, namer, short=self.looped
                ):
                    self.line(text)
                self.words |= namer.claimed

    def _begin_sums(self) -> None:
        plan, place = self.plan, self.plan.copies[-1]
        if plan.axis.dot:
            entries = prod(plan.nest.outer.values())
            self.line(f"{self.loose} *sums = ({self.loose} *)(scratch + {place});")
            self.line(f"for (int k = 0; k < {entries}; k++) sums[k] = ({self.vector}){{0}};")
            return
        self.line(f"real *sums = scratch + {place};")
        self.line(write_zeros("sums", plan.sums))

    def _end_sums(self) -> None:
        plan, nest = self.plan, self.plan.nest
        for v, n in nest.outer.items():
            name = self.letters[v]
            self.open(f"for (int {name} = 0; {name} < {n}; {name}++)")
        place = self._place(self.target, nest.target).removeprefix(self.target)
        value = f"add_{plan.tile.lanes}(&sums{place})"
        if not plan.axis.dot:
            value = write_place("sums", nest.target, plan.sums, self.letters)
        bias = f" + {self._bias(nest.bias)}" if nest.bias else ""
        self.line(f"{self.target}{place} = {value}{bias};")
        self.close(len(nest.outer))

    def _bias(self, access: ArrayAccess) -> str:
        return self._place(f"{self.names[access.key]}_", access)

    def _place(self, pointer: str, access: ArrayAccess) -> str:
        """An entry of an array of the caller."""
        return write_place(pointer, access, plain_packing(access.shape), self.letters)

    def _write_phase(self, rest: Mapping[Symbol, int]) -> None:
        """The tiles of one phase, in which no place is a fraction."""
        plan, nest = self.plan, self.plan.nest
        extents = extents_of(nest, plan.phases, rest)
        for u in plan.samples:
            extents.pop(u, None)
        if plan.partial and not plan.axis.dot:
            # Sums that nobody wants have zeros to themselves.
            extents[plan.axis.index] += -extents[plan.axis.index] % plan.tile.run
        accesses: dict[object, ArrayAccess] = {"target": nest.target}
        accesses |= dict(enumerate(nest.operands))
        if nest.bias:
            accesses["bias"] = nest.bias
        for v, r in rest.items():
            accesses = {k: a.put(v, plan.phases[v], r) for k, a in accesses.items()}
        tile = {v: min(t, extents[v]) for v, t in plan.tile.sizes}
        looped, opened = self._open_tiles(extents, tile)
        if rest and not opened:
            # Phases that stand one after the other have their sums in blocks of their own.
            self.line("{")
            self.depth, opened = self.depth + 1, 1
        made = LoopedTileWriter if self.looped else TileWriter
        made(self, accesses, tile, extents, looped).write()
        self.close(opened)

    def _open_tiles(
        self, extents: Mapping[Symbol, int], tile: Mapping[Symbol, int]
    ) -> tuple[frozenset[Symbol], int]:
        """The loops over tiles, blocks outside; an index that fits in one tile needs none."""
        plan, opened, looped = self.plan, 0, set[Symbol]()
        for u, block in plan.blocks.items():
            name = self.first_name(u)
            n = plan.nest.inner[u]
            self.open(f"for (int {name} = 0; {name} < {n}; {name} += {block})")
            opened += 1
        along = plan.tile.lanes * plan.tile.vectors
        steps = {**tile, plan.axis.index: along}
        visit = {**plan.nest.inner, **plan.blocks, **steps, **dict.fromkeys(plan.samples, 1)}
        for u in order_loops(plan.nest, extents, steps, visit):
            n, name = extents[u], self.letters[u]
            t = along if u == plan.axis.index else tile.get(u, 1)
            if n <= t:
                continue
            looped.add(u)
            opened += 1
            if n % t == 0:
                count = f"{name} += {t}" if t > 1 else f"{name}++"
                self.open(f"for (int {name} = 0; {name} < {n}; {count})")
                continue
            # The last tile is moved back to end where the index ends: it computes entries again.
            first = self.first_name(u)
            self.open(f"for (int {first} = 0; {first} < {n}; {first} += {t})")
            self.line(f"const int {name} = {first} < {n - t} ? {first} : {n - t};")
        return frozenset(looped), opened

    def first_name(self, u: Symbol) -> str:
        """The identifier of where a block or a tile begins."""
        if u not in self.firsts:
            self.firsts[u] = self.namer.claim(f"{self.letters[u]}_first")
        return self.firsts[u]

    def inner_name(self, wanted: str) -> str:
        """The identifier of an index within tiles: every tile of the nest has the same ones."""
        if wanted not in self.inner:
            self.inner[wanted] = self.namer.claim(wanted)
        return self.inner[wanted]
