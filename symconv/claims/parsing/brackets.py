"""Numbers, brackets, magnitudes, lists of numbers, and conditions as 0 or 1."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    MatrixLiteral,
    Numeral,
    Span,
    SyntaxNode,
)

from .conditions import as_indicator, holds_relation, parse_choice, parse_condition, parse_indicator
from .cursor import ClaimToken

if TYPE_CHECKING:
    from .parser import Parser

CLOSING = {"(": ")", "{": "}", "[": "]"}


def parse_number(at: Parser) -> Numeral:
    """A decimal as an exact rational, with the weight of its last digit."""
    token = at.take()
    digits, _, exponent = token.text.lower().partition("e")
    power = int(exponent or 0)
    most = at.table.most_exponent
    if abs(power) > most:
        at.fail(f"the exponent {exponent} is too large", f"at most {most}", token.span)
    places = len(digits.partition(".")[2])
    # Half of it is what the last digit leaves open: 0.0364182 stands for 0.0364182 +- 0.00000005.
    unit = Fraction(10) ** (power - places)
    value = Fraction(digits if digits[0] != "." else "0" + digits) * Fraction(10) ** power
    return Numeral(value, unit, span=token.span)


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
        body = parse_choice(at, parse_condition(at)) if start.text == "(" else at.sum_of_terms()
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
    return as_matrix(items, (start.start, stop.stop))


def parse_array(at: Parser) -> SyntaxNode:
    """`[[1, 0], [0, 1]]`, `[1, 2; 3, 4]`, a bracket around a formula, or 1 where `[x > 0]`."""
    if holds_relation(at):
        return parse_indicator(at)
    start = at.expect("[")
    rows: list[list[SyntaxNode]] = [[]]
    with at.within(separated=True), at.listing():
        while at.peek().text != "]":
            rows[-1].append(at.sum_of_terms())
            if at.peek().text == ";" or at.peek().kind == "row":
                at.take()
                rows.append([])
            elif at.peek().text == ",":
                at.take()
            elif at.peek().text != "]" and not at.starts_factor():
                at.expect("]")
        stop = at.expect("]")
    at.closed = True
    span = (start.start, stop.stop)
    if len(rows) > 1:
        return MatrixLiteral(tuple(tuple(row) for row in rows if row), span=span)
    if len(rows[0]) == 1 and not _ends_with_comma(at, stop):
        only = rows[0][0]
        return only if not isinstance(only, MatrixLiteral) else MatrixLiteral(only.rows, span=span)
    return as_matrix(rows[0], span)


def _ends_with_comma(at: Parser, stop: ClaimToken) -> bool:
    return at.text[: stop.start].rstrip().endswith(",")


def as_matrix(items: list[SyntaxNode], span: Span) -> SyntaxNode:
    """A list of lists as rows, a list as one row."""
    if all(isinstance(item, MatrixLiteral) and len(item.rows) == 1 for item in items):
        return MatrixLiteral(
            tuple(i.rows[0] for i in items if isinstance(i, MatrixLiteral)), span=span
        )
    return MatrixLiteral((tuple(items),), span=span)
