"""`file:line:column: verdict: answer` for editors; in a notebook `file:cell_3:line:column`."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.claims.model.verdict import describe_briefly, is_premise
from symconv.documents.model.records import FAULT_KIND, FILE_KIND, FileReport, PlacedVerdict


def write_lines(reports: Sequence[FileReport]) -> str:
    """A line for each statement of every file."""
    return "\n".join(map(format_placed, (p for r in reports for p in r.found)))


def format_placed(placed: PlacedVerdict) -> str:
    """The verdict in one line, with its place in front."""
    return f"{placed.place}: {name_answer(placed)}"


def name_answer(placed: PlacedVerdict) -> str:
    """`wrong: sign: ...; correct: ...`: what a reader needs of a verdict, in one line."""
    verdict = placed.verdict
    if verdict.kind in {FILE_KIND, FAULT_KIND}:
        return f"not read: {verdict.notes[0]}"
    said = describe_briefly(verdict)
    what = verdict.kind if is_premise(verdict) else verdict.verdict
    return what + (f": {said}" if said else "")
