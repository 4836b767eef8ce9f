"""Sums as the equations of layers write them: `sum(u, v) term`, `sum(m<3, n<2) term`."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Binary, Limit, Node, Number, Total

from .tokens import Token

if TYPE_CHECKING:
    from .parser import Parser

OPENING, CLOSING = {"(", "[", "{"}, {")", "]", "}"}
ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


def names_indices(at: Parser) -> bool:
    """Whether the open bracket holds indices of a sum: two names or more, or a name with a bound.

    One name alone is an index only where it is no tensor and stands in a subscript after it.
    """
    ahead = _after_name(at, 0)
    following = at.peek(ahead).text
    if not ahead or following == "<":
        return bool(ahead)
    if following == ",":
        more = _after_name(at, ahead + 1)
        return bool(more) and at.peek(ahead + 1 + more).text in {",", ")", "<"}
    word = at.peek().text
    tensor = word in at.table.letters or at.table.alias(word) is not None
    return following == ")" and not tensor and _in_subscript(at, word, ahead + 1)


def _in_subscript(at: Parser, word: str, ahead: int) -> bool:
    """Whether a name stands in a subscript from here on."""
    before, opened = at.peek(ahead - 1), [False]
    while (token := at.peek(ahead)).kind != "end":
        if token.text in OPENING:
            opened.append(opened[-1] or token.text == "[" or before.text == "_")
        elif token.text in CLOSING and len(opened) > 1:
            opened.pop()
        elif token.text == word and (opened[-1] or before.text == "_"):
            return True
        before, ahead = token, ahead + 1
    return False


def _after_name(at: Parser, ahead: int) -> int:
    """How many tokens a name with its primes takes; 0 where there is none."""
    count = int(at.peek(ahead).kind == "name" and at.peek(ahead).text != "delta")
    while count and at.peek(ahead + count).text in {"'", "''"}:
        count += 1
    return count


def total_over(at: Parser, token: Token) -> Node:
    """The sum over the indices in the bracket, of the term after it."""
    with at.inside_brackets():
        limits = [_limit(at)]
        while at.peek().text == ",":
            at.take()
            limits.append(_limit(at))
        at.expect(")")
    with at.deeper():
        body = at.term()
    return Total(tuple(limits), body, span=(token.start, body.span[1]))


def _limit(at: Parser) -> Limit:
    """`m`, or `m<3` for 0, 1, 2."""
    word = at.take()
    if word.kind != "name":
        at.fail("an index is expected here", "sum(m<3, n<2) ...", word.span)
    name = word.text + at.primes()
    if at.peek().text != "<":
        return Limit(name, span=word.span)
    at.take()
    end = at.index_sum()
    return Limit(name, ZERO, Binary("-", end, ONE, span=end.span), span=word.span)
