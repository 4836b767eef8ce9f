"""Whole posts and documents: every equation found, with its line, and judged in order."""

from __future__ import annotations

import re

from symconv.claims.evaluation.assignments import Values
from symconv.claims.judging.definitions import defined, with_values
from symconv.claims.model.errors import MOST_LINES, MOST_POST, ClaimError
from symconv.claims.model.facts import Network
from symconv.claims.model.verdict import Verdict
from symconv.claims.parsing.parser import read
from symconv.claims.parsing.statements import Piece, pieces
from symconv.core.errors import SymconvError

from .check import Checker
from .conclusions import put_together
from .model import verdict as v

SIGN = r"(?:d|∂|\\?partial )\s*"
DERIVATIVE = re.compile(
    rf"\s*(?:\\?frac\s*\{{\s*)?{SIGN}[A-Za-z]{{1,9}}\s*(?:/|\}}\s*\{{)\s*{SIGN}\w[^=]*="
)


def check_post(network: Network, text: str, values: Values | None = None) -> tuple[Verdict, ...]:
    """The verdicts on every equation of a post, with line numbers.

    Values and definitions that the post states feed the statements after them. A line that is not
    read is left out as prose, unless it starts as a derivative does.
    """
    if len(text) > MOST_POST or text.count("\n") > MOST_LINES:
        raise ClaimError("the text is too long", help=f"at most {MOST_POST:,} characters")
    checker = Checker(network, dict(values or {}), {})
    found = []
    for piece in pieces(text):
        verdict = checker.verdict(piece.text)
        if piece.prose and verdict.verdict == v.UNREADABLE and not DERIVATIVE.match(piece.text):
            continue
        found.append(verdict.at(piece.line))
        _learn(checker, piece, verdict)
    return (*found, *put_together(checker, found))


def _learn(checker: Checker, piece: Piece, verdict: Verdict) -> None:
    """Keep what a statement defines or gives; a value that was judged is no longer given."""
    given = verdict.kind == "given value" and verdict.verdict == v.NOT_CHECKED
    if not given and verdict.kind != "definition":
        return
    base = checker.network.notation.index_base
    try:
        statement = read(piece.text, checker.table(base))
    except SymconvError:
        return
    values = with_values(checker.values, statement, checker.facts, base)
    if values != checker.values:
        checker.values = values
        return
    named = defined(statement)
    if named is not None and verdict.kind == "definition":
        (name, parameters), body = named
        checker.definitions = {**checker.definitions, name: (parameters, body)}
