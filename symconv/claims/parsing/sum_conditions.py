r"""What stands below a sum sign beside indices: `0 \le m < 3`, `a + b = i`, `a : i - a \ge 0`.

A chain around one index is its limits. Any other condition makes a factor that is 1 or 0; which of
its names are summed over is known where the whole statement is: those that its other side does not
mention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    ONE,
    ZERO,
    BinaryExpression,
    Cases,
    Condition,
    Differential,
    FunctionCall,
    Identifier,
    JoinedConditions,
    Statement,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
)
from symconv.core.tree import rewrite

from .conditions import COMPARISONS

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable

TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
LIST_ENDS = {":", "|"}
SEPARATORS = {",", ";", *LIST_ENDS}


def parse_lower_limits(at: Parser) -> tuple[list[SumRange], SyntaxNode | None]:
    r"""The indices below a sum sign, and the condition that is no limit of one of them.

    `i`, `i=0`, `i,j=0`, `i \neq j`, `0 \le m < 3`, `0 \le m,n \le 2`, `a + b = i`, `a : a \ne i`.
    """
    at.take()
    limits: list[SumRange] = []
    conditions: list[Condition] = []
    listed = False
    with at.within(separated=True), at.between_bars("|"):
        while at.peek().text != "}":
            if at.peek().text in SEPARATORS or at.peek().kind == "row":
                listed = listed or at.take().text in LIST_ENDS
                continue
            _parse_item(at, limits, conditions)
        at.expect("}")
    if not limits and not conditions:
        at.fail("a sum needs its index", "\\sum_i, \\sum_{i=0}^{3}")
    _limit_by_conditions(limits, conditions, at.table, listed=listed)
    found: list[SyntaxNode] = list(conditions)
    last = limits[-1].low if limits else None
    if last is not None and all(x.low is None and x.high is None for x in limits[:-1]):
        limits = [replace(x, low=last, high=limits[-1].high) for x in limits]
    if not found:
        return limits, None
    return limits, found[0] if len(found) == 1 else JoinedConditions("and", tuple(found))


def _parse_item(at: Parser, limits: list[SumRange], conditions: list[Condition]) -> None:
    """One index with its start, or a chain of comparisons."""
    token, primes = at.peek(), 0
    while at.peek(1 + primes).text in {"'", "''"}:
        primes += 1
    follows = at.peek(1 + primes).text
    name = token.text + "".join(at.peek(1 + n).text for n in range(primes))
    fresh = token.kind == "name" and all(x.name != name for x in limits)
    alone = follows in {*SEPARATORS, "}", "=", "!="} or at.peek(1 + primes).kind in {"name", "row"}
    if fresh and alone:
        at.place += 1 + primes
        if follows in {"=", "!="}:
            at.take()
            side = at.index_sum()
            if at.peek().text in COMPARISONS:
                at.fail("this condition of a sum is not read", "0 \\le m < 3", at.peek().span)
            given = {"low": side} if follows == "=" else {"unequal": side}
            limits.append(SumRange(name, span=token.span, **given))
        else:
            limits.append(SumRange(name, span=token.span))
        return
    sides, signs = [at.index_sum()], []
    while at.peek().kind == "op" and at.peek().text in COMPARISONS:
        signs.append(at.take().text)
        sides.append(at.index_sum())
    if not signs:
        at.fail("an index is expected here", "\\sum_{i=0}^{3}", token.span)
    conditions += [
        Condition(s, a, b, span=(a.span[0], b.span[1]))
        for s, a, b in zip(signs, sides[:-1], sides[1:], strict=True)
    ]


def _limit_by_conditions(
    limits: list[SumRange], conditions: list[Condition], table: SymbolTable, *, listed: bool
) -> None:
    """Turn comparisons of one index with what has no other index into its limits.

    `listed` says that the indices stand before a colon, and that there are no others.
    """
    kept: list[Condition] = []
    for condition in conditions:
        bound = _bound_of(condition, table)
        n = next((n for n, x in enumerate(limits) if bound and x.name == bound[0]), None)
        if bound is None or (n is None and listed):
            kept.append(condition)
            continue
        name, sign, side = bound
        if n is None:
            n = len(limits)
            limits.append(SumRange(name, span=condition.span))
        low, high = _whole_limits(sign, side)
        if (low and limits[n].low) or (high and limits[n].high):
            kept.append(condition)
            continue
        limits[n] = replace(limits[n], low=low or limits[n].low, high=high or limits[n].high)
    _share_ends(limits, conditions)
    conditions[:] = kept


def _share_ends(limits: list[SumRange], conditions: Sequence[Condition]) -> None:
    r"""`0 \le m, n \le 2`: the start stands at m and the end at n, and both hold for both."""
    if any(c.relation not in {"<", "<="} for c in conditions):
        return
    starts = [x for x in limits if x.low and not x.high and _stands(x.name, conditions, left=False)]
    ends = [x for x in limits if x.high and not x.low and _stands(x.name, conditions, left=True)]
    if len(starts) == len(ends) == 1:
        low, high = starts[0].low, ends[0].high
        limits[:] = [replace(x, low=x.low or low, high=x.high or high) for x in limits]


def _stands(name: str, conditions: Sequence[Condition], *, left: bool) -> bool:
    """Whether an index alone is one side of a comparison."""
    sides = (c.left if left else c.right for c in conditions)
    return any(isinstance(s, Identifier) and s.name == name for s in sides)


def _bound_of(condition: Condition, table: SymbolTable) -> tuple[str, str, SyntaxNode] | None:
    """The index, the sign and the other side of `m < 3` or `0 <= m`."""
    for one, sign, other in (
        (condition.left, condition.relation, condition.right),
        (condition.right, TURNED.get(condition.relation, ""), condition.left),
    ):
        sizes = {*table.context.size_names}
        if isinstance(one, Identifier) and sign in TURNED and one.name not in sizes:
            named = (isinstance(n, Identifier) and n.name not in sizes for n in other.walk())
            if not any(named):
                return one.name, sign, other
    return None


def _whole_limits(sign: str, side: SyntaxNode) -> tuple[SyntaxNode | None, SyntaxNode | None]:
    """The first and the last whole number that a comparison allows; None for the other end."""
    if any(isinstance(n, BinaryExpression) and n.operator == "/" for n in side.walk()):
        strict = {"<": "ceil", "<=": "floor", ">": "floor", ">=": "ceil"}[sign]
        side = FunctionCall(strict, (side,), span=side.span)
    if sign == "<":
        return None, BinaryExpression("-", side, ONE, span=side.span)
    if sign == ">":
        return BinaryExpression("+", side, ONE, span=side.span), None
    return (None, side) if sign == "<=" else (side, None)


def restrict_body(body: SyntaxNode, condition: SyntaxNode) -> SyntaxNode:
    """The term where a condition holds, and 0 elsewhere."""
    return Cases(((body, condition), (ZERO, None)), span=body.span)


def bind_sum_conditions(statement: Statement, table: SymbolTable) -> Statement:
    """The statement with every index of a condition of a sum bound, unless it is free."""
    if not any(isinstance(n, Summation) and n.condition for p in statement.parts for n in p.walk()):
        return statement
    parts = []
    for n, part in enumerate(statement.parts):
        others = [p for k, p in enumerate(statement.parts) if (k == 0 if n else k)]
        free = {name for p in others for name in _index_names(p)}
        parts.append(_bind_part(part, free | {*table.context.size_names}))
    return replace(statement, parts=tuple(parts))


def _index_names(part: SyntaxNode) -> set[str]:
    """The names in the indices of a part."""
    found: set[str] = set()
    for node in part.walk():
        entry = node.by if isinstance(node, Differential) else node
        if isinstance(entry, TensorReference):
            for index in (*(entry.indices or ()), *((entry.layer,) if entry.layer else ())):
                found |= {x.name for x in index.walk() if isinstance(x, Identifier)}
    return found


def _bind_part(part: SyntaxNode, free: set[str]) -> SyntaxNode:
    def bind(node: object) -> SyntaxNode | None:
        if not isinstance(node, Summation):
            return None
        inside = free | {x.name for x in node.limits}
        if node.condition is None:
            body = _bind_part(node.body, inside)
            return None if body is node.body else replace(node, body=body)
        found = node.condition.walk()
        names = dict.fromkeys(n.name for n in found if isinstance(n, Identifier))
        more = [SumRange(x, span=node.condition.span) for x in names if x not in inside]
        limits = node.limits or tuple(more)
        body = _bind_part(node.body, inside | {x.name for x in limits})
        body = restrict_body(body, node.condition)
        return Summation(limits, body, span=node.span)

    return rewrite(part, bind)
