"""Tensors of a trace as grids of written numbers, and as pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from symconv.core.tensor import Tensor
from symconv.render.document.markup_settings import TEXT, MarkupSettings
from symconv.render.document.page_model import Display
from symconv.render.document.svg import SvgCells, draw_grid
from symconv.render.formula.mathml import MathMl
from symconv.render.formula.names import DisplayNames, display_entry
from symconv.render.formula.tree import DisplayNumber as Whole
from symconv.render.formula.tree import DisplayTree
from symconv.semantics.index_arithmetic import Place

from .numbers import Number, display_number


@dataclass(frozen=True)
class NumberGrid:
    """A tensor, or one of its planes, as rows of written numbers; `left` is its symbol.

    `picture` shows the same as an SVG, in HTML only.
    """

    left: str
    rows: tuple[tuple[str, ...], ...]
    picture: str = ""

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(max(map(len, column)) for column in zip(*self.rows, strict=True))


@dataclass(frozen=True)
class TracePart:
    """One equation in numbers: its formula, its entries with their terms, the whole tensor."""

    words: str
    symbol: str
    formula: Display
    lines: tuple[Display, ...]
    left_out: int
    grids: tuple[NumberGrid, ...]


@dataclass(frozen=True)
class TracePage:
    """A trace ready for its template."""

    title: str
    precision: str
    given: tuple[NumberGrid, ...]
    parts: tuple[TracePart, ...]
    missing: tuple[str, ...]
    losses: tuple[tuple[str, str], ...]
    loss: str
    rate: str
    summary: str
    weights: tuple[NumberGrid, ...]


MOST_GRIDS = 8
"""How many planes of a tensor are drawn, such as the first 8 maps of a layer."""


@dataclass(frozen=True)
class GridWriter:
    """Writes tables of numbers in one markup; `digits` as in the trace."""

    scribe: MarkupSettings
    names: DisplayNames
    digits: int | None

    def all_of(
        self, tensors: Mapping[str, Tensor], values: Mapping[str, Mapping[Place, Number]]
    ) -> Iterable[NumberGrid]:
        for key, table in values.items():
            yield from self.of(tensors[key], table)

    def of(self, tensor: Tensor, values: Mapping[Place, Number]) -> Iterable[NumberGrid]:
        """The tensor as a grid; one for every plane where it has more than two axes."""
        rank = len(tensor.shape)
        planes = groupby(sorted(values), key=lambda p: p[: max(0, rank - 2)])
        for number, (lead, places) in enumerate(planes):
            if number == MOST_GRIDS:
                return
            rows = groupby(places, key=lambda p: p[: rank - 1])
            plane = tuple(tuple(values[p] for p in row) for _, row in rows)
            left = self._plane(tensor, lead)
            cells = tuple(tuple(map(self._number, row)) for row in plane)
            picture = self._picture(left, plane) if isinstance(self.scribe.writer, MathMl) else ""
            yield NumberGrid(self.scribe.write(left), cells, picture)

    def _picture(self, left: DisplayTree, plane: tuple[tuple[Number, ...], ...]) -> str:
        """The plane drawn, with its numbers as plain text."""
        digits = self.digits
        texts = tuple(tuple(TEXT.text(display_number(v, digits)[0]) for v in row) for row in plane)
        values = tuple(tuple(map(float, row)) for row in plane)
        label = f"{TEXT.text(left)}: {len(plane)} by {len(plane[0])} numbers"
        return draw_grid(SvgCells(values, texts), label)

    def _plane(self, tensor: Tensor, lead: Place) -> DisplayTree:
        numbers = tuple(Whole(p + self.names.notation.index_base) for p in lead)
        return display_entry(tensor.name, numbers, self.names)

    def _number(self, value: Number) -> str:
        return self.scribe.text(display_number(value, self.digits)[0])
