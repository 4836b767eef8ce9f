"""Lines broken at a width: words between them, formulas where they are joined loosest."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = {"+", "-", "−", "*", "·", "=", "/", "≈", "<", ">", "≤", "≥", "|", "←"}
"""What begins a line that goes on, and never ends one: as in print, `+` says that more follows."""

OPENING, CLOSING = "([{", ")]}"

FULLEST = 0.5
"""How much of a line is filled at least before it is broken outside of brackets.

A half keeps brackets whole where they are short, and leaves no line of three words.
"""


@dataclass(frozen=True)
class _Word:
    """What is never broken: its text, how deep in brackets it begins, and its columns."""

    text: str
    depth: int
    columns: int

    @property
    def looseness(self) -> tuple[int, bool]:
        """The lower, the better a line ends before it: brackets around, and products cut."""
        term = self.text.split(maxsplit=1)[0] in OPERATORS
        return self.depth, self.depth > 0 and not term


def wrap_line(text: str, width: int, hang: int, taken: int = 0) -> list[str]:
    """A line in lines of at most so many columns, all but the first one indented by `hang`.

    Of the first line so many columns are `taken` by what stands before the text. A word that is
    longer than a line stands on one of its own, uncut. The spaces at the beginning of the text and
    double ones in it stay where no line ends.
    """
    margin = " " * min(hang, width // 2)
    lines: list[str] = []
    words = list(_split_words(text.rstrip()))
    while words:
        indent = margin if lines else ""
        count = _count_fitting(words, width - (len(indent) if lines else taken))
        line, words = words[:count], words[count:]
        lines.append((indent + "".join(w.text for w in line)).rstrip())
        if words:
            first = words[0].text
            bare = first.lstrip()
            words[0] = _Word(bare, words[0].depth, words[0].columns - len(first) + len(bare))
    return lines or [""]


def _count_fitting(words: list[_Word], room: int) -> int:
    """How many words the next line takes: at least one, broken where brackets are fewest."""
    taken, ends = 0, []
    for count, word in enumerate(words):
        taken += word.columns
        if taken > room:
            break
        if count + 1 < len(words):
            ends.append((words[count + 1].looseness, taken, count + 1))
    else:
        return len(words)
    full = [e for e in ends if e[1] >= FULLEST * room] or ends
    return min(full, key=lambda e: (e[0], -e[1]))[2] if full else 1


def _split_words(text: str) -> Iterator[_Word]:
    """The words, each with the spaces before it; an operator stays with what follows it."""
    start, depth, opened = 0, 0, 0
    for place, character in enumerate(text):
        if place > start and _may_break(text, place) and text[start:place].strip():
            yield _Word(text[start:place], opened, count_columns(text[start:place]))
            start, opened = place, depth
        depth += (character in OPENING) - (character in CLOSING and depth > 0)
    if text[start:]:
        yield _Word(text[start:], opened, count_columns(text[start:]))


def _may_break(text: str, place: int) -> bool:
    """Whether a line may end before a place: at a space, or between two factors in brackets."""
    if text[place] == " ":
        alone = text[place - 1] in OPERATORS and text[place - 2 : place - 1] in {"", " "}
        return text[place - 1] != " " and not alone
    return text[place - 1] in CLOSING and text[place] in {"*", *OPENING}


def count_columns(text: str) -> int:
    """How many columns a text takes: none for what stands on another letter, two for a wide one."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
