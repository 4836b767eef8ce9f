"""Findings in the words and the places of the protocol, without its library."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symconv.core.printable import escape_line

from .findings import TextPosition, TextRange
from .text_lines import TextLines, count_characters, count_units

LONGEST_DETAILS = 4_000
"""How much of a verdict is shown on hover: more is no glance any more."""


def describe_in_markdown(details: Sequence[str]) -> str:
    """Verdicts as blocks of text, which no formula in them ends."""
    return "\n\n".join(map(_fence, details))


def _fence(details: str) -> str:
    shown = "\n".join(escape_line(line) for line in details[:LONGEST_DETAILS].split("\n"))
    longest = max((len(run) for run in re.findall("~+", shown)), default=0)
    fence = "~" * max(3, longest + 1)
    return f"{fence}text\n{shown}\n{fence}"


def place_range(
    lines: TextLines, where: TextRange, encoding: str
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The ends of a range, each as a line and a number of units."""
    return _place(lines, where.start, encoding), _place(lines, where.stop, encoding)


def _place(lines: TextLines, position: TextPosition, encoding: str) -> tuple[int, int]:
    if position.line >= len(lines.lines):
        last = len(lines.lines) - 1
        return last, count_units(lines.lines[last], encoding)
    line = lines.lines[position.line]
    return position.line, count_units(line[: position.column], encoding)


def find_position(lines: TextLines, line: int, units: int, encoding: str) -> TextPosition:
    """The position that an editor means by a line and a number of units."""
    if line >= len(lines.lines):
        return TextPosition(line, 0)
    return TextPosition(line, count_characters(lines.lines[line], units, encoding))
