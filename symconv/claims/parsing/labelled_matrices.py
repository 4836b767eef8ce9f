"""Matrices of numbers in a text, each with the words that say what it is: `Kernel:` above rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .markup import find_math
from .relation_signs import SIGN, LineTable

NUMBER = r"[-−+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
ROW = re.compile(
    rf"[ \t|\[(>]*(?P<row>{NUMBER}(?:[ \t]*[,&][ \t]*{NUMBER}|[ \t]+{NUMBER})+)[ \t|\]),;]*$"
)
REMARK = re.compile(r"\((?=[^()\n\d]{0,20}[A-Za-z])[^()\n]{1,200}\)")
NUMBERS = re.compile(NUMBER)
MATRIX = re.compile(r"\\begin\{[pbvB]?matrix\}(.{1,4000})\\end\{[pbvB]?matrix\}", re.DOTALL)
SENTENCE_END = re.compile(r"[.!?](?=\s)")
MOST_ROWS, MOST_LABEL = 64, 400
"""The most rows of a matrix that somebody typed, and the most characters of the words above it."""


@dataclass(frozen=True)
class LabelledMatrix:
    """Rows of numbers and the sentence above them, with the place of the sentence."""

    line: int
    column: int
    start: int
    stop: int
    label: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def literal(self) -> str:
        """The matrix as a claim has it."""
        return "[" + ", ".join("[" + ", ".join(row) + "]" for row in self.rows) + "]"


def find_labelled_matrices(text: str, fenced: frozenset[int]) -> Iterator[LabelledMatrix]:
    """Every matrix of numbers with words above it, in order; `fenced` are lines of code."""
    table = LineTable(text)
    zones = [(m.start, m.stop, _read_latex(m.body)) for m in find_math(text)]
    blocks = [(start, stop, rows) for start, stop, rows in zones if rows]
    blocks += _find_rows(text, table, fenced)
    last = 0
    for start, stop, rows in sorted(blocks):
        place = _find_label(text, last, start)
        last = stop
        if place is None or not rows:
            continue
        label = " ".join(text[place:start].replace("$", " ").split())
        yield LabelledMatrix(*table.locate(place), place, stop, label, rows)


Rows = tuple[tuple[str, ...], ...]


def _find_rows(
    text: str, table: LineTable, fenced: frozenset[int]
) -> Iterator[tuple[int, int, Rows]]:
    """Lines of two numbers or more below each other, all of one length."""
    rows: list[tuple[str, ...]] = []
    start = stop = 0
    for number, line in enumerate([*text.split("\n"), ""]):
        row = () if number in fenced else _read_row(line)
        if row and (not rows or len(row) == len(rows[0])):
            start = start if rows else table.starts[number]
            stop = table.starts[number] + len(line)
            rows.append(row)
            continue
        if 2 <= len(rows) <= MOST_ROWS:
            yield start, stop, tuple(rows)
        rows = []


def _read_row(line: str) -> tuple[str, ...]:
    """The numbers of a line that has nothing else, remarks in brackets left out."""
    match = ROW.match(REMARK.sub(" ", line))
    return tuple(_plain(n) for n in NUMBERS.findall(match["row"])) if match else ()


def _read_latex(body: str) -> Rows:
    """The rows of a formula that is one matrix of numbers; none where it is anything else."""
    match = MATRIX.fullmatch(body.strip())
    if match is None or SIGN.search(body):
        return ()
    lines = [line for line in match[1].split("\\\\") if line.strip()]
    found = tuple(tuple(_plain(c.strip()) for c in line.split("&")) for line in lines)
    numbers = all(NUMBERS.fullmatch(c) for row in found for c in row)
    return found if numbers and len({len(row) for row in found}) == 1 else ()


def _plain(number: str) -> str:
    return number.replace("−", "-").removeprefix("+").removesuffix(".")


def _find_label(text: str, last: int, start: int) -> int | None:
    """Where the sentence directly above a matrix starts; None where there is none."""
    above = text[max(last, start - MOST_LABEL) : start]
    words = above.rstrip(" \t\n$")
    first = words.rfind("\n") + 1
    ends = [m.end() for m in SENTENCE_END.finditer(words, first)]
    begin = ends[-1] if ends else first
    begin += len(words[begin:]) - len(words[begin:].lstrip())
    if not re.search(r"[A-Za-z]{3}", words[begin:]):
        return None
    return max(last, start - MOST_LABEL) + begin
