"""What a text says to symconv, in a comment of its markup.

    mark     = "symconv:" (NETWORK | "notation" NAME [NETWORK] | "question" NAME)
    ignored  = "symconv: ignore" ... "symconv: check"

A mark stands on lines of its own. A network goes on to the end of an HTML comment, or on the next
line of comment where a line ends in a bar. What is ignored is left to `claims/parsing/left_out.py`,
which counts it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

OPENS = re.compile(
    r"[ \t]*(?P<sign>%+|<!--+|\#+|//+|\.\.)[ \t]*symconv:(?!:)[ \t]*(?P<said>[^\n]*)"
)
IGNORES = re.compile(r"(?:ignore|check)\b(?![^|]*\|)")
NOTATION = re.compile(r"notation\s+(\S{1,40})\s*")
QUESTION = re.compile(r"question\s+([\w.-]{1,40})\s*")
LINES = 60
"""The most lines of a mark: a deep network has a stage on each."""


@dataclass(frozen=True)
class CommentMark:
    """A mark of a text: what it says, and the number of the line after it, counted from 0."""

    said: str
    stop: int


def take_mark(lines: Sequence[str], start: int) -> CommentMark | None:
    """The mark that begins at a line; None for any other line, and for `ignore` and `check`."""
    opened = OPENS.match(lines[start])
    if opened is None or IGNORES.match(opened["said"]):
        return None
    if opened["sign"].startswith("<!"):
        return _take_html(lines, start, opened["said"])
    said, stop = opened["said"].strip(), start + 1
    sign = re.escape(opened["sign"][0])
    further = re.compile(
        rf"[ \t]*{sign}+[ \t]*(\S[^\n]*)" if sign != r"\." else r"[ \t]+(\S[^\n]*)"
    )
    while said.endswith("|") and stop < min(len(lines), start + LINES):
        match = further.match(lines[stop])
        if match is None:
            break
        said, stop = f"{said} {match[1].strip()}", stop + 1
    return CommentMark(said, stop)


def _take_html(lines: Sequence[str], start: int, first: str) -> CommentMark | None:
    """A mark in an HTML comment; None where the comment does not end."""
    said = first
    for stop in range(start, min(len(lines), start + LINES)):
        said = said if stop == start else f"{said}\n{lines[stop]}"
        inside, end, _ = said.partition("-->")
        if end:
            return CommentMark(join_network_lines(inside), stop + 1)
    return None


def join_network_lines(text: str) -> str:
    """The lines of a network text as one, without the comments behind `#`."""
    kept = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return " ".join(line for line in kept if line)


def find_question(said: str) -> str:
    """The question of an exercise that a mark names; empty where it names none."""
    match = QUESTION.fullmatch(said)
    return "" if match is None else match[1]


def part_notation(said: str) -> tuple[str, str]:
    """What a mark says as a network and a notation, of which it may have both.

    `notation flat1` alone has no network, `notation flat1 input i 3x3 | ...` both.
    """
    match = NOTATION.match(said)
    return (said, "") if match is None else (said[match.end() :].strip(), match[1])
