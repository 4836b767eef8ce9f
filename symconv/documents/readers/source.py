"""What the readers share: the lines of a text with their places, and blanks in place of marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symconv.documents.model.marks import find_question, join_network_lines, part_notation
from symconv.documents.model.records import Mark, Place, Row

Piece = Row | Mark
COMMAND_OPTION = re.compile(r"`+--[A-Za-z][^`\n]{0,200}`+")
"""An option of a command between backticks, `--stride=2`: it sets something, and claims nothing."""

SHOWN, ALL, NONE = "shown", "all", "none"
CODE = (SHOWN, ALL, NONE)
"""Which code is judged: what a page shows, what it runs as well, or none."""


@dataclass(frozen=True)
class Source:
    """A text, the name of its file, and which code in it is judged (one of CODE)."""

    text: str
    file: str
    code: str = SHOWN

    @property
    def rows(self) -> list[Row]:
        """The lines of the text, each at its place."""
        lines = self.text.split("\n")
        return [Row(line, Place(self.file, n, file_line=n)) for n, line in enumerate(lines, 1)]


def blank(text: str) -> str:
    """Spaces, as many as the text has characters; its lines stay."""
    return re.sub(r"[^\n]", " ", text)


def blank_row(row: Row) -> Row:
    """A line of which nothing is text."""
    return Row("", row.place)


def pad(text: str, length: int) -> str:
    """A text, spaces behind it up to a length."""
    return text + " " * max(0, length - len(text))


def make_mark(said: str, place: Place) -> Mark:
    """The mark that says so: `notation flat1`, a network, or both."""
    joined = join_network_lines(said)
    if question := find_question(joined):
        return Mark("", "", place, question)
    return Mark(*part_notation(joined), place)
