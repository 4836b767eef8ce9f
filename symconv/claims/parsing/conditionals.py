"""Choices as Python writes them: `1 if u_i > 0 else 0`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import Cases, SyntaxNode

from .conditions import JOINED, as_indicator, parse_choice, parse_condition

if TYPE_CHECKING:
    from .parser import Parser


def parse_conditional(at: Parser) -> SyntaxNode:
    """A formula or a comparison; `a if x > 0 else b` is a where the condition holds, else b."""
    start = at.peek()
    value = parse_choice(at, parse_condition(at))
    if at.peek().text != "if" or not _has_else(at):
        return value
    at.take()
    condition = parse_condition(at, equal=True)
    if not isinstance(condition, JOINED):
        at.fail("a condition is expected here", "1 if x > 0 else 0", condition.span)
    at.expect("else")
    with at.deeper():
        other = as_indicator(parse_conditional(at))
    branches = (as_indicator(value), condition), (other, None)
    return Cases(branches, span=(start.start, at.last.stop))


def _has_else(at: Parser) -> bool:
    """Whether an `else` follows somewhere; `x if z > 0` alone is a remark."""
    return any(token.text == "else" for token in at.tokens[at.place :])
