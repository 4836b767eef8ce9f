"""The lines of a planned nest: copies, loops over tiles, products in registers, sums stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod

from sympy import Symbol

from symconv.codegen.c.model.names import CNames

from .addresses import plain_packing, write_place
from .loop_order import order_loops
from .nest import ArrayAccess
from .planner import NestPlan, describe_plan
from .vector_axis import extents_of
from .write_copies import write_copy, write_zeros

Point = tuple[tuple[Symbol, int], ...]


@dataclass
class NestWriter:
    """Writes one nest.

    `names` are the identifiers of the arrays, whose pointers have an underscore behind them;
    `words` collects the names of locals.
    """

    plan: NestPlan
    names: Mapping[str, str]
    namer: CNames
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
        self.vector, self.loose = f"v{self.plan.tile.lanes}", f"u{self.plan.tile.lanes}"

    def line(self, text: str) -> None:
        """One line at the depth of the braces that are open."""
        self.lines.append(f"{'  ' * self.depth}{text}")

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
                self.line(f"real *const {pointer} = scratch + {place};")
                if any((*packing.low, *packing.high)) or packing.least or packing.pitch > 1:
                    self.line(write_zeros(pointer, packing))
        if plan.partial:
            self._begin_sums()
        self._copy(sample=False)
        if plan.sample is not None:
            name = self.letters[plan.sample]
            self.open(f"for (int {name} = 0; {name} < {plan.nest.extents[plan.sample]}; {name}++)")
            self._copy(sample=True)
        phased = list(plan.phases)
        for rest in product(*(range(plan.phases[v]) for v in phased)):
            self._write_phase(dict(zip(phased, rest, strict=True)))
        if plan.sample is not None:
            self.close()
        if plan.partial:
            self._end_sums()
        return self.lines

    def _copy(self, *, sample: bool) -> None:
        plan = self.plan
        for a, p, pointer in zip(plan.nest.operands, plan.packings, self.pointers, strict=True):
            if p.copied and p.sample == sample:
                letter = self.letters[plan.sample] if plan.sample is not None and sample else ""
                source = f"{self.names[a.key]}_"
                namer = self.namer.branch()
                for text in write_copy(source, pointer, p, letter, namer):
                    self.line(text)
                self.words |= namer.claimed

    def _begin_sums(self) -> None:
        entries = prod(self.plan.nest.outer.values())
        self.line(f"{self.loose} *const sums = ({self.loose} *)(scratch + {self.plan.copies[-1]});")
        self.line(f"for (int k = 0; k < {entries}; k++) sums[k] = ({self.vector}){{0}};")

    def _end_sums(self) -> None:
        nest = self.plan.nest
        for v, n in nest.outer.items():
            self.open(
                f"for (int {self.letters[v]} = 0; {self.letters[v]} < {n}; {self.letters[v]}++)"
            )
        place = self._place(self.target, nest.target).removeprefix(self.target)
        bias = f" + {self._bias(nest.bias)}" if nest.bias else ""
        self.line(f"{self.target}{place} = add_{self.plan.tile.lanes}(&sums{place}){bias};")
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
        if plan.sample is not None:
            extents.pop(plan.sample, None)
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
        TilePhase(self, accesses, tile, extents, looped).write()
        self.close(opened)

    def _open_tiles(
        self, extents: Mapping[Symbol, int], tile: Mapping[Symbol, int]
    ) -> tuple[frozenset[Symbol], int]:
        """The loops over tiles, blocks outside; an index that fits in one tile needs none."""
        plan, opened, looped = self.plan, 0, set[Symbol]()
        for u, block in plan.blocks.items():
            name = self._first(u)
            n = plan.nest.inner[u]
            self.open(f"for (int {name} = 0; {name} < {n}; {name} += {block})")
            opened += 1
        along = plan.tile.lanes * plan.tile.vectors
        steps = {**tile, plan.axis.index: along}
        visit = {**plan.nest.inner, **plan.blocks, **steps}
        if plan.sample is not None:
            visit[plan.sample] = 1
        for u in order_loops(plan.nest, extents, steps, visit):
            n, name = extents[u], self.letters[u]
            t = along if u == plan.axis.index else tile.get(u, 1)
            if n <= t:
                continue
            looped.add(u)
            opened += 1
            if n % t == 0:
                self.open(f"for (int {name} = 0; {name} < {n}; {name} += {t})")
                continue
            # The last tile is moved back to end where the index ends: it computes entries again.
            first = self._first(u)
            self.open(f"for (int {first} = 0; {first} < {n}; {first} += {t})")
            self.line(f"const int {name} = {first} < {n - t} ? {first} : {n - t};")
        return frozenset(looped), opened

    def _first(self, u: Symbol) -> str:
        """The identifier of where a block or a tile begins."""
        if u not in self.firsts:
            self.firsts[u] = self.namer.claim(f"{self.letters[u]}_first")
        return self.firsts[u]


@dataclass
class TilePhase:
    """One tile in one phase: its accumulators, the loops of its sums, its products, its stores."""

    writer: NestWriter
    accesses: Mapping[object, ArrayAccess]
    tile: Mapping[Symbol, int]
    extents: Mapping[Symbol, int]
    looped: frozenset[Symbol]

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
        for p, k in self._accumulators():
            start = f"sums{self._sum_place(p)}" if self.plan.partial else "{0}"
            writer.line(f"{writer.vector} {self._name(p, k)} = {start};")
        opened = self._open_sums()
        self._write_products()
        writer.close(opened)
        for p, k in self._accumulators():
            self._store(p, k)

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

    def _sum_place(self, p: int) -> str:
        target = self.writer._place("sums", self._at(self.accesses["target"], p, 0))  # noqa: SLF001
        return target.removeprefix("sums")

    def _open_sums(self) -> int:
        """The loops over inner indices that are not written out."""
        plan, writer, opened = self.plan, self.writer, 0
        inner = [u for u in plan.nest.inner if u not in {*plan.taps, self.v, plan.sample}]
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
        names: dict[tuple[str, bool], str] = {}
        taps = self.plan.taps
        for tap in product(*(range(self.plan.nest.inner[u]) for u in taps)):
            put = list(zip(taps, tap, strict=True))
            operands = [self.accesses[n] for n in range(len(self.plan.nest.operands))]
            for u, x in put:
                operands = [a.put(u, 0, x) for a in operands]
            if all(a.is_whole for a in operands):
                self._write_tap(operands, names)

    def _write_tap(self, operands: list[ArrayAccess], names: dict[tuple[str, bool], str]) -> None:
        """The products of one tap, those with the same entry of the larger side one by one."""
        made = []
        for p, k in self._accumulators():
            loads = [
                (
                    write_place(
                        self.writer.pointers[n],
                        self._at(a, p, k),
                        self.plan.packings[n],
                        self.writer.letters,
                    ),
                    self.plan.nest.operands[n].uses(self.v),
                )
                for n, a in enumerate(operands)
            ]
            made.append((p, k, loads))
        counts = [len({loads[side] for *_, loads in made}) for side in range(len(operands))]
        major = counts.index(max(counts))
        seen: dict[tuple[str, bool], int] = {}
        for *_, loads in made:
            seen.setdefault(loads[major], len(seen))
        for p, k, loads in sorted(made, key=lambda m: seen[m[2][major]]):
            words = [self._load(load, names) for load in loads]
            self.writer.line(f"{self._name(p, k)} += {' * '.join(words)};")

    def _load(self, load: tuple[str, bool], names: dict[tuple[str, bool], str]) -> str:
        if load not in names:
            names[load] = f"in{len(names)}"
            text, wide = load
            kind = self.writer.vector if wide else "const real"
            value = f"*(const {self.writer.loose} *)&{text}" if wide else text
            hold = f" HOLD({names[load]});" if wide else ""
            self.writer.line(f"{kind} {names[load]} = {value};{hold}")
        return names[load]

    def _store(self, p: int, k: int) -> None:
        """A sum in its place, with what is added to it."""
        writer, name = self.writer, self._name(p, k)
        if self.plan.partial:
            writer.line(f"sums{self._sum_place(p)} = {name};")
            return
        target = self._at(self.accesses["target"], p, k)
        place = writer._place(writer.target, target)  # noqa: SLF001
        bias = self._at(self.accesses["bias"], p, k) if "bias" in self.accesses else None
        if self.plan.axis.dot:
            more = f" + {writer._bias(bias)}" if bias else ""  # noqa: SLF001
            writer.line(f"{place} = add_{self.lanes}(&{name}){more};")
            return
        # How far neighbours lie apart: the phase, and 0 where there is one number for all.
        apart = self._stride("target")
        along = self._stride("bias") if bias else 0
        if apart == 1 and along in {0, 1}:
            more = ""
            if bias:
                text = writer._bias(bias)  # noqa: SLF001
                more = f" + {f'*(const {writer.loose} *)&{text}' if along else text}"
            writer.line(f"*({writer.loose} *)&{place} = {name}{more};")
            return
        more = ""
        if bias:
            text = writer._bias(bias)  # noqa: SLF001
            more = f" + (&{text})[{along} * k]" if along else f" + {text}"
        writer.line(
            f"for (int k = 0; k < {self.lanes}; k++) (&{place})[{apart} * k] = {name}[k]{more};"
        )

    def _stride(self, which: str) -> int:
        access = self.accesses[which]
        return plain_packing(access.shape).address(access)[0].get(self.v, 0)
