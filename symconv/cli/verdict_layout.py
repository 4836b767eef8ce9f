"""Verdicts in lines of a terminal: its head in the colour of the answer, each row below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .terminal import Terminal, Tone

if TYPE_CHECKING:
    from symconv.claims.model.verdict import Verdict
    from symconv.documents.model.records import FileReport


def lay_out_reports(reports: Sequence[FileReport], terminal: Terminal) -> Iterator[str]:
    """The verdicts for a person, the statements and the signs of each file counted."""
    from symconv.documents.writers.text import list_parts, name_cell

    for part in list_parts(reports):
        if isinstance(part, str):
            yield terminal.lay_out(part)
        else:
            yield from lay_out_verdict(part.verdict, terminal, name_cell(part.place))
    yield from lay_out_hint([v for report in reports for v in report.verdicts], terminal)


def lay_out_verdict(verdict: Verdict, terminal: Terminal, where: str = "") -> Iterator[str]:
    """The lines of a verdict as `format_verdict` has them, in a width, and in colours."""
    from symconv.claims.model.verdict import list_rows, write_head

    head, answer = write_head(verdict, where), verdict.verdict
    said = head.index(answer) + len(answer)
    yield terminal.lay_out(head[said:], head=head[:said], tone=_find_tone(verdict))
    for label, text in list_rows(verdict):
        yield terminal.lay_out(text, head=f"  {label}: ", tone=Tone.label)


def lay_out_hint(verdicts: Iterable[Verdict], terminal: Terminal) -> Iterator[str]:
    """Where the mistakes that verdicts name are explained; nothing where none is named."""
    from symconv.explanations import list_topics

    first = dict.fromkeys(v.causes[0].name for v in verdicts if v.causes)
    if names := [name for name in first if name in list_topics("mistake")]:
        said = ", ".join(f"symconv explain {name}" for name in names)
        yield terminal.lay_out(said, head="more: ", tone=Tone.label)


def _find_tone(verdict: Verdict) -> Tone | None:
    """The colour of an answer; none where nothing was asked, or where it is open."""
    from symconv.claims.model.verdict import CONDITION, PRINTED, RIGHT, UNREADABLE, WRONG

    tones = {
        RIGHT: Tone.good,
        PRINTED: Tone.good,
        WRONG: Tone.bad,
        CONDITION: Tone.condition,
        UNREADABLE: Tone.unread,
    }
    return tones.get(verdict.verdict)
