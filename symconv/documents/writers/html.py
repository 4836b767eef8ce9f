"""One page that needs nothing else: a table for each file, what is right folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from symconv.claims.model.verdict import (
    CONDITION,
    MARKS,
    UNREADABLE,
    WRONG,
    Verdict,
    summarize_verdicts,
)
from symconv.core.printable import escape_controls, escape_line
from symconv.documents.model.records import FAULT_KIND, FILE_KIND, FileReport, Place, PlacedVerdict
from symconv.output.templates import render_template
from symconv.render.document.html import style_sheet

from .text import count_things, summarize_before, summarize_files

TO_SEE = {WRONG, CONDITION, UNREADABLE}
"""The verdicts that a reader has to look at; the rows of the others are folded away."""


@dataclass(frozen=True)
class AnswerRow:
    """A statement of the page, every text escaped."""

    kind: str
    place: str
    mark: str
    verdict: str
    text: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class AnswerGroup:
    """Statements of a file that are shown together, folded or not."""

    title: str
    folded: bool
    rows: tuple[AnswerRow, ...]


@dataclass(frozen=True)
class CheckedFile:
    """The section of a file."""

    anchor: str
    name: str
    wrong: int
    summary: str
    groups: tuple[AnswerGroup, ...]


def write_html(reports: Sequence[FileReport]) -> str:
    """The page; files that were passed over have no section."""
    shown = [r for r in reports if not r.unmarked]
    files = [_make_section(r, f"file-{n}") for n, r in enumerate(shown, 1)]
    summary = _escape(summarize_files(reports))
    return render_template(
        "html", "check.html.j2", files=files, summary=summary, style=style_sheet()
    )


def _make_section(report: FileReport, anchor: str) -> CheckedFile:
    bad = [p for p in report.found if p.verdict.verdict in TO_SEE]
    rest = [p for p in report.found if p.verdict.verdict not in TO_SEE]
    title = f"{count_things(len(rest), 'statement')} without a fault"
    groups = [
        AnswerGroup(said, folded, tuple(map(_make_row, found)))
        for said, folded, found in (("to look at", False, bad), (title, True, rest))
        if found
    ]
    judged = [v for v in report.verdicts if v.kind not in {FILE_KIND, FAULT_KIND}]
    said = [summarize_verdicts(judged), summarize_before(report.before) if report.before else ""]
    summary = _escape("; ".join(filter(None, said)))
    name = _escape(report.file or "claim")
    return CheckedFile(anchor, name, len(bad), summary, tuple(groups))


def _make_row(placed: PlacedVerdict) -> AnswerRow:
    verdict = placed.verdict
    whole = verdict.kind in {FILE_KIND, FAULT_KIND}
    kind = "bad" if verdict.verdict in TO_SEE else "good" if verdict else "open"
    name = "not read" if whole else verdict.verdict
    said = tuple(map(_escape, _list_answers(verdict)))
    text = _escape(" ".join(verdict.text.split()))
    return AnswerRow(kind, name_place(placed.place), MARKS[verdict.verdict], name, text, said)


def _list_answers(verdict: Verdict) -> Iterator[str]:
    """The mistakes, the correct formula and an example; why it is open, where it is."""
    yield from (f"{cause.name}: {cause.text}" for cause in verdict.causes)
    if verdict.truth:
        yield f"correct: {verdict.truth}"
    if verdict.counterexample:
        yield f"for example: {verdict.counterexample}"
    if not verdict and not verdict.causes and not verdict.truth:
        yield from (note.split("\n")[0] for note in verdict.notes)


def name_place(place: Place) -> str:
    """`line 3, column 5`, with the cell in a notebook."""
    cell = f"cell {place.cell}, " if place.cell else ""
    return f"{cell}line {place.line}, column {place.column}"


def _escape(text: str) -> str:
    return escape(escape_controls(escape_line(text)))
