r"""Sums: a sum sign with its limits, and `sum(m<3, n<2) term` as layers write it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Numeral,
    Summation,
    SumRange,
    SyntaxNode,
)

from .cursor import ClaimToken

if TYPE_CHECKING:
    from .parser import Parser


def parse_sum(at: Parser) -> SyntaxNode:
    """A sum sign, its limits below and above in either order, and the term after it."""
    start = at.take()
    limits: list[SumRange] = []
    high: SyntaxNode | None = None
    while at.peek().text in {"_", "^"} and at.peek().kind == "op":
        if at.take().text == "_":
            limits = _parse_lower_limits(at)
        else:
            high = at.table.as_index(at.group())
    if not limits:
        at.fail("a sum needs its index", "\\sum_i, \\sum_{i=0}^{3}", start.span)
    if high is not None:
        limits[-1] = replace(limits[-1], high=high)
    with at.deeper():
        body = at.term()
    return Summation(tuple(limits), body, span=(start.start, body.span[1]))


def _parse_lower_limits(at: Parser) -> list[SumRange]:
    """The indices below the sign; `i,j=0` starts both at 0."""
    if at.peek().text != "{":
        token = at.take()
        return [SumRange(token.text + at.primes(), span=token.span)]
    at.take()
    with at.inside_brackets():
        limits = [_parse_limit(at)]
        while at.peek().text != "}":
            if at.peek().text == ",":
                at.take()
            limits.append(_parse_limit(at))
        at.expect("}")
    low = limits[-1].low
    if low is not None and all(x.low is None for x in limits[:-1]):
        return [replace(x, low=low) for x in limits]
    return limits


def _parse_limit(at: Parser) -> SumRange:
    r"""`i`, `i=0`, `i \neq j`."""
    token = at.take()
    if token.kind != "name":
        at.fail("an index is expected here", "\\sum_{i=0}^{3}", token.span)
    name = token.text + at.primes()
    if at.peek().text == "=":
        at.take()
        return SumRange(name, at.index_sum(), span=token.span)
    if at.peek().text == "!=":
        at.take()
        return SumRange(name, unequal=at.index_sum(), span=token.span)
    return SumRange(name, span=token.span)


OPENING, CLOSING = {"(", "[", "{"}, {")", "]", "}"}
ZERO, ONE = Numeral(Fraction(0)), Numeral(Fraction(1))


def opens_index_list(at: Parser) -> bool:
    """Whether the open bracket holds indices of a sum: two names or more, or a name with a bound.

    One name alone is an index only where it is no tensor and stands in a subscript after it.
    """
    ahead = _count_name_tokens(at, 0)
    following = at.peek(ahead).text
    if not ahead or following == "<":
        return bool(ahead)
    if following == ",":
        more = _count_name_tokens(at, ahead + 1)
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


def _count_name_tokens(at: Parser, ahead: int) -> int:
    """How many tokens a name with its primes takes; 0 where there is none."""
    count = int(at.peek(ahead).kind == "name" and at.peek(ahead).text != "delta")
    while count and at.peek(ahead + count).text in {"'", "''"}:
        count += 1
    return count


def parse_sum_over(at: Parser, token: ClaimToken) -> SyntaxNode:
    """The sum over the indices in the bracket, of the term after it."""
    with at.inside_brackets():
        limits = [_parse_bounded_index(at)]
        while at.peek().text == ",":
            at.take()
            limits.append(_parse_bounded_index(at))
        at.expect(")")
    with at.deeper():
        body = at.term()
    return Summation(tuple(limits), body, span=(token.start, body.span[1]))


def _parse_bounded_index(at: Parser) -> SumRange:
    """`m`, or `m<3` for 0, 1, 2."""
    word = at.take()
    if word.kind != "name":
        at.fail("an index is expected here", "sum(m<3, n<2) ...", word.span)
    name = word.text + at.primes()
    if at.peek().text != "<":
        return SumRange(name, span=word.span)
    at.take()
    end = at.index_sum()
    return SumRange(name, ZERO, BinaryExpression("-", end, ONE, span=end.span), span=word.span)
