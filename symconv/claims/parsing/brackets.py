"""Numbers, brackets, magnitudes, and lists of numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Apply, Matrix, Node, Number, Span

from .conditions import as_number, condition, indicator
from .tokens import Token

if TYPE_CHECKING:
    from .parser import Parser

CLOSING = {"(": ")", "{": "}", "[": "]"}


def number(at: Parser) -> Number:
    """A decimal as an exact rational, with the weight of its last digit."""
    token = at.take()
    digits, _, exponent = token.text.lower().partition("e")
    power = int(exponent or 0)
    most = at.table.most_exponent
    if abs(power) > most:
        at.fail(f"the exponent {exponent} is too large", f"at most {most}", token.span)
    places = len(digits.partition(".")[2])
    unit = Fraction(10) ** (power - places)
    value = Fraction(digits if digits[0] != "." else "0" + digits) * Fraction(10) ** power
    return Number(value, unit, span=token.span)


def one_or_number(at: Parser) -> Node:
    """A number, or the one of an indicator: `1[x > 0]`, `1_{x > 0}`."""
    if at.peek().text == "1" and at.peek(1).text in {"_", "["}:
        at.take()
        return indicator(at)
    return number(at)


def enclosed(at: Parser) -> Node:
    """A formula in brackets; a list in round brackets is a row of numbers."""
    start = at.take()
    with at.within():
        body = condition(at) if start.text == "(" else at.sum_of_terms()
        if at.peek().text == "," and start.text == "(":
            return _row(at, start, body)
        stop = at.expect(CLOSING[start.text])
    at.closed = True
    if isinstance(body, Number):
        return Number(body.value, body.unit, span=(start.start, stop.stop))
    return as_number(body)


def _row(at: Parser, start: Token, first: Node) -> Node:
    """`(1, 2, 3)`, and `((1, 2), (3, 4))`; a comma may stand at the end."""
    items = [first]
    while at.peek().text == ",":
        at.take()
        if at.peek().text == ")":
            break
        items.append(at.sum_of_terms())
    stop = at.expect(")")
    return as_matrix(items, (start.start, stop.stop))


def magnitude(at: Parser) -> Node:
    """`|x|`."""
    start = at.take()
    body = at.sum_of_terms()
    at.expect("|")
    return Apply("absolute", (body,), span=(start.start, body.span[1]))


def list_of_numbers(at: Parser) -> Node:
    """`[[1, 0], [0, 1]]`, `[1, 2; 3, 4]`, or a bracket around a formula."""
    start = at.expect("[")
    rows: list[list[Node]] = [[]]
    with at.within():
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
    span = (start.start, stop.stop)
    if len(rows) > 1:
        return Matrix(tuple(tuple(row) for row in rows if row), span=span)
    if len(rows[0]) == 1 and not _comma_before(at, stop):
        only = rows[0][0]
        return only if not isinstance(only, Matrix) else Matrix(only.rows, span=span)
    return as_matrix(rows[0], span)


def _comma_before(at: Parser, stop: Token) -> bool:
    return at.text[: stop.start].rstrip().endswith(",")


def as_matrix(items: list[Node], span: Span) -> Node:
    """A list of lists as rows, a list as one row."""
    if all(isinstance(item, Matrix) and len(item.rows) == 1 for item in items):
        return Matrix(tuple(i.rows[0] for i in items if isinstance(i, Matrix)), span=span)
    return Matrix((tuple(items),), span=span)
