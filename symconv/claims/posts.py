"""Posts and documents: every equation with its line, judged in order and then together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from symconv.claims.evaluation.assign import Values
from symconv.claims.judging.statement_kinds import add_given_values, find_definition
from symconv.claims.model.budget import POST_SECONDS, STEPS_PER_SECOND, OverBudget, limit_work
from symconv.claims.model.context import DifferentiableNetwork
from symconv.claims.model.errors import MOST_LINES, MOST_POST, ClaimError
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import Differential, Statement, SyntaxNode
from symconv.claims.model.verdict import WRONG, Verdict
from symconv.claims.parsing.parser import parse_statement
from symconv.claims.parsing.statements import Excerpt, find_statements
from symconv.claims.parsing.unparse import unparse
from symconv.core.errors import SymconvError

from .check import MOST_ECHOED, Checker
from .model import verdict as v

SIGN = r"(?:d|∂|\\?partial )\s*"
DERIVATIVE = re.compile(
    rf"\s*(?:\\?frac\s*\{{\s*)?{SIGN}[A-Za-z]{{1,9}}\s*(?:/|\}}\s*\{{)\s*{SIGN}\w[^=]*="
)


def check_post(
    network: DifferentiableNetwork,
    text: str,
    values: Values | None = None,
    *,
    seconds: float = POST_SECONDS,
) -> tuple[Verdict, ...]:
    """The verdicts on every equation of a post, with line numbers.

    Values and definitions that the post states feed the statements after them. A line that is not
    read is left out as prose, unless it starts as a derivative does. `seconds` is what all of it
    may take, in units of work (`STEPS_PER_SECOND`); statements beyond it are undetermined.
    """
    if len(text) > MOST_POST or text.count("\n") > MOST_LINES:
        raise ClaimError("the text is too long", help=f"at most {MOST_POST:,} characters")
    checker = Checker(network, dict(values or {}), {})
    found: list[Verdict] = []
    pieces = iter(find_statements(text))
    with limit_work(int(seconds * STEPS_PER_SECOND)):
        for piece in pieces:
            try:
                verdict = checker.verdict(piece.text)
            except OverBudget:
                return (*found, *_leave_open([piece, *pieces], seconds))
            if piece.prose and verdict.verdict == v.UNREADABLE and not _is_derivative(piece):
                continue
            found.append(verdict.at(piece.line))
            _learn(checker, piece, verdict)
        with suppress(OverBudget):
            found.extend(combine_statements(checker, tuple(found)))
    return tuple(found)


def _leave_open(pieces: Iterable[Excerpt], seconds: float) -> Iterator[Verdict]:
    """The statements that the budget left no work for."""
    said = f"the {seconds:g} s for the whole text are used up; --budget SECONDS gives it more"
    for piece in pieces:
        if not piece.prose or _is_derivative(piece):
            text = piece.text[:MOST_ECHOED]
            yield Verdict(v.UNDETERMINED, "claim", text, notes=(said,)).at(piece.line)


def _is_derivative(piece: Excerpt) -> bool:
    return DERIVATIVE.match(piece.text) is not None


def _learn(checker: Checker, piece: Excerpt, verdict: Verdict) -> None:
    """Keep what a statement defines or gives; a value that was judged is no longer given."""
    given = verdict.kind == "given value" and verdict.verdict == v.NOT_CHECKED
    if not given and verdict.kind != "definition":
        return
    base = checker.network.notation.index_base
    try:
        statement = parse_statement(piece.text, checker.table(base))
    except SymconvError:
        return
    values = add_given_values(checker.values, statement, checker.context, base)
    if values != checker.values:
        checker.values = values
        return
    named = find_definition(statement)
    if named is not None and verdict.kind == "definition":
        (name, parameters), body = named
        checker.definitions = {**checker.definitions, name: (parameters, body)}


def combine_statements(checker: Checker, found: Sequence[Verdict]) -> Iterator[Verdict]:
    """What follows when the derivatives of a chain are replaced by what the post says they are."""
    statements = [(v, s) for v in found if (s := _parse_again(checker, v)) is not None]
    wrong: dict[SyntaxNode, tuple[int, SyntaxNode]] = {}
    for verdict, statement in statements:
        left = statement.parts[0]
        if verdict.verdict == WRONG and isinstance(left, Differential):
            wrong[left] = verdict.line, statement.parts[-1]
    last = {s.parts[0]: (v, s) for v, s in statements if v and isinstance(s.parts[0], Differential)}
    for left, (verdict, statement) in last.items():
        used = [wrong[n][0] for n in statement.parts[-1].walk() if n in wrong]
        right = replace_nodes(statement.parts[-1], {k: n for k, (_, n) in wrong.items()})
        if not used or right == statement.parts[-1]:
            continue
        joined = Statement("", (left, right), ("=",))
        again = checker.settled(joined, checker.network.notation.index_base)
        lines = sorted({verdict.line, *used})
        text = " = ".join(unparse(p, checker.context) for p in joined.parts)
        note = f"lines {', '.join(map(str, lines))} put together"
        yield replace(again, text=text, line=verdict.line, notes=(note, *again.notes))


def _parse_again(checker: Checker, verdict: Verdict) -> Statement | None:
    try:
        return parse_statement(verdict.text, checker.table(checker.network.notation.index_base))
    except SymconvError:
        return None
