"""What stands between reading and reporting: rows, marks, passages, placed verdicts, reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symconv.claims.model.verdict import UNREADABLE, Verdict
from symconv.claims.posts.accounting import SignFate

FILE_KIND, FAULT_KIND = "file", "fault"
"""The kinds of the verdicts that are about a whole file: it was not read, or symconv failed."""


@dataclass(frozen=True)
class Place:
    """Where something stands: a line and a column, from 1, of a file or of a notebook's cell.

    `cell` is the number of the cell, from 1, and 0 in a file without cells. `file_line` is the
    line of the file itself, which for a cell is another one than the line in it.
    """

    file: str
    line: int
    column: int = 1
    cell: int = 0
    file_line: int = 0

    def __str__(self) -> str:
        cell = f"cell_{self.cell}:" if self.cell else ""
        return f"{self.file}:{cell}{self.line}:{self.column}"


@dataclass(frozen=True)
class Row:
    """A line of a document with what is no text of it blanked, and the place where it begins."""

    text: str
    place: Place


@dataclass(frozen=True)
class Mark:
    """What a document says to symconv: `symconv: SAID` in a comment, a block or a tagged cell.

    `network` is an example's name, a name of the options, a file or a network text; `notation`
    that of all that follows. Either may be empty. `question` is the question of an exercise that
    what follows answers; such a mark names no network.
    """

    network: str
    notation: str
    place: Place
    question: str = ""


@dataclass(frozen=True)
class NetworkMark:
    """The network that is in force, and the notation that was asked for; empty where none was."""

    network: str
    notation: str = ""


@dataclass(frozen=True)
class Passage:
    """The rows of a document that are about one network: one text, as long as the document.

    Lines of other passages are empty in it, so that a line has its number everywhere. `place` is
    where its network is named.
    """

    mark: NetworkMark
    text: str
    place: Place


@dataclass(frozen=True)
class PlacedVerdict:
    """A verdict, where the statement stands, and the network that it was judged by.

    `end` is the place of its last character; None for what follows from several statements, and
    for a whole file.
    """

    place: Place
    verdict: Verdict
    network: str = ""
    end: Place | None = None


@dataclass(frozen=True)
class FileReport:
    """The verdicts on a file in order, and what became of each relation sign.

    `before` is how many statements stand before the first network that the file names, which none
    of its verdicts are about. `unmarked` says that the file names no network and was passed over.
    """

    file: str
    found: tuple[PlacedVerdict, ...] = ()
    signs: tuple[SignFate, ...] = ()
    before: int = 0
    unmarked: bool = False

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(p.verdict for p in self.found)


def report_trouble(place: Place, message: str, kind: str = FILE_KIND) -> FileReport:
    """The report on a file that could not be judged, or not from a place on, with the reason."""
    line, column = place.line, place.column
    verdict = Verdict(UNREADABLE, kind, notes=(message,), line=line, column=column)
    return FileReport(place.file, (PlacedVerdict(place, verdict),))


def report_claim(verdict: Verdict) -> FileReport:
    """The report on one claim that stands in no file."""
    place = Place("claim", verdict.line or 1, verdict.column or 1)
    return FileReport("", (PlacedVerdict(place, verdict),))


def report_verdicts(file: str, verdicts: Iterable[Verdict]) -> FileReport:
    """The report of verdicts on the lines of a file."""
    placed = (PlacedVerdict(Place(file, v.line or 1, v.column or 1), v) for v in verdicts)
    return FileReport(file, tuple(placed))
