"""Finding the statements of a post: formulas between dollar signs, and lines that are formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .plain_lines import joined_lines

MATH = re.compile(
    r"\$\$(?P<a>.+?)\$\$|\\\[(?P<b>.+?)\\\]|\\\((?P<c>.+?)\\\)|\$(?P<d>[^$\n]+?)\$"
    r"|\\begin\{(?P<n>align\*?|equation\*?|gather\*?|eqnarray\*?)\}(?P<e>.+?)\\end\{(?P=n)\}",
    re.DOTALL,
)
ROW = re.compile(r"\\\\(?:\[[^\]]{0,10}\])?")
INNER = re.compile(
    r"\\?begin\s*\{(pmatrix|bmatrix|cases|matrix|array)\}.*?\\?end\s*\{\1\}", re.DOTALL
)


@dataclass(frozen=True)
class Piece:
    """A statement with its line; `prose` says that it stood outside of formulas."""

    line: int
    text: str
    prose: bool


def pieces(text: str) -> Iterator[Piece]:
    """Every statement of a post, in order."""
    found: list[tuple[int, str, bool]] = []
    rest = list(text)
    for match in MATH.finditer(text):
        name = next(k for k in "abcde" if match.group(k) is not None)
        for offset, row in _equations(match.group(name)):
            lead = len(row) - len(row.lstrip())
            found.append((match.start(name) + offset + lead, row.strip(), False))
        for place in range(match.start(), match.end()):
            rest[place] = "\n" if text[place] == "\n" else " "
    found += [(start, row, True) for start, row in joined_lines("".join(rest))]
    for start, piece, prose in sorted(found):
        yield Piece(text.count("\n", 0, start) + 1, piece, prose)


def _equations(body: str) -> Iterator[tuple[int, str]]:
    """The statements of a formula; a row without a left side of its own continues the last one."""
    start, kept = 0, ""
    for offset, row in _rows(body):
        if kept and _continues(row):
            kept += " " * (offset - start - len(kept)) + row
            continue
        if "=" in kept:
            yield start, kept
        start, kept = offset, row
    if "=" in kept:
        yield start, kept


def _continues(row: str) -> bool:
    """Whether a row starts with a sign or only has what stands right of the `&`."""
    left = row.split("&", maxsplit=1)[0] if "&" in row else row
    return not left.strip() or left.lstrip()[0] in "=+-"


def _rows(body: str) -> Iterator[tuple[int, str]]:
    """The lines of an aligned formula, without those inside a matrix."""
    inside = [m.span() for m in INNER.finditer(body)]
    start = 0
    for match in ROW.finditer(body):
        if not any(a <= match.start() < b for a, b in inside):
            yield start, body[start : match.start()]
            start = match.end()
    yield start, body[start:]
