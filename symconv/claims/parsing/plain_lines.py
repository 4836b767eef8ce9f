"""Formulas on plain lines, put together where they run over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from symconv.claims.model.vocabulary import COSTS, FUNCTIONS, LETTERS

WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{4,}")
CODE = re.compile(r"\s*(```|~~~|def |return |import |from |for |if |while |print\()")
RULE = re.compile(r"\s*[=\-*_]{3,}\s*$")
BULLET = re.compile(r"\s*(?:[-*+]|[0-9]{1,2}[.)])\s+(?=\S)")
OPEN_END = re.compile(r"(?:[=+\-*/·×⊙(\[,]|\\cdot|\\times|\\odot|\*\*)\s*$")
SIGN_FIRST = re.compile(r"[=+\-*/·×⊙](?![=>\-])")
MOST_WORDS = 1
LONGEST = 2_000
KNOWN = (
    {"frac", "partial", "begin", "pmatrix", "cdot", "cases", "otherwise", "numpy", "range"}
    | {"target", "output", "input", "signal", "left", "right", "text", "mathbf", "odot", "times"}
    | {"align", "aligned", "valid", "full", "same", "axis", "mode", "mathrm", "prime", "array"}
    | set(FUNCTIONS)
    | LETTERS
    | set(COSTS)
)


def joined_lines(text: str) -> Iterator[tuple[int, str]]:
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
            while stop < len(lines) and _goes_on(lines[n:stop], lines[stop]):
                stop += 1
            mark = BULLET.match(lines[n])
            lead = mark.end() if mark else _indent(lines[n])
            kept = "\n".join(_bare(x) for x in lines[n:stop])[lead:]
            if "=" in kept:
                yield place[n] + lead, kept.rstrip()
        n = stop


def _bare(line: str) -> str:
    """A line without its comment."""
    return line.split("#", maxsplit=1)[0]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _goes_on(before: Sequence[str], following: str) -> bool:
    """Whether a line continues the lines before it."""
    if not following.strip() or not is_formula(following) or RULE.match(following):
        return False
    joined = "".join(_bare(x) for x in before)
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
    return "=" not in line and not _words(line) and any(c in line for c in "_^()*")


def is_formula(line: str) -> bool:
    """A line that is a formula rather than a sentence."""
    if CODE.match(line) or len(line) >= LONGEST:
        return False
    return len(_words(_bare(line))) <= MOST_WORDS


def _words(line: str) -> list[str]:
    return [w for w in WORD.findall(line) if w not in KNOWN]
