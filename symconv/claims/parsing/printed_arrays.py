"""Arrays that code has printed, without a sign: `array([[1., 2.]])` under what made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .labelled_matrices import NUMBER
from .relation_signs import LineTable

ARRAY = re.compile(
    r"^[ \t#>]*(?:Out\[\d+\]:[ \t]*)?(?P<open>(?:array|tensor)\(\s*\[|\[\[)", re.MULTILINE
)
ROW = re.compile(r"\[([^\[\]]{1,2000})\]")
CELL = re.compile(NUMBER)
ASKED = re.compile(r"^[ \t]*(?:>>>[ \t]*)?(?:print\()?([A-Za-z_]\w*)\)?[ \t]*$")
MOST_PRINTED = 20_000
"""The longest printed array in characters: longer ones are shortened with dots by NumPy itself."""


@dataclass(frozen=True)
class PrintedArray:
    """The numbers that were printed, and the name that was asked for; empty where there is none."""

    line: int
    column: int
    start: int
    stop: int
    name: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def literal(self) -> str:
        """The numbers as a claim has them."""
        rows = ["[" + ", ".join(row) + "]" for row in self.rows]
        return rows[0] if len(rows) == 1 else "[" + ", ".join(rows) + "]"


def find_printed_arrays(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[PrintedArray]:
    """Every printed array that lies in no statement (`spans`, in order)."""
    table, last = LineTable(text), 0
    for match in ARRAY.finditer(text):
        start = match.start("open")
        if start < last or any(a <= start < b for a, b in spans):
            continue
        last = stop = _find_end(text, start)
        body = text[start:stop]
        rows = tuple(tuple(_plain(n) for n in CELL.findall(r)) for r in ROW.findall(body))
        if rows and rows[0] and len({len(row) for row in rows}) == 1:
            yield PrintedArray(
                *table.locate(start), start, stop, _find_asked(text, match.start()), rows
            )


def _find_end(text: str, start: int) -> int:
    """Where the brackets that open at a place are closed."""
    depth = 0
    for place in range(start, min(len(text), start + MOST_PRINTED)):
        depth += (text[place] in "([") - (text[place] in ")]")
        if depth == 0 and text[place] in ")]":
            return place + 1
    return start + 1


def _find_asked(text: str, start: int) -> str:
    """The name on the line before: `>>> dk` or `print(dk)`."""
    above = text[max(0, start - 200) : start].rstrip("\n `").rsplit("\n", 1)[-1]
    match = ASKED.match(above)
    return match[1] if match else ""


def _plain(number: str) -> str:
    return number.replace("−", "-").removeprefix("+").removesuffix(".")
