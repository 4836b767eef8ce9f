"""Arrays that are written out: nested lists, rows with semicolons, arrays as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    Span,
    SyntaxNode,
    UnaryMinus,
)

from .conditions import holds_relation, parse_indicator
from .cursor import ClaimCursor
from .numerals import parse_number

if TYPE_CHECKING:
    from .parser import Parser

Items = Sequence[SyntaxNode]


def parse_array(at: Parser) -> SyntaxNode:
    """`[[1, 0], [0, 1]]`, `[1, 2; 3, 4]`, `[[1 0] [0 1]]`, a bracket, or `[x > 0]`."""
    if holds_relation(at):
        return parse_indicator(at)
    start = at.peek()
    rows, commas = _parse_rows(at)
    at.closed = True
    span = (start.start, at.last.stop)
    if len(rows) > 1:
        return as_matrix(at, [row for row in rows if row], span)
    if len(rows[0]) == 1 and not commas and not isinstance(rows[0][0], ArrayLiteral):
        return rows[0][0]
    return stack_items(at, rows[0], span)


def _parse_rows(at: Parser) -> tuple[list[list[SyntaxNode]], bool]:
    """The items of a list in its rows, and whether a comma ends it."""
    at.expect("[")
    rows: list[list[SyntaxNode]] = [[]]
    comma = False
    with at.within(separated=True), at.listing():
        printed = _is_printed(at)
        item = _parse_printed_number if printed else _parse_item
        while at.peek().text != "]":
            rows[-1].append(item(at))
            comma = at.peek().text == ","
            if at.peek().text == ";" or at.peek().kind == "row":
                at.take()
                rows.append([])
            elif comma:
                at.take()
            elif at.peek().text not in {"]", "["} and not (printed or at.starts_factor()):
                at.expect("]")
        at.expect("]")
    return rows, comma


def _parse_item(at: Parser) -> SyntaxNode:
    """An item of a list: a list, too, where nothing but the next item follows it."""
    start = at.peek()
    if start.text != "[" or not _is_whole_item(at):
        return at.sum_of_terms()
    rows, _ = _parse_rows(at)
    if len(rows) > 1:
        return as_matrix(at, [row for row in rows if row], (start.start, at.last.stop))
    return stack_items(at, rows[0], (start.start, at.last.stop))


def _is_whole_item(at: Parser) -> bool:
    """Whether the bracket that opens here closes right before the next item."""
    depth = ahead = 0
    while at.peek(ahead).kind != "end":
        depth += {"[": 1, "]": -1}.get(at.peek(ahead).text, 0)
        ahead += 1
        if not depth:
            return at.peek(ahead).text in {",", "]", ";", "["}
    return False


def _is_printed(at: Parser) -> bool:
    """Whether numbers follow with nothing but space between them, as programs print arrays."""
    ahead, count = 0, 0
    while at.peek(ahead).text != "]":
        token, after = at.peek(ahead), at.peek(ahead + 1)
        signed = token.kind == "op" and token.text in {"-", "+"}
        # In `1 - 2` there is space on both sides of the sign, in `1 -2` there are two numbers.
        if signed and after.kind == "number" and after.start == token.stop:
            apart = count == 0 or at.peek(ahead - 1).stop < token.start
            ahead, token = ahead + 1, after
            if not apart:
                return False
        if token.kind != "number":
            return False
        ahead, count = ahead + 1, count + 1
    return count > 1


def _parse_printed_number(at: Parser) -> SyntaxNode:
    sign = at.peek()
    if sign.kind == "op":
        at.take()
    body = parse_number(at)
    return UnaryMinus(body, span=(sign.start, body.span[1])) if sign.text == "-" else body


def stack_items(at: ClaimCursor, items: Items, span: Span) -> SyntaxNode:
    """A list as an array; a list of arrays of one shape as an array with an axis more."""
    inner = {i.shape if isinstance(i, ArrayLiteral) else () for i in items}
    if not items:
        at.fail("a list without entries", "[1, 2]", span)
    if inner == {()}:
        return ArrayLiteral((len(items),), tuple(items), span=span)
    if len(inner) != 1:
        at.fail("the rows of the matrix have different lengths", "[[1, 2], [3, 4]]", span)
    entries = [e for i in items if isinstance(i, ArrayLiteral) for e in i.entries]
    return ArrayLiteral((len(items), *inner.pop()), tuple(entries), span=span)


def as_matrix(at: Parser, rows: Sequence[Items], span: Span) -> SyntaxNode:
    """Rows of entries as an array with two axes."""
    if len({len(row) for row in rows}) != 1:
        at.fail("the rows of the matrix have different lengths", "[[1, 2], [3, 4]]", span)
    return ArrayLiteral((len(rows), len(rows[0])), tuple(e for r in rows for e in r), span=span)
