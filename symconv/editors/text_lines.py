"""The lines of a text as editors count them, and columns in the units of the protocol."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from .findings import Replacement, TextPosition, TextRange

LINE_END = re.compile(r"\r\n?")
ASTRAL = 0x10000
"""The first character that UTF-16 writes as two units."""


class TextLines:
    """A text whose lines end in a newline, whatever they ended in; these alone begin new lines."""

    def __init__(self, text: str) -> None:
        self.text = LINE_END.sub("\n", text)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        """The number of the first character of each line."""
        found = [0]
        for line in self.lines:
            found.append(found[-1] + len(line) + 1)
        return found

    def find_line(self, number: int, column: int = 0) -> TextRange:
        """A line from a column on, without the blanks around it; the last one for a later one."""
        number = min(max(number, 0), len(self.lines) - 1)
        line = self.lines[number]
        start = min(column, len(line))
        start += len(line[start:]) - len(line[start:].lstrip())
        stop = max(start, len(line.rstrip()))
        return TextRange(TextPosition(number, start), TextPosition(number, stop))

    def find_place(self, position: TextPosition) -> int:
        """The number of the character at a position; that of the end of the line behind it."""
        if position.line >= len(self.lines):
            return len(self.text)
        return self.starts[position.line] + min(position.column, len(self.lines[position.line]))

    def find_inside(self, where: TextRange, span: tuple[int, int]) -> TextRange:
        """A part of a range, by the numbers of its characters in it."""
        start = self.find_place(where.start)
        return TextRange(*(self._locate(start + n) for n in span))

    def _locate(self, place: int) -> TextPosition:
        before = self.text[:place]
        line = before.count("\n")
        return TextPosition(line, place - self.starts[line])

    def cut(self, where: TextRange) -> str:
        """The text of a range."""
        return self.text[self.find_place(where.start) : self.find_place(where.stop)]

    def put_in(self, replacements: Iterable[Replacement]) -> str:
        """The text with other texts in place of ranges, which do not overlap."""
        text = self.text
        for one in sorted(replacements, key=lambda r: r.where.start, reverse=True):
            start, stop = self.find_place(one.where.start), self.find_place(one.where.stop)
            text = text[:start] + one.text + text[stop:]
        return text


def count_units(text: str, encoding: str) -> int:
    """How many units of an encoding a text has; half of a pair by itself is one, too."""
    match encoding:
        case "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        case "utf-32":
            return len(text)
    return len(text) + sum(ord(c) >= ASTRAL for c in text)


def count_characters(text: str, units: int, encoding: str) -> int:
    """How many characters of a text begin before a number of units; all where there are fewer."""
    seen = 0
    for number, character in enumerate(text):
        if seen >= units:
            return number
        seen += count_units(character, encoding)
    return len(text)
