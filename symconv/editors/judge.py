"""A text is judged: the verdicts of `symconv check`, where they stand, and what corrects them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from symconv.claims.judging.memory import VerdictMemory
from symconv.claims.model.budget import POST_SECONDS
from symconv.claims.model.verdict import (
    CONDITION,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    format_verdict,
)
from symconv.core.errors import SymconvError
from symconv.documents.check_file import CheckTask, check_document, join_message
from symconv.documents.model.records import (
    FAULT_KIND,
    FILE_KIND,
    FileReport,
    NetworkMark,
    PlacedVerdict,
)
from symconv.documents.networks import NetworkTable
from symconv.documents.options import CheckOptions, find_options
from symconv.documents.readers.source import Source
from symconv.documents.readers.table import most_bytes
from symconv.documents.writers.lines import name_answer
from symconv.documents.writers.sarif import name_rule

from .corrections import is_in_math, propose_corrections
from .findings import (
    ERROR,
    INFORMATION,
    NOTHING,
    WARNING,
    JudgedText,
    JudgeTask,
    Replacement,
    TextFinding,
    TextPosition,
    TextRange,
)
from .text_lines import TextLines

SEVERITIES = {
    WRONG: ERROR, CONDITION: WARNING, UNREADABLE: WARNING, UNDETERMINED: INFORMATION,
}  # fmt: skip


@dataclass
class TextJudge:
    """Judges the states of texts one after another, and recalls what did not change.

    `explain` says whether mistakes are named and corrected. `before` is called before a statement
    is judged, and may end the work by an exception of its own.
    """

    explain: bool = True
    before: Callable[[], None] = lambda: None
    memory: VerdictMemory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = VerdictMemory(self.before)

    def judge(self, task: JudgeTask) -> JudgedText:
        """The findings on a text; what keeps it from being read is one of them."""
        before = self.memory.judged
        lines = TextLines(task.text)
        try:
            check = self.plan(task)
            source = Source(_refuse_long(lines.text, task.file), task.file, check.code)
            report = check_document(check, source, self.memory)
            places = [place_verdict(p, lines, cells=task.cells) for p in report.found]
            pairs = list(zip(report.found, places, strict=True))
            fixes = self.correct(check, lines, pairs) if self.explain else {}
            found = tuple(make_finding(p, w, fixes.get(n)) for n, (p, w) in enumerate(pairs))
        except SymconvError as error:
            found = (TextFinding(lines.find_line(0), WARNING, "unreadable", join_message(error)),)
        return JudgedText(found, self.memory.judged - before)

    def plan(self, task: JudgeTask) -> CheckTask:
        """How a text is judged, by the options of its project; SymconvError where these are bad."""
        path = Path(task.file)
        options = find_options(path.parent) if path.is_absolute() else CheckOptions()
        return CheckTask(
            NetworkMark(options.network) if options.network else None,
            table=NetworkTable(dict(options.networks), options.notation),
            seconds=options.budget or POST_SECONDS,
            code=options.code,
            # A text without a network is none of ours, and its writer is told nothing.
            only_marked=options.only_marked or not options.network,
            explain=self.explain,
        )

    def correct(
        self, check: CheckTask, lines: TextLines, pairs: Sequence[tuple[PlacedVerdict, TextRange]]
    ) -> dict[int, Replacement]:
        """What puts the correct formula in place of a wrong one, by the number of the statement.

        Every correction is judged where it is to stand, all of one form at once; what is not right
        then is none.
        """
        latex = PurePath(pairs[0][0].place.file).suffix in {".tex", ".ltx"} if pairs else False
        proposed = {
            n: propose_corrections(
                lines.cut(where),
                placed.verdict,
                latex=latex or is_in_math(lines.text[: lines.find_place(where.start)]),
            )
            for n, (placed, where) in enumerate(pairs)
            if placed.verdict.verdict in {WRONG, CONDITION} and not placed.place.cell and placed.end
        }
        found: dict[int, Replacement] = {}
        for form in range(max(map(len, proposed.values()), default=0)):
            tried = {
                n: Replacement(lines.find_inside(pairs[n][1], texts[form].span), texts[form].text)
                for n, texts in proposed.items()
                if n not in found and form < len(texts)
            }
            found |= self.keep_right(replace(check, explain=False), lines, pairs, tried)
        return found

    def keep_right(
        self,
        check: CheckTask,
        lines: TextLines,
        pairs: Sequence[tuple[PlacedVerdict, TextRange]],
        tried: dict[int, Replacement],
    ) -> dict[int, Replacement]:
        """The replacements after which the statements are right."""
        source = Source(lines.put_in(tried.values()), pairs[0][0].place.file, check.code)
        try:
            again: FileReport = check_document(check, source, self.memory)
        except SymconvError:
            return {}
        # What follows from several statements stands behind them, and changes with them.
        verdicts = [p.verdict for p in again.found if p.end is not None]
        if len(verdicts) != sum(p.end is not None for p, _ in pairs):
            return {}
        order = [n for n, (p, _) in enumerate(pairs) if p.end is not None]
        right = {n for n, verdict in zip(order, verdicts, strict=True) if verdict}
        return {n: r for n, r in tried.items() if n in right}


def _refuse_long(text: str, file: str) -> str:
    """The text; SymconvError where it is longer than a file that is checked may be."""
    most = most_bytes(file)
    if len(text) > most:
        raise SymconvError(f"{len(text):,} characters; at most {most:,} are read")
    return text


def place_verdict(placed: PlacedVerdict, lines: TextLines, *, cells: bool) -> TextRange:
    """Where a statement stands; in the text of a notebook the line of the file that holds it."""
    place, end = placed.place, placed.end
    if place.cell and not cells:
        return lines.find_line(max(place.file_line, 1) - 1)
    start = TextPosition(place.line - 1, max(place.column, 1) - 1)
    if end is None or (end.line, end.column) < (place.line, place.column):
        return (
            TextRange(start, TextPosition(start.line + 1, 0))
            if cells
            else lines.find_line(start.line, start.column)
        )
    return TextRange(start, TextPosition(end.line - 1, end.column))


def make_finding(
    placed: PlacedVerdict, where: TextRange, correction: Replacement | None
) -> TextFinding:
    """What is said about a statement, in one line and at length."""
    verdict = placed.verdict
    whole = verdict.kind in {FILE_KIND, FAULT_KIND}
    return TextFinding(
        where,
        SEVERITIES.get(verdict.verdict, NOTHING),
        name_rule(verdict),
        name_answer(placed),
        verdict.notes[0] if whole else format_verdict(replace(verdict, line=0)),
        verdict.text,
        placed.place.cell,
        correction,
    )
