"""A variant as people read it: the sheet, and the solution with every step and every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symconv.api import Network
from symconv.core.proof import Derivation
from symconv.output.templates import render_template
from symconv.render.document.html import HTML, keep_together, style_sheet
from symconv.render.document.markup_settings import DOCUMENT, MARKDOWN, MarkupSettings
from symconv.render.document.page_model import Display
from symconv.render.document.result_documents import FORMULA_ENDS
from symconv.render.document.symbol_notes import Sentence
from symconv.render.document.symbols import describe_symbols
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import parse_symbol
from symconv.render.formula.scalars import arrange_scalar
from symconv.render.formula.tree import DisplayTree
from symconv.trace.document import TraceWriter
from symconv.trace.numbers import display_number
from symconv.trace.trace_page import NumberGrid

from .questions import POINTS, DrawnQuestion, list_steps
from .values import DIGITS, find_fraction
from .variant import Variant
from .wrong_answers import WrongAnswer

TEX_BLANK = r"\underline{\hspace{6em}}"
HTML_BLANK = '<mrow class="blank"><mspace width="6em" height="1em"></mspace></mrow>'

MARKUPS: Mapping[str, tuple[MarkupSettings, str, str]] = {
    "md": (replace(MARKDOWN, marks=False), "markdown", TEX_BLANK),
    "tex": (DOCUMENT, "latex", TEX_BLANK),
    "html": (HTML, "html", HTML_BLANK),
}
"""By the ending of a file: its markup, the folder of its templates, and what a blank is."""

TEMPLATES = {"md": "exercise.md.j2", "tex": "document.tex.j2", "html": "exercise.html.j2"}


@dataclass(frozen=True)
class SheetOption:
    """An answer among which one chooses: its letter, and the lines of its formula."""

    letter: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SheetLine:
    """A line of a derivation: the rules that gave it, and its formula, or the question it asks."""

    rules: str
    lines: tuple[str, ...]
    asks: str = ""


@dataclass(frozen=True)
class SheetQuestion:
    """A question ready for its template; a derivation with gaps is one that has several ids.

    `answer` is the letter of the right option, and `right` its formula; `feedback` are wrong
    answers, each with the name of the mistake and its words.
    """

    ids: str
    points: str
    left: str
    options: tuple[SheetOption, ...]
    steps: tuple[SheetLine, ...]
    answer: str
    right: tuple[str, ...]
    feedback: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class SheetPage:
    """A sheet, or a solution: then with the derivations and the trace in the same markup."""

    title: str
    network: tuple[Display, ...]
    symbols: tuple[str, ...]
    given: tuple[NumberGrid, ...]
    questions: tuple[SheetQuestion, ...]
    points: str
    digits: int
    blank: str
    solved: bool
    derivation: str = ""
    trace: str = ""


def write_sheet(network: Network, variant: Variant, form: str, *, solved: bool) -> str:
    """The sheet of a variant, or its solution, as `md`, `tex` or `html`."""
    scribe, folder, blank = MARKUPS[form]
    page = SheetWriter(network, variant, scribe.lettered(network.notation)).page(blank, solved)
    if solved:
        page = replace(
            page,
            derivation=write_derivation(network, form),
            trace=_embed_trace(variant, form),
        )
    around: dict[str, Any] = dict(FORMULA_ENDS["github"]) if form == "md" else {}
    if form == "html":
        around["style"] = style_sheet()
    written = render_template(folder, TEMPLATES[form], page=page, body="exercise.tex.j2", **around)
    return keep_together(written) if form == "html" else written


def write_derivation(network: Network, form: str) -> str:
    """Every step of every gradient, as a part of a page."""
    document = network.derivation()
    if form == "tex":
        return document.latex()
    if form == "md":
        return _lower_headings(document.markdown())
    return document.html(fragment=True).replace("<main>", "<div>").replace("</main>", "</div>")


def _embed_trace(variant: Variant, form: str) -> str:
    if form == "tex":
        return variant.trace.latex(document=False)
    if form == "md":
        return _lower_headings(variant.trace.markdown())
    return variant.trace.html(fragment=True)


def _lower_headings(markdown: str) -> str:
    """Markdown whose headings stand one level below those of the page that it is put into."""
    lines = markdown.split("\n")
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in lines)


class SheetWriter:
    """Writes a variant in one markup."""

    def __init__(self, network: Network, variant: Variant, scribe: MarkupSettings) -> None:
        self.network, self.variant, self.scribe = network, variant, scribe
        self.writer = TraceWriter(variant.trace, scribe)
        self.names = self.writer.names

    def page(self, blank: str, solved: bool) -> SheetPage:
        questions = self.variant.questions
        called = "" if self.network.title == "network" else f"{self.network.title}, "
        words = f"{called}variant {self.variant.name}"
        return SheetPage(
            title=self.scribe.words(f"Solution: {words}" if solved else f"Exercise: {words}"),
            network=tuple(
                self.writer.author.display(e, e.title) for e in self.network.program.equations
            ),
            symbols=tuple(map(self.scribe.mixed, self._symbols())),
            given=tuple(self.writer.grids.all_of(self.network.program.by_key, self.variant.tables)),
            questions=tuple(self._questions()),
            points=f"{POINTS * len(questions):g}",
            digits=DIGITS,
            blank=blank,
            solved=solved,
        )

    def _symbols(self) -> Iterator[Sentence]:
        """What the letters stand for, and how entries are numbered."""
        items = self.network.backward().items
        yield from describe_symbols(self.network.program, items, self.names)
        if self.network.notation.style == "flat":
            base = self.network.notation.index_base
            yield (f"Single entries are numbered row by row, from {base}.",)

    def _questions(self) -> Iterator[SheetQuestion]:
        """The questions in order; those of one derivation together."""
        gaps = [q for q in self.variant.questions if q.derivation]
        for question in self.variant.questions:
            if question.derivation is None:
                yield self._question(question)
        if gaps and gaps[0].derivation:
            yield self._derivation(gaps, gaps[0].derivation)

    def _question(self, question: DrawnQuestion) -> SheetQuestion:
        entry = question.wanted.partition("/d")[2]
        left = parse_symbol(f"dC/d{entry}", entry=True, cost=self.names.cost)
        right = self._right(question)
        width = self.scribe.width(left)
        options = [
            (letter, right if wrong is None else self._right(wrong))
            for letter, wrong in question.options
        ]
        letters = {id(wrong): letter for letter, wrong in question.options if wrong}
        feedback = tuple(
            (
                letters.get(id(wrong)) or self.scribe.symbol(self._right(wrong)),
                wrong.mistake.replace("_", " "),
                self.scribe.words(wrong.feedback),
            )
            for wrong in question.wrong
        )
        return SheetQuestion(
            ids=question.id,
            points=f"{POINTS:g}",
            left=self.scribe.write(left),
            options=tuple(SheetOption(x, self.scribe.lines(f, width)) for x, f in options),
            steps=(),
            answer=next((x for x, wrong in question.options if wrong is None), ""),
            right=self.scribe.lines(right, width),
            feedback=feedback,
        )

    def _right(self, answer: DrawnQuestion | WrongAnswer) -> DisplayTree:
        """The right side of an answer: its formula, or its number."""
        if answer.formula is not None:
            return arrange_scalar(answer.formula, self.names)
        simple = find_fraction(answer.value)
        if simple is None:
            return display_number(answer.value, DIGITS)[0]
        return display_number(simple, None)[0]

    def _derivation(self, gaps: list[DrawnQuestion], derivation: Derivation) -> SheetQuestion:
        left = arrange(derivation.equation.lhs, self.names)
        width = self.scribe.width(left)
        asked = {q.gap: q.id for q in gaps}
        return SheetQuestion(
            ids=", ".join(q.id for q in gaps),
            points=f"{POINTS * len(gaps):g}",
            left=self.scribe.write(left),
            options=(),
            steps=tuple(
                SheetLine(
                    self.scribe.words(", ".join(step.rules)),
                    self.scribe.lines(arrange(step.after, self.names), width),
                    asked.get(number, ""),
                )
                for number, step in enumerate(list_steps(derivation))
            ),
            answer="",
            right=(),
            feedback=(),
        )
