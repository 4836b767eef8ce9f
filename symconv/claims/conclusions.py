"""Several statements of a post put together: a right chain rule with wrong factors put in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symconv.claims.model.substitution import substituted
from symconv.claims.model.tree import Differential, Node, Statement
from symconv.claims.model.verdict import WRONG, Verdict
from symconv.claims.parsing.parser import read
from symconv.claims.parsing.printer import spell
from symconv.core.errors import SymconvError

from .check import Checker


def put_together(checker: Checker, found: Sequence[Verdict]) -> Iterator[Verdict]:
    """What follows when the derivatives of a chain are replaced by what the post says they are."""
    statements = [(v, s) for v in found if (s := _statement(checker, v)) is not None]
    wrong: dict[Node, tuple[int, Node]] = {}
    for verdict, statement in statements:
        left = statement.parts[0]
        if verdict.verdict == WRONG and isinstance(left, Differential):
            wrong[left] = verdict.line, statement.parts[-1]
    last = {s.parts[0]: (v, s) for v, s in statements if v and isinstance(s.parts[0], Differential)}
    for left, (verdict, statement) in last.items():
        used = [wrong[n][0] for n in statement.parts[-1].walk() if n in wrong]
        right = substituted(statement.parts[-1], {k: n for k, (_, n) in wrong.items()})
        if not used or right == statement.parts[-1]:
            continue
        joined = Statement("", (left, right), ("=",))
        again = checker.settled(joined, checker.network.notation.index_base)
        lines = sorted({verdict.line, *used})
        text = " = ".join(spell(p, checker.facts) for p in joined.parts)
        note = f"lines {', '.join(map(str, lines))} put together"
        yield replace(again, text=text, line=verdict.line, notes=(note, *again.notes))


def _statement(checker: Checker, verdict: Verdict) -> Statement | None:
    try:
        return read(verdict.text, checker.table(checker.network.notation.index_base))
    except SymconvError:
        return None
