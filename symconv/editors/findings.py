"""What an editor shows of a text: plain data, so that another process can find it."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING, INFORMATION, NOTHING = "error", "warning", "information", ""
"""How a stretch is underlined; what is right is not, and tells its reasons on hover only."""


@dataclass(frozen=True, order=True)
class TextPosition:
    """A line and a column, both counted from 0; the column counts characters."""

    line: int
    column: int


@dataclass(frozen=True)
class TextRange:
    """From a character to the one behind the last."""

    start: TextPosition
    stop: TextPosition

    def holds(self, position: TextPosition) -> bool:
        """Whether a position is inside, or at an edge."""
        return self.start <= position <= self.stop


@dataclass(frozen=True)
class Replacement:
    """A text to be put in place of a range."""

    where: TextRange
    text: str


@dataclass(frozen=True)
class TextFinding:
    """What is said about a statement, and where it stands.

    `code` is the mistake that it makes, or the verdict; `details` is for those who ask. `cell` is
    the number of the cell of a notebook, from 1, whose lines `where` counts, and 0 in other texts.
    `statement` is what was judged, by which it is known again when lines move.
    """

    where: TextRange
    severity: str
    code: str
    message: str
    details: str = ""
    statement: str = ""
    cell: int = 0
    correction: Replacement | None = None


@dataclass(frozen=True)
class JudgeTask:
    """A text to be judged: the address that an editor has for it, the file, and what it holds.

    `version` counts its states. `file` is a path, or a name whose ending says what it is written
    in. `cells` says that it is a notebook whose cells are texts of their own to the editor.
    """

    address: str
    version: int
    file: str
    text: str
    cells: bool = False


@dataclass(frozen=True)
class JudgedText:
    """The findings on a text, in order, and how many of its statements had to be judged anew."""

    findings: tuple[TextFinding, ...] = ()
    judged: int = 0
