"""A trace as a page: what is given, every computed tensor with its terms, the losses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symconv.core.equation import Equation
from symconv.core.nodes import OneHot
from symconv.core.proof import number_equations
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name, entry_number
from symconv.output.templates import render_template
from symconv.render.document.equation_writer import EquationWriter
from symconv.render.document.html import HTML, security_policy, style_sheet
from symconv.render.document.markup_settings import (
    DOCUMENT,
    LATEX,
    MARKDOWN,
    NOTEBOOK,
    TEXT,
    TEXT_COLUMNS,
    MarkupSettings,
)
from symconv.render.document.page_model import Display
from symconv.render.document.result_documents import FORMULA_ENDS
from symconv.render.formula.names import collect_names, display_entry, parse_symbol, tensor_name
from symconv.render.formula.tree import DisplayEntry, DisplayRelation, DisplayTree
from symconv.render.formula.tree import DisplayNumber as Whole
from symconv.semantics.index_arithmetic import Place

from .numbers import Number, display_number, is_exact
from .provenance import TracedNumber
from .trace_page import GridWriter, TracePage, TracePart

if TYPE_CHECKING:
    from .record import Trace, TracedEquation

MOST_LINES = 36
"""The most lines for one tensor: the entries of a 6 x 6 image. How many were left out is said."""


FORMS: dict[str, tuple[MarkupSettings, str, str]] = {
    "text": (TEXT, "text", "trace.txt.j2"),
    "markdown": (MARKDOWN, "markdown", "trace.md.j2"),
    "notebook": (NOTEBOOK, "markdown", "trace.md.j2"),
    "html": (HTML, "html", "trace.html.j2"),
    "part": (HTML, "html", "trace_body.html.j2"),
    "latex": (DOCUMENT, "latex", "document.tex.j2"),
    "fragment": (LATEX, "latex", "fragment.tex.j2"),
}


def trace_document(trace: Trace, form: str, width: int = TEXT_COLUMNS) -> str:
    """The trace in one of the `FORMS`; a text has lines of `width` columns."""
    scribe, markup, template = FORMS[form]
    if form == "text":
        scribe = replace(scribe, room=width)
    page = TraceWriter(trace, scribe).page()
    around: dict[str, Any] = dict(FORMULA_ENDS["dollars" if form == "notebook" else "github"])
    if form == "html":
        around |= {"style": style_sheet(), "policy": security_policy()}
    around["whole"] = form != "part"
    return render_template(
        markup, template, page=page, body="trace.tex.j2", columns=width, **around
    )


class TraceWriter:
    """Writes a trace in one markup."""

    def __init__(self, trace: Trace, scribe: MarkupSettings) -> None:
        network = trace.network
        backward = network.backward()
        scribe = scribe.lettered(network.notation)
        self.trace, self.scribe, self.notation = trace, scribe, network.notation
        self.program = backward.program
        self.names = collect_names(network.program, backward.items, network.notation)
        self.grids = GridWriter(scribe, self.names, trace.digits)
        numbers = number_equations(network.program, backward.items)
        self.author = EquationWriter(self.names, scribe, numbers)

    def page(self) -> TracePage:
        descent = self.trace.descent
        return TracePage(
            title=self.scribe.words(f"{self.trace.network.title} in numbers"),
            precision=self.scribe.words(self._precision()),
            given=tuple(self.grids.all_of(self.program.by_key, self.trace.given)),
            parts=tuple(map(self._part, self.trace.parts)),
            missing=tuple(map(self.scribe.mixed, self._missing())),
            losses=tuple((str(k), self._inline(v)) for k, v in enumerate(descent.losses))
            if descent
            else (),
            loss=self.scribe.symbol(DisplayEntry(tensor_name(descent.cost))) if descent else "",
            rate=self._inline(descent.rate) if descent else "",
            summary=self.scribe.words(descent.summary) if descent else "",
            weights=tuple(self.grids.all_of(self.program.by_key, descent.stages[-1].weights))
            if descent
            else (),
        )

    def _precision(self) -> str:
        said = self.trace.chosen, self._rounding(), "Terms that are 0 are left out."
        return " ".join(filter(None, said))

    def _rounding(self) -> str:
        if self.trace.digits is not None:
            rest = "" if self.trace.exact else ", from floating point numbers"
            return f"Shown to {self.trace.digits} decimals{rest}; calculated without rounding."
        if self.trace.exact:
            return "All numbers are exact; those with more than 12 decimals are shown rounded (≈)."
        return "Exact as far as the functions allow; other numbers are shown to 6 digits (≈)."

    def _missing(self) -> Iterable[tuple[str | DisplayTree, ...]]:
        for key, lacks in self.trace.missing.items():
            symbols: list[str | DisplayTree] = []
            for lack in lacks:
                symbols += [", ", display_entry(tensor_name(lack), (), self.names)]
            yield (display_entry(tensor_name(key), (), self.names), " needs ", *symbols[1:], ".")

    def _part(self, part: TracedEquation) -> TracePart:
        equation = part.equation
        shown = [line for p, w in part.entries.items() if (line := self._line(equation, p, w))]
        kept = [] if isinstance(equation.rhs, OneHot) else shown
        tensor = self.program.tensor(equation.key)
        values = {place: worked.value for place, worked in part.entries.items()}
        return TracePart(
            words=self.scribe.words(equation.title or self._kind(equation)),
            symbol=self.scribe.symbol(display_entry(tensor_name(equation.key), (), self.names)),
            formula=self.author.display(equation),
            lines=tuple(kept[:MOST_LINES]),
            left_out=max(0, len(kept) - MOST_LINES),
            grids=() if kept and tensor.scalar else tuple(self.grids.of(tensor, values)),
        )

    @staticmethod
    def _kind(equation: Equation) -> str:
        kind = tensor_name(equation.key).kind
        return {"delta": "error signal", "gradient": "gradient"}.get(kind, "value")

    def _line(self, equation: Equation, place: Place, worked: TracedNumber) -> Display | None:
        """One entry with the terms that gave it; None for a mere copy or an empty sum."""
        value, complete = display_number(worked.value, self.trace.digits)
        if worked.constant or worked.form == value:
            return None
        left = self._entry(self.program.tensor(equation.key), place)
        sign = "=" if complete and is_exact(worked.value) else "≈"
        right = DisplayRelation((worked.form, value), (sign,))  # type: ignore[arg-type]
        width = self.scribe.width(left)
        return Display(self.scribe.write(left), self.scribe.lines(right, width, numbered=False))

    def _entry(self, tensor: Tensor, place: Place) -> DisplayTree:
        """The symbol of one entry, in the notation of the network."""
        if tensor.name.kind == "delta" and self.notation.deltas != "partial":
            base = self.notation.index_base
            flat = self.notation.style == "flat"
            numbers = (entry_number(tensor, place, base),) if flat else [p + base for p in place]
            return display_entry(tensor.name, tuple(map(Whole, numbers)), self.names)
        by = self.program.by_key.get(tensor.name.plain.key, tensor)
        name = entry_name(by, place, self.notation)
        shown = f"dC/d{name}" if tensor.name.kind else name
        return parse_symbol(shown, entry=True, cost=self.names.cost)

    def _inline(self, value: Number) -> str:
        """A number inside a sentence or a table."""
        return self.scribe.symbol(display_number(value, self.trace.digits)[0])
