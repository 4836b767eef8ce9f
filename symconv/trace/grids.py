"""Tensors of a trace as grids of written numbers, and as pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from symconv.core.tensor import Tensor
from symconv.render.document.markup_settings import TEXT, Scribe
from symconv.render.document.svg import Cells, grid_svg
from symconv.render.formula.mathml import MathMl
from symconv.render.formula.names import Names, entry_form
from symconv.render.formula.tree import Form
from symconv.render.formula.tree import Number as Whole
from symconv.semantics.places import Place

from .numbers import Number, written
from .page import Grid

MOST_GRIDS = 8


@dataclass(frozen=True)
class Grids:
    """Writes tables of numbers in one markup; `digits` as in the trace."""

    scribe: Scribe
    names: Names
    digits: int | None

    def all_of(
        self, tensors: Mapping[str, Tensor], values: Mapping[str, Mapping[Place, Number]]
    ) -> Iterable[Grid]:
        for key, table in values.items():
            yield from self.of(tensors[key], table)

    def of(self, tensor: Tensor, values: Mapping[Place, Number]) -> Iterable[Grid]:
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
            yield Grid(self.scribe.write(left), cells, picture)

    def _picture(self, left: Form, plane: tuple[tuple[Number, ...], ...]) -> str:
        """The plane drawn, with its numbers as plain text."""
        digits = self.digits
        texts = tuple(tuple(TEXT.text(written(v, digits)[0]) for v in row) for row in plane)
        values = tuple(tuple(map(float, row)) for row in plane)
        label = f"{TEXT.text(left)}: {len(plane)} by {len(plane[0])} numbers"
        return grid_svg(Cells(values, texts), label)

    def _plane(self, tensor: Tensor, lead: Place) -> Form:
        numbers = tuple(Whole(p + self.names.notation.index_base) for p in lead)
        return entry_form(tensor.name, numbers, self.names)

    def _number(self, value: Number) -> str:
        return self.scribe.text(written(value, self.digits)[0])
