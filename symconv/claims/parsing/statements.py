"""The statements of a post: formulas in dollar signs, and lines of text that are formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symconv.claims.model.vocabulary import COSTS, FUNCTIONS, LETTERS

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
class Excerpt:
    """A statement with its line; `prose` says that it stood outside of formulas."""

    line: int
    text: str
    prose: bool


def find_statements(text: str) -> Iterator[Excerpt]:
    """Every statement of a post, in order."""
    found: list[tuple[int, str, bool]] = []
    rest = list(text)
    for match in MATH.finditer(text):
        name = next(k for k in "abcde" if match.group(k) is not None)
        for offset, row in _join_rows(match.group(name)):
            lead = len(row) - len(row.lstrip())
            found.append((match.start(name) + offset + lead, row.strip(), False))
        for place in range(match.start(), match.end()):
            # Line breaks stay, so that every place keeps its line.
            rest[place] = "\n" if text[place] == "\n" else " "
    found += [(start, row, True) for start, row in join_formula_lines("".join(rest))]
    for start, piece, prose in sorted(found):
        yield Excerpt(text.count("\n", 0, start) + 1, piece, prose)


def _join_rows(body: str) -> Iterator[tuple[int, str]]:
    """The statements of a formula; a row without a left side of its own continues the last one."""
    start, kept = 0, ""
    for offset, row in _split_rows(body):
        if kept and _continues_row(row):
            kept += " " * (offset - start - len(kept)) + row
            continue
        if "=" in kept:
            yield start, kept
        start, kept = offset, row
    if "=" in kept:
        yield start, kept


def _continues_row(row: str) -> bool:
    """Whether a row starts with a sign or only has what stands right of the `&`."""
    left = row.split("&", maxsplit=1)[0] if "&" in row else row
    return not left.strip() or left.lstrip()[0] in "=+-"


def _split_rows(body: str) -> Iterator[tuple[int, str]]:
    """The lines of an aligned formula, without those inside a matrix."""
    inside = [m.span() for m in INNER.finditer(body)]
    start = 0
    for match in ROW.finditer(body):
        if not any(a <= match.start() < b for a, b in inside):
            yield start, body[start : match.start()]
            start = match.end()
    yield start, body[start:]


WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{4,}")
CODE = re.compile(r"\s*(```|~~~|def |return |import |from |for |if |while |print\()")
RULE = re.compile(r"\s*[=\-*_]{3,}\s*$")
BULLET = re.compile(r"\s*(?:[-*+]|[0-9]{1,2}[.)])\s+(?=\S)")
OPEN_END = re.compile(r"(?:[=+\-*/·×⊙(\[,]|\\cdot|\\times|\\odot|\*\*)\s*$")
SIGN_FIRST = re.compile(r"[=+\-*/·×⊙](?![=>\-])")
MOST_WORDS = 1
"""How many unknown words of four letters or more a formula may have.

One may be a name, two are a sentence.
"""

LONGEST = 2_000
"""The longest line, and the longest formula over several lines, in characters."""

KNOWN = (
    {"frac", "partial", "begin", "pmatrix", "cdot", "cases", "otherwise", "numpy", "range"}
    | {"target", "output", "input", "signal", "left", "right", "text", "mathbf", "odot", "times"}
    | {"align", "aligned", "valid", "full", "same", "axis", "mode", "mathrm", "prime", "array"}
    | set(FUNCTIONS)
    | LETTERS
    | set(COSTS)
)


def join_formula_lines(text: str) -> Iterator[tuple[int, str]]:
    """The formulas on the lines of a text, each with the place where it starts.

    A formula goes on where its line ends with an operator or an open bracket, where the next line
    starts with `=`, and where the next line is indented further and starts with a sign.
    """
    lines = text.split("\n")
    place = [0]
    for line in lines:
        place.append(place[-1] + len(line) + 1)
    n = 0
    while n < len(lines):
        stop = n + 1
        if lines[n].strip() and not RULE.match(lines[n]) and is_formula(lines[n]):
            while stop < len(lines) and _continues_formula(lines[n:stop], lines[stop]):
                stop += 1
            mark = BULLET.match(lines[n])
            lead = mark.end() if mark else _indent(lines[n])
            kept = "\n".join(_strip_comment(x) for x in lines[n:stop])[lead:]
            if "=" in kept:
                yield place[n] + lead, kept.rstrip()
        n = stop


def _strip_comment(line: str) -> str:
    """A line without its comment."""
    return line.split("#", maxsplit=1)[0]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _continues_formula(before: Sequence[str], following: str) -> bool:
    """Whether a line continues the lines before it."""
    if not following.strip() or not is_formula(following) or RULE.match(following):
        return False
    joined = "".join(_strip_comment(x) for x in before)
    if sum(map(len, before)) > LONGEST:
        return False
    open_ = any(joined.count(a) > joined.count(b) for a, b in ("()", "[]", "{}"))
    if open_ or OPEN_END.search(joined):
        return True
    start = following.lstrip()
    further = _indent(following) > _indent(before[0])
    signed = SIGN_FIRST.match(start) is not None
    return (signed and (further or start[0] == "=")) or (further and _is_only_terms(start))


def _is_only_terms(line: str) -> bool:
    """A line of factors or terms without a relation or a word."""
    return "=" not in line and not _unknown_words(line) and any(c in line for c in "_^()*")


def is_formula(line: str) -> bool:
    """A line that is a formula rather than a sentence."""
    if CODE.match(line) or len(line) >= LONGEST:
        return False
    return len(_unknown_words(_strip_comment(line))) <= MOST_WORDS


def _unknown_words(line: str) -> list[str]:
    return [w for w in WORD.findall(line) if w not in KNOWN]
