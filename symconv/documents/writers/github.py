"""Annotations of GitHub Actions: `::error file=...,line=...,col=...::message`, one a line.

As the runner reads them: in a message `%`, CR and LF are written `%25`, `%0D`, `%0A`, and in a
property `:` and `,` as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from symconv.claims.model.verdict import (
    CONDITION,
    NOT_CHECKED,
    PRINTED,
    RIGHT,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
)
from symconv.documents.model.records import FAULT_KIND, FILE_KIND, FileReport, PlacedVerdict

from .lines import name_answer
from .text import summarize_files

LEVELS = {
    WRONG: "error", CONDITION: "error", UNREADABLE: "warning", UNDETERMINED: "notice",
    NOT_CHECKED: "", RIGHT: "", PRINTED: "",
}  # fmt: skip
"""The level of each verdict; what has none is not worth a mark beside the text."""

MESSAGE_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY_ESCAPES = MESSAGE_ESCAPES | {":": "%3A", ",": "%2C"}


def write_github(reports: Sequence[FileReport]) -> str:
    """An annotation for each statement that is not simply right, and a summary as a notice."""
    found = [_annotate(p) for r in reports for p in r.found]
    summary = f"::notice title=symconv::{_escape(summarize_files(reports), MESSAGE_ESCAPES)}"
    return "\n".join([*filter(None, found), summary])


def _annotate(placed: PlacedVerdict) -> str:
    verdict, place = placed.verdict, placed.place
    level = "error" if verdict.kind in {FILE_KIND, FAULT_KIND} else LEVELS[verdict.verdict]
    if not level:
        return ""
    cell = f"cell {place.cell}, line {place.line}, column {place.column}: " if place.cell else ""
    # The line of a notebook is one of its JSON, whose columns are not those of the cell.
    column = {} if place.cell else {"col": str(place.column)}
    title = verdict.names[0] if verdict.names else verdict.verdict
    said = {
        "file": place.file.removeprefix("./"), "line": str(place.file_line or place.line),
        **column, "title": f"symconv: {title}",
    }  # fmt: skip
    properties = ",".join(f"{k}={_escape(v, PROPERTY_ESCAPES)}" for k, v in said.items())
    return f"::{level} {properties}::{_escape(cell + name_answer(placed), MESSAGE_ESCAPES)}"


def _escape(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
