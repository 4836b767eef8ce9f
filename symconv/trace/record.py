"""A trace as a record: every number that was computed, and the forms it is shown in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.render.document.markup_settings import TEXT_COLUMNS, check_columns
from symconv.semantics.index_arithmetic import Place

from .descent import Descent
from .input_tables import Values, find_tensor
from .numbers import Number, NumberVerdict, compare_number, is_exact
from .provenance import TracedNumber

if TYPE_CHECKING:
    from symconv.api import Network


@dataclass(frozen=True)
class TracedEquation:
    """One equation in numbers: every entry with the calculation that gave it."""

    equation: Equation
    entries: Mapping[Place, TracedNumber]


@dataclass(frozen=True)
class Trace:
    """Every number of a forward and a backward pass, as far as the given values reach.

    `missing` are the tensors that could not be computed, each with what it lacks. `chosen` says how
    the given numbers were chosen, where they were drawn at random.
    """

    network: Network
    given: Values
    parts: tuple[TracedEquation, ...]
    missing: Mapping[str, tuple[str, ...]]
    digits: int | None
    descent: Descent | None
    chosen: str = ""

    @cached_property
    def values(self) -> Values:
        """The value of every entry, by tensor and place."""
        computed = {p.equation.key: {k: w.value for k, w in p.entries.items()} for p in self.parts}
        return self.given | computed

    def value(self, name: str, *place: int) -> Number:
        """One number, such as `value("gradient w", 0, 0)`."""
        key = find_tensor(name, self.program).key
        if key not in self.values:
            lacks = ", ".join(self.missing.get(key, ()))
            raise SymconvError(f"'{key}' was not computed: it lacks {lacks or 'an equation'}")
        return self.values[key][place or (0,)]

    def compared(self, name: str, claimed: Mapping[Place, str]) -> dict[Place, NumberVerdict]:
        """How numbers that someone wrote down relate to the true ones."""
        return {
            place: compare_number(self.value(name, *place), text) for place, text in claimed.items()
        }

    @property
    def program(self) -> Program:
        return self.network.backward().program

    @property
    def exact(self) -> bool:
        """Whether every number is rational and none was rounded."""
        return all(is_exact(v) for table in self.values.values() for v in table.values())

    def text(self, *, width: int = TEXT_COLUMNS) -> str:
        """Plain text in lines of `width` columns; SymconvError where that is too narrow."""
        from .document import trace_document

        return trace_document(self, "text", check_columns(width))

    def markdown(self) -> str:
        """Markdown as GitHub renders it."""
        return self._written("markdown")

    def latex(self, *, document: bool = True) -> str:
        """A LaTeX document, or a fragment that needs amsmath."""
        return self._written("latex" if document else "fragment")

    def html(self, *, fragment: bool = False) -> str:
        """One HTML file that needs no network, with feature maps and kernels drawn.

        A fragment is what stands in its `main`, for a page that has the style sheet.
        """
        return self._written("part" if fragment else "html")

    def json(self) -> str:
        """Every number, as text that loses nothing."""
        from .data import trace_json

        return trace_json(self)

    def plot(self, path: str | Path, *, force: bool = True) -> None:
        """The loss per step as a picture; needs matplotlib.

        With `force=False` a file that is there already is left, with a SymconvError.
        """
        from .descent import plot_losses

        plot_losses(self, Path(path), force=force)

    def __str__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {
            "text/markdown": self._written("notebook"),
            "text/plain": self.text(),
        }

    def _written(self, form: str) -> str:
        from .document import trace_document

        return trace_document(self, form)
