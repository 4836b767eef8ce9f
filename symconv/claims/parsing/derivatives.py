r"""Differential quotients: `dC/dw_1`, `∂C/∂w_1`, `\frac{\partial C}{\partial w}`, `d/dw (...)`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.tree import Binary, Differential, Entry, Node, Number

from .brackets import enclosed
from .tokens import Token

if TYPE_CHECKING:
    from .parser import Parser

SIGNS = {"d", "partial"}
Above = Node | bool


def fraction(at: Parser) -> Node:
    r"""`\frac{a}{b}`, `\frac{\partial C}{\partial w}`, `\frac{d}{dw}(...)`."""
    start = at.take()
    quotient = _in_braces(at)
    if quotient is not None:
        return _finished(at, quotient, start)
    above, below = _two_digits(at) or (at.group(), at.group())
    at.closed = True
    return Binary("/", above, below, span=(start.start, at.last.stop))


def _two_digits(at: Parser) -> tuple[Node, Node] | None:
    r"""`\frac12` is a half: without braces, each digit stands for itself."""
    token = at.peek()
    if token.kind != "number" or len(token.text) != 2 or not token.text.isdigit():
        return None
    at.take()
    first, second = (Number(Fraction(int(d)), Fraction(1), span=token.span) for d in token.text)
    return first, second


def _in_braces(at: Parser) -> tuple[Above, Entry] | None:
    """`{d NAME}{d NAME}`; None, at the same place, where it is something else."""
    place = at.place
    if at.peek().text == "{" and at.peek(1).text in SIGNS:
        at.take()
        above = _above(at)
        if above is not False and at.peek().text == "}" and at.peek(1).text == "{":
            at.take()
            at.take()
            by = _below(at)
            if by is not None and at.peek().text == "}":
                at.take()
                return above, by
    at.place = place
    return None


def differential(at: Parser, mark: str) -> Node | None:
    """`dC/dw_1`, `∂C/∂w_1`, `dC_dw[0]`, `d/dw_1 (...)`; None where `d` is something else."""
    place, start = at.place, at.peek()
    above = _try_above(at)
    if above is not False and at.peek().text in {"/", "_"}:
        at.take()
        by = _below(at)
        if by is not None:
            return _finished(at, (above, by), start)
    at.place = place
    if mark == "partial":
        at.fail("a derivative is ∂(something)/∂(something)", "∂C/∂w_1")
    return None


def _above(at: Parser) -> Above:
    """`d` alone (True), `d NAME` (the node), or False where it is something else."""
    at.take()
    if at.peek().text in {"}", "/"}:
        return True
    if at.peek().text == "^":
        at.fail("second derivatives are not read", "first derivatives: ∂C/∂w_1")
    if at.peek().text == "(":
        return enclosed(at)
    if at.peek().kind not in {"name", "command"}:
        return False
    return at.base() if at.peek().kind == "name" else at.factor()


def _try_above(at: Parser) -> Above:
    place = at.place
    following = at.peek(1)
    if following.kind != "name" and following.text not in {"/", "(", "style", "hat"}:
        return False
    try:
        return _above(at)
    except ClaimError:
        if at.tokens[place].text == "partial":
            raise
        at.place = place
        return False


def _below(at: Parser) -> Entry | None:
    if at.peek().text not in SIGNS:
        return None
    at.take()
    by = at.base() if at.peek().text == "style" or at.peek().kind == "name" else None
    return by if isinstance(by, Entry) else None


def _finished(at: Parser, quotient: tuple[Above, Entry], start: Token) -> Node:
    """The quotient, or the operator together with the term that it is applied to."""
    above, by = quotient
    span = (start.start, at.last.stop)
    at.closed = True
    if isinstance(above, Node):
        return Differential(above, by, span=span)
    body = at.factor()
    return Differential(body, by, span=(start.start, body.span[1]))
