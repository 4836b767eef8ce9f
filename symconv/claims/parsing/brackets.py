"""Numbers, brackets, magnitudes, and conditions as 0 or 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    Numeral,
    SyntaxNode,
)

from .array_literals import stack_items
from .conditions import as_indicator, parse_indicator
from .cursor import ClaimToken
from .numerals import parse_number

if TYPE_CHECKING:
    from .parser import Parser

CLOSING = {"(": ")", "{": "}", "[": "]"}


def parse_number_or_indicator(at: Parser) -> SyntaxNode:
    """A number, or the one of an indicator: `1[x > 0]`, `1_{x > 0}`."""
    if at.peek().text == "1" and at.peek(1).text in {"_", "["}:
        at.take()
        return parse_indicator(at)
    return parse_number(at)


def parse_brackets(at: Parser) -> SyntaxNode:
    """A formula in brackets; a list in round brackets is a row of numbers."""
    start = at.take()
    with at.within():
        body = at.conditional() if start.text == "(" else at.sum_of_terms()
        if at.peek().text == "," and start.text == "(":
            return _parse_row(at, start, body)
        stop = at.expect(CLOSING[start.text])
    at.closed = True
    if isinstance(body, Numeral):
        return Numeral(body.value, body.unit, span=(start.start, stop.stop))
    return as_indicator(body)


def _parse_row(at: Parser, start: ClaimToken, first: SyntaxNode) -> SyntaxNode:
    """`(1, 2, 3)`, and `((1, 2), (3, 4))`; a comma may stand at the end."""
    items = [first]
    while at.peek().text == ",":
        at.take()
        if at.peek().text == ")":
            break
        items.append(at.sum_of_terms())
    stop = at.expect(")")
    return stack_items(at, items, (start.start, stop.stop))
