"""For a person: the verdicts of each file in full, what became of its signs, a summary of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from symconv.claims.model.verdict import format_verdict, summarize_verdicts
from symconv.claims.posts.accounting import summarize_signs
from symconv.documents.model.records import FAULT_KIND, FILE_KIND, FileReport, Place, PlacedVerdict


def write_text(reports: Sequence[FileReport]) -> str:
    """The verdicts as a terminal shows them; of one file without its name."""
    return "\n".join(
        part if isinstance(part, str) else format_verdict(part.verdict, name_cell(part.place))
        for part in list_parts(reports)
    )


def list_parts(reports: Sequence[FileReport]) -> Iterator[str | PlacedVerdict]:
    """What a person is told in order: lines, and the verdicts between them."""
    several = len(reports) > 1
    for report in reports:
        yield from _describe(report, several=several)
    if several:
        yield summarize_files(reports)


def _describe(report: FileReport, *, several: bool) -> Iterator[str | PlacedVerdict]:
    if report.unmarked:
        return
    if several:
        yield f"{report.file}:"
    for placed in report.found:
        whole = placed.verdict.kind in {FILE_KIND, FAULT_KIND}
        yield f"! {placed.place}: {placed.verdict.notes[0]}" if whole else placed
    judged = [v for v in report.verdicts if v.kind not in {FILE_KIND, FAULT_KIND}]
    if report.file and (judged or not report.found):
        yield summarize_signs(report.signs)
        yield summarize_verdicts(judged)
    if report.before:
        yield summarize_before(report.before)


def name_cell(place: Place) -> str:
    """`cell 3, line 2: ` in a notebook; nothing in a file without cells."""
    return f"cell {place.cell}, line {place.line}: " if place.cell else ""


def summarize_before(count: int) -> str:
    """`3 statements before the first network are not judged`."""
    said = "1 statement before the first network is" if count == 1 else None
    return f"{said or f'{count} statements before the first network are'} not judged"


def summarize_files(reports: Sequence[FileReport]) -> str:
    """`20 files, 143 statements: 131 right, 12 wrong; 2 files could not be read`."""
    judged = [r for r in reports if not r.unmarked]
    unread = sum(any(v.kind == FILE_KIND for v in r.verdicts) for r in judged)
    failed = sum(any(v.kind == FAULT_KIND for v in r.verdicts) for r in judged)
    verdicts = [v for r in judged for v in r.verdicts if v.kind not in {FILE_KIND, FAULT_KIND}]
    counts = Counter(v.verdict for v in verdicts)
    said = ", ".join(f"{n} {name}" for name, n in counts.items()) or "nothing to check"
    parts = [
        f"{count_things(len(judged), 'file')}, {count_things(len(verdicts), 'statement')}: {said}"
    ]
    others = (
        (unread, "could not be read"), (failed, "met a fault of symconv"),
        (len(reports) - len(judged), "without a network passed over"),
    )  # fmt: skip
    parts += [f"{count_things(n, 'file')} {words}" for n, words in others if n]
    return "; ".join(parts)


def count_things(count: int, name: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {name}{'' if count == 1 else 's'}"
