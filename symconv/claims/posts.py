"""Whole posts and documents: every equation found, with its line, and judged in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symconv.core.errors import SymconvError

from . import verdict as v
from .check import Checker
from .conclusions import put_together
from .facts import Network
from .limits import MOST_LINES, MOST_POST, ClaimError
from .naming import Table
from .numeric_parts import given_values
from .parser import read
from .points import Values
from .syntax import Entry, Node, Symbol
from .verdict import Verdict

MATH = re.compile(
    r"\$\$(?P<a>.+?)\$\$|\\\[(?P<b>.+?)\\\]|\\\((?P<c>.+?)\\\)|\$(?P<d>[^$\n]+?)\$"
    r"|\\begin\{(?P<n>align\*?|equation\*?|gather\*?|eqnarray\*?)\}(?P<e>.+?)\\end\{(?P=n)\}",
    re.DOTALL,
)
ROW = re.compile(r"\\\\(?:\[[^\]]{0,10}\])?")
INNER = re.compile(
    r"\\?begin\s*\{(pmatrix|bmatrix|cases|matrix|array)\}.*?\\?end\s*\{\1\}", re.DOTALL
)
WORD = re.compile(r"[A-Za-z]{4,}")


def check_post(network: Network, text: str, values: Values | None = None) -> tuple[Verdict, ...]:
    """The verdicts on every equation of a post, with line numbers.

    Values and definitions that the post states feed the statements after them.
    """
    if len(text) > MOST_POST or text.count("\n") > MOST_LINES:
        raise ClaimError("the text is too long", help=f"at most {MOST_POST:,} characters")
    checker = Checker(network, dict(values or {}), {})
    found = []
    for line, piece, prose in pieces(text):
        verdict = checker.verdict(piece)
        if prose and verdict.verdict == v.UNREADABLE:
            continue
        found.append(verdict.at(line))
        _learn(checker, piece, verdict)
    return (*found, *put_together(checker, found))


def pieces(text: str) -> Iterator[tuple[int, str, bool]]:
    """Every statement with its line; the last field says that it stood outside of formulas."""
    found: list[tuple[int, str, bool]] = []
    rest = list(text)
    for match in MATH.finditer(text):
        body = next(g for k in "abcde" if (g := match.group(k)) is not None)
        start = match.start(next(k for k in "abcde" if match.group(k) is not None))
        for offset, row in _rows(body):
            if "=" in row:
                found.append((start + offset + len(row) - len(row.lstrip()), row.strip(), False))
        for place in range(match.start(), match.end()):
            rest[place] = "\n" if text[place] == "\n" else " "
    place = 0
    for line in "".join(rest).split("\n"):
        if "=" in line and _mathematical(line):
            found.append((place + len(line) - len(line.lstrip()), line.strip(), True))
        place += len(line) + 1
    for start, piece, prose in sorted(found):
        yield text.count("\n", 0, start) + 1, piece, prose


def _rows(body: str) -> Iterator[tuple[int, str]]:
    """The lines of an aligned formula, without those inside a matrix."""
    inside = [m.span() for m in INNER.finditer(body)]
    start = 0
    for match in ROW.finditer(body):
        if any(a <= match.start() < b for a, b in inside):
            continue
        yield start, body[start : match.start()]
        start = match.end()
    yield start, body[start:]


def _mathematical(line: str) -> bool:
    """A line that is a formula rather than a sentence."""
    bare = line.split("#", maxsplit=1)[0]
    words = [
        w
        for w in WORD.findall(bare)
        if w
        not in {
            "frac",
            "partial",
            "begin",
            "pmatrix",
            "cdot",
            "delta",
            "sigma",
            "relu",
            "ReLU",
            "sigmoid",
            "tanh",
            "array",
            "convolve",
            "correlate",
            "range",
            "target",
            "output",
            "signal",
            "left",
            "right",
            "transpose",
            "rot",
        }
    ]
    return len(words) <= 1 and len(line) < 2000


def _learn(checker: Checker, piece: str, verdict: Verdict) -> None:
    """Keep what a statement defines or gives."""
    if verdict.kind not in {"definition", "given value"}:
        return
    try:
        table: Table = checker.table(checker.network.notation.index_base)
        statement = read(piece, table)
    except SymconvError:
        return
    left, body = statement.parts[0], statement.parts[-1]
    given = given_values(statement)
    if given is not None:
        checker.values = {**checker.values, given[0]: given[1]}
        return
    named = _parameters(left)
    if named is not None and verdict.kind == "definition":
        checker.definitions = {**checker.definitions, named[0]: (named[1], body)}


def _parameters(left: Node) -> tuple[str, tuple[str, ...]] | None:
    if isinstance(left, Symbol):
        return left.name, ()
    if isinstance(left, Entry) and not left.kind:
        names = [i.name for i in left.indices or () if isinstance(i, Symbol)]
        if len(names) == len(left.indices or ()):
            return left.letter, tuple(names)
    return None
