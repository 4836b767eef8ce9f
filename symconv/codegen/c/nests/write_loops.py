"""The lines of one tile as loops over its entries, where they all lie at strides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from math import prod

from .product_order import count_held, order_products
from .tile_loops import (
    Loop,
    ProductLoops,
    SharedPlace,
    StridedEntry,
    TileIndex,
    choose_loops,
    fit_strides,
)
from .write_tile import Base, PlacedEntry, TileWriter


class LoopedTileWriter(TileWriter):
    """Writes one tile in one phase, each of its products in the same loops."""

    shared: tuple[SharedPlace, ...] = ()
    indices: tuple[TileIndex, ...] = ()

    def write(self) -> None:
        """All lines of the tile; product by product where an entry lies at no stride."""
        self.indices = tuple(self._list_indices())
        loops = self._find_loops()
        target, bias = self._fit("target"), self._fit("bias") if "bias" in self.accesses else None
        if loops is None or target is None or (bias is None and "bias" in self.accesses):
            super().write()
            return
        writer, name = self.writer, f"sum{''.join(f'[{u.letter}]' for u in self.indices)}"
        extents = "".join(f"[{u.extent}]" for u in self.indices)
        each = _open_each(self.indices)
        if self.plan.partial:
            self._declare_bases([target])
            writer.line(f"{writer.vector} sum{extents};")
            writer.line(f"{each}{name} = {self._kept(target)};")
        else:
            depth = len(self.indices) + 1
            writer.line(f"{writer.vector} sum{extents} = {'{' * depth}0{'}' * depth};")
        opened = self._open_sums()
        self._write_looped(loops, name)
        writer.close(opened)
        self._declare_bases([*([] if self.plan.partial else [target]), *([bias] if bias else [])])
        writer.line(f"{each}{self._store(name, target, bias)}")

    def _list_indices(self) -> Iterable[TileIndex]:
        """The indices of the tile, that of its vectors last; none for what has one value."""
        letters = self.writer.letters
        for u, t in self.tile.items():
            if t > 1:
                yield TileIndex(self._name_inner(letters[u]), tuple(range(t)))
        if len(self.offsets) > 1:
            yield TileIndex(self._name_inner(letters[self.v]), tuple(self.offsets))

    def _name_inner(self, letter: str) -> str:
        """`ii` within a tile from `i` on."""
        return self.writer.inner_name(letter * 2 if len(letter) == 1 else f"{letter}_in")

    def _fit(self, which: object, taps: tuple[TileIndex, ...] = ()) -> StridedEntry | None:
        return fit_strides((*self.indices, *taps), partial(self._find, which, taps))

    def _find(
        self, which: object, taps: tuple[TileIndex, ...], values: Mapping[TileIndex, int]
    ) -> tuple[Base, int, bool]:
        """What an access is at one entry of the tile, at one tap."""
        access, at = self.accesses[which], iter(self.indices)
        for u in self.plan.taps if isinstance(which, int) else ():
            tap = next((v for v in taps if v.letter == self.writer.letters[u]), None)
            access = access.put(u, 0, values[tap] if tap else 0)
        point = 0
        for t in self.tile.values():
            point = point * t + (values[next(at)] if t > 1 else 0)
        k = values[next(at)] if len(self.offsets) > 1 else 0
        e = self._entry(which, point, k, access)
        return e.base, e.start, e.wide

    def _find_loops(self) -> ProductLoops | None:
        """The loops over the products; None where a place is a fraction at some tap."""
        inner, letters = self.plan.nest.inner, self.writer.letters
        taps = tuple(
            TileIndex(letters[u], tuple(range(inner[u]))) for u in self.plan.taps if inner[u] > 1
        )
        written = [list(self._list_products(operands)) for operands in self._list_taps()]
        if len(written) != prod(u.extent for u in taps):
            return None
        fitted = (self._fit(n, taps) for n in range(len(self.plan.nest.operands)))
        operands = tuple(e for e in fitted if e is not None)
        if len(operands) < len(self.plan.nest.operands):
            return None
        held = count_held(order_products(written))
        return choose_loops(operands, taps, self.indices, self.writer.inner_name, held)

    def _text(self, e: PlacedEntry) -> str:
        if not isinstance(e, StridedEntry):
            return super()._text(e)
        name, start = self.bases[e.base]
        return f"{name}[{e.offset_among(self.shared, start)}]"

    def _write_looped(self, loops: ProductLoops, name: str) -> None:
        """The loops, and what is loaded in front of each."""
        writer, opened = self.writer, 0
        self._declare_bases(loops.operands)
        wide = [n for n, e in enumerate(loops.operands) if e.wide]
        words = {n: f"in{n}" if len(wide) > 1 else "in" for n in wide}
        if loops.taps:
            writer.open(_open_each(loops.taps).rstrip())
            opened += 1
        for n in wide:
            if n != loops.major:
                held = loops.held_indices(n)
                extents = "".join(f"[{u.extent}]" for u in held)
                writer.line(f"{writer.vector} {words[n]}{extents};")
                words[n] += "".join(f"[{u.letter}]" for u in held)
                writer.line(f"{_open_each(held)}{self._load(words[n], loops.operands[n])}")
        self.shared = loops.shared
        rest: tuple[Loop, ...] = (*loops.entries, *loops.rest)
        if loops.major in words:
            rest = loops.rest
            if loops.entries:
                writer.open(_open_each(loops.entries).rstrip())
                opened += 1
            word = words[loops.major]
            load = self._load(word, loops.operands[loops.major])
            writer.line(f"{writer.vector} {word}; {load}")
        factors = (words.get(n) or self._text(e) for n, e in enumerate(loops.operands))
        statement = f"{name} += {' * '.join(factors)};"
        if loops.shared:
            writer.open(_open_each(rest).rstrip())
            opened += 1
            for s in loops.shared:
                writer.line(f"const int {s.outer.letter} = {s.difference};")
            tests = (
                f"{s.outer.letter} >= 0 && {s.outer.letter} < {s.outer.extent}"
                for s in loops.shared
            )
            writer.line(f"if ({' && '.join(tests)}) {statement}")
        else:
            writer.line(f"{_open_each(rest)}{statement}")
        writer.close(opened)
        self.shared = ()


def _open_each(indices: Iterable[Loop]) -> str:
    """`EACH (i, 4) EACH (j, 2) `."""
    return "".join(f"EACH ({u.letter}, {u.extent}) " for u in indices)
