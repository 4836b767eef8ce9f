r"""Sums: a sum sign with its limits, and `sum(m<3, n<2) term` as layers write it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    ONE,
    ZERO,
    BinaryExpression,
    FunctionCall,
    KeywordArgument,
    Numeral,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.readings.bare_sum import BARE_SUM, ENTRIES, SAMPLES

from .cursor import ClaimToken
from .sum_conditions import parse_lower_limits, restrict_body

if TYPE_CHECKING:
    from .parser import Parser


def parse_sum(at: Parser) -> SyntaxNode:
    """A sum sign, its limits below and above in either order, and the term after it."""
    start = at.take()
    if at.peek().text not in {"_", "^"}:
        return _parse_bare_sum(at, start)
    limits, condition = parse_limits(at, start)
    with at.deeper():
        body = at.term()
    if condition is not None and limits:
        body, condition = restrict_body(body, condition), None
    return Summation(tuple(limits), body, condition, span=(start.start, body.span[1]))


def _parse_bare_sum(at: Parser, start: ClaimToken) -> SyntaxNode:
    r"""`\sum \delta`, of arrays that stand without indices."""
    with at.deeper():
        body = at.term()
    arrays = [n for n in body.walk() if isinstance(n, TensorReference)]
    # A product of arrays for every sample, delta x^T, has an index that is left out on both.
    if len(arrays) != 1 or arrays[0].indices is not None:
        at.fail("a sum needs its index", "\\sum_i, \\sum_{i=0}^{3}", start.span)
    span = (start.start, body.span[1])
    batched = any(t.batch for t in at.table.context.forward.tensors)
    possible = (ENTRIES, SAMPLES) if batched else (ENTRIES,)
    if at.table.choose(BARE_SUM, "", possible) == ENTRIES:
        return FunctionCall("sum", (body,), span=span)
    axis = KeywordArgument("axis", Numeral(Fraction(0), Fraction(1)), span=span)
    return FunctionCall("np.sum", (body, axis), span=span)


def parse_limits(at: Parser, start: ClaimToken) -> tuple[list[SumRange], SyntaxNode | None]:
    """What stands below and above a sign, in either order: limits, and another condition."""
    limits: list[SumRange] = []
    condition: SyntaxNode | None = None
    high: tuple[SyntaxNode, ...] = ()
    while at.peek().text in {"_", "^"} and at.peek().kind == "op":
        if at.take().text == "^":
            high = _parse_upper_limits(at)
        elif at.peek().text == "{":
            limits, condition = parse_lower_limits(at)
        else:
            token = at.take()
            limits = [SumRange(token.text + at.primes(), span=token.span)]
    if not limits and condition is None:
        at.fail("a sum needs its index", "\\sum_i, \\sum_{i=0}^{3}", start.span)
    limits = _apply_upper_limits(at, limits, high, start) if high else limits
    return [_apply_declared(at, x) for x in limits], condition


def _apply_declared(at: Parser, limit: SumRange) -> SumRange:
    """An index without limits has those that the text around the formula states."""
    stated = at.table.ranges.get(limit.name)
    if stated is None or limit.low or limit.high or limit.unequal:
        return limit
    return replace(limit, low=stated.low, high=stated.high)


def _parse_upper_limits(at: Parser) -> tuple[SyntaxNode, ...]:
    """`3`, `{3}`, or `{3,2}` with one for each index."""
    if at.peek().text != "{":
        return (at.table.as_index(at.group()),)
    at.take()
    with at.within():
        found = [at.index_sum()]
        while at.peek().text in {",", ";"}:
            at.take()
            found.append(at.index_sum())
        at.expect("}")
    return tuple(found)


def _apply_upper_limits(
    at: Parser, limits: list[SumRange], high: tuple[SyntaxNode, ...], start: ClaimToken
) -> list[SumRange]:
    r"""One upper limit is that of all indices, as in `\sum_{i,j=0}^{2}`."""
    if len(high) == 1:
        high *= len(limits)
    if len(high) != len(limits) or any(x.high for x in limits):
        said = f"{len(high)} upper limits for {len(limits)} indices"
        at.fail(said, "\\sum_{i=0}^{3} \\sum_{j=0}^{2}", start.span)
    return [replace(x, high=h) for x, h in zip(limits, high, strict=True)]


OPENING, CLOSING = {"(", "[", "{"}, {")", "]", "}"}


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
