"""One file: read in its markup, each passage judged by its network, within one budget of work."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from symconv.claims.evaluation.assign import Values
from symconv.claims.judging.memory import VerdictMemory
from symconv.claims.model.budget import POST_SECONDS, STEPS_PER_SECOND, limit_work
from symconv.claims.model.verdict import Verdict
from symconv.claims.parsing.statements import split_text
from symconv.claims.posts import PostReport, report_post
from symconv.claims.posts.accounting import SignFate
from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
from symconv.core.printable import escape_line

from .model.records import (
    FAULT_KIND,
    FileReport,
    NetworkMark,
    Passage,
    Place,
    PlacedVerdict,
    report_trouble,
)
from .networks import NetworkTable
from .passages import Document, build_document
from .readers.source import SHOWN, Source
from .readers.table import find_reader, most_bytes


@dataclass(frozen=True)
class CheckTask:
    """How files are judged. It is plain data, so that other processes can be given it.

    `network` is that of files, or beginnings of files, that name none; `values` are about it.
    `seconds` is what a file may take, counted in work. `explain` says whether what is wrong is
    diagnosed, too.
    """

    network: NetworkMark | None = None
    values: Values = field(default_factory=dict)
    table: NetworkTable = field(default_factory=NetworkTable)
    seconds: float = POST_SECONDS
    code: str = SHOWN
    only_marked: bool = False
    explain: bool = True


@dataclass(frozen=True)
class NamedText:
    """A text that was read already, from standard input, and the name that it goes by."""

    name: str
    text: str


def check_file(task: CheckTask, given: str | NamedText) -> FileReport:
    """The report on a file; what goes wrong with it is in the report, and nothing is raised."""
    name = escape_line(given.name if isinstance(given, NamedText) else given)
    try:
        if isinstance(given, NamedText):
            return check_document(task, Source(given.text, name, task.code))
        raw = read_regular_file(Path(given), most_bytes(given))
        text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        return check_document(task, Source(text, name, task.code))
    except SymconvError as error:
        return report_trouble(Place(name, 1), join_message(error))
    except Exception as error:
        if os.environ.get("SYMCONV_TRACEBACK"):
            raise
        # Without the error's own text, which may be a secret's; the other files are judged.
        said = f"a fault of symconv: {type(error).__name__}; the file alone shows more"
        return report_trouble(Place(name, 1), said, FAULT_KIND)


def check_document(
    task: CheckTask, source: Source, memory: VerdictMemory | None = None
) -> FileReport:
    """The report on a text; SymconvError where it is not of the form that its name says.

    `memory` recalls what was judged before, in an earlier state of the text.
    """
    document = build_document(find_reader(source.file)(source), task.network)
    if task.only_marked and not document.marked:
        return FileReport(source.file, unmarked=True)
    before = sum(len(split_text(p.text).excerpts) for p in document.passages if not p.mark.network)
    if before and not any(p.mark.network for p in document.passages):
        return report_trouble(Place(source.file, 1), _say_nameless(before))
    found: list[PlacedVerdict] = []
    signs: list[SignFate] = []
    with limit_work(int(task.seconds * STEPS_PER_SECOND)):
        for passage in document.passages:
            if not passage.mark.network:
                continue
            try:
                report = _judge(task, passage, source.file, memory)
            except SymconvError as error:
                found += report_trouble(passage.place, join_message(error)).found
                continue
            signs += report.signs
            ends = (*report.ends, *[None] * (len(report.verdicts) - len(report.ends)))
            found += [
                _place(document, verdict, end, passage.mark.network)
                for verdict, end in zip(report.verdicts, ends, strict=True)
            ]
    return FileReport(source.file, tuple(found), tuple(signs), before)


def _judge(
    task: CheckTask, passage: Passage, file: str, memory: VerdictMemory | None
) -> PostReport:
    """The verdicts on a passage; SymconvError where its network is none, or it is too long."""
    network = task.table.find(passage.mark, file)
    values = task.values if passage.mark == task.network else {}
    return report_post(
        network, passage.text, values, seconds=task.seconds, explain=task.explain, memory=memory
    )


def _place(
    document: Document, verdict: Verdict, end: tuple[int, int] | None, network: str
) -> PlacedVerdict:
    """A verdict at its place in the file; its notes mean lines of the file, too."""
    place = document.locate(verdict.line, verdict.column)
    notes = tuple(map(document.rename_lines, verdict.notes))
    found = replace(verdict, line=place.line, column=place.column, notes=notes)
    return PlacedVerdict(place, found, network, None if end is None else document.locate(*end))


def _say_nameless(count: int) -> str:
    formulas = "a formula is" if count == 1 else f"{count} formulas are"
    return (
        f"it names no network, and {formulas} not judged; a line `symconv: NETWORK` in a comment "
        "names one, as --network does for all files"
    )


def join_message(error: SymconvError) -> str:
    """A message in one line."""
    said = f"{error.message}; {error.help}" if error.help else error.message
    return " ".join(said.split())
