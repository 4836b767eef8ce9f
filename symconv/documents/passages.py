"""A document in passages, one for each network that it names, each valid until the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from symconv.claims.parsing.left_out import MARK
from symconv.claims.parsing.macros import expand_macros
from symconv.core.errors import SymconvError

from .model.records import Mark, NetworkMark, Passage, Place, Row
from .readers.source import Piece

TOGETHER = re.compile(r"\blines (\d+(?:, \d+)*) put together")
"""The note on statements that were judged together, with the numbers of their lines."""

LONGEST_ALIGNED = 2_000
"""The longest line, in characters, in which places are found again after macros were replaced."""


@dataclass(frozen=True)
class Document:
    """The rows of a document, its text with its macros replaced, and its passages in order.

    `marked` says that it names a network itself. `questions` are those of an exercise, each with
    the number of rows before it.
    """

    rows: tuple[Row, ...]
    lines: tuple[str, ...]
    passages: tuple[Passage, ...]
    marked: bool
    questions: tuple[tuple[int, str], ...] = ()

    def locate(self, line: int, column: int) -> Place:
        """The place in the file of a line and a column of the text, both counted from 1."""
        if not self.rows:
            raise SymconvError("a document without a line has no places")
        number = min(max(line, 1), len(self.rows)) - 1
        row = self.rows[number]
        said = self.lines[number] if number < len(self.lines) else row.text
        found = _find_column(row.text, said, max(column, 1))
        place = row.place
        return Place(place.file, place.line, place.column + found - 1, place.cell, place.file_line)

    def find_question(self, line: int) -> str:
        """The question that a line answers, which is the last one before it; empty before any."""
        before = [name for start, name in self.questions if start < line]
        return before[-1] if before else ""

    def rename_lines(self, note: str) -> str:
        """A note with the lines of cells that it means; in a file without cells as it is."""
        if not any(row.place.cell for row in self.rows):
            return note
        return TOGETHER.sub(lambda match: f"{self._name_lines(match[1])} put together", note)

    def _name_lines(self, numbers: str) -> str:
        places = [self.locate(int(n), 1) for n in numbers.split(", ")]
        return ", ".join(f"line {p.line} of cell {p.cell}" for p in places)


def build_document(pieces: Iterable[Piece], default: NetworkMark | None) -> Document:
    """The passages of a text; before its first mark the network is `default`, where there is one.

    A mark inside of what the text leaves out is left out, too. SymconvError where its macros grow
    without end.
    """
    rows: list[Row] = []
    starts: list[tuple[int, NetworkMark, Place]] = [(0, default or NetworkMark(""), Place("", 1))]
    questions: list[tuple[int, str]] = []
    ignored = False
    for piece in pieces:
        if isinstance(piece, Row):
            rows.append(piece)
            ignored = _follow_marks(piece.text, ignored=ignored)
        elif piece.question:
            questions.append((len(rows), piece.question))
        elif not ignored:
            starts.append((len(rows), _change_network(starts[-1][1], piece), piece.place))
    lines = expand_macros("\n".join(row.text for row in rows)).split("\n")
    stops = [*(start for start, _, _ in starts[1:]), len(rows)]
    passages = [
        Passage(mark, _cut_lines(lines, start, stop), place)
        for (start, mark, place), stop in zip(starts, stops, strict=True)
        if any(line.strip() for line in lines[start:stop])
    ]
    marked = len(starts) > 1
    return Document(tuple(rows), tuple(lines), tuple(passages), marked, tuple(questions))


def _follow_marks(text: str, *, ignored: bool) -> bool:
    """Whether what follows a line is left out."""
    match = MARK.match(text)
    return ignored if match is None else match["word"] == "ignore"


def _change_network(before: NetworkMark, mark: Mark) -> NetworkMark:
    """What is in force after a mark: its network in its notation, or in the one before."""
    return NetworkMark(mark.network or before.network, mark.notation or before.notation)


def _cut_lines(lines: Sequence[str], start: int, stop: int) -> str:
    """The lines from one to another; all others are empty, those at the end are left out."""
    return "\n".join([*[""] * start, *lines[start:stop]])


def _find_column(written: str, expanded: str, column: int) -> int:
    """The column of a line as it was written for one of the line with macros replaced.

    A place inside of what a macro stands for is that of the macro.
    """
    longest = max(len(written), len(expanded))
    if written == expanded or longest > LONGEST_ALIGNED or re.fullmatch(r"\s*", written):
        return column
    found = 0
    blocks = SequenceMatcher(None, written, expanded, autojunk=False).get_matching_blocks()
    for block in blocks:
        if block.b > column - 1:
            break
        found = block.a + min(column - 1 - block.b, block.size)
    return min(found, len(written) - 1) + 1
