r"""Sums with and without limits: `\sum_{i=0}^{n} term`, `\sum_{i,j}`, `\sum_{i \neq j}`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Limit, Node, Total

if TYPE_CHECKING:
    from .parser import Parser


def total(at: Parser) -> Node:
    """A sum sign, its limits below and above in either order, and the term after it."""
    start = at.take()
    limits: list[Limit] = []
    high: Node | None = None
    while at.peek().text in {"_", "^"} and at.peek().kind == "op":
        if at.take().text == "_":
            limits = _lower(at)
        else:
            high = at.table.as_index(at.group())
    if not limits:
        at.fail("a sum needs its index", "\\sum_i, \\sum_{i=0}^{3}", start.span)
    if high is not None:
        limits[-1] = replace(limits[-1], high=high)
    with at.deeper():
        body = at.term()
    return Total(tuple(limits), body, span=(start.start, body.span[1]))


def _lower(at: Parser) -> list[Limit]:
    """The indices below the sign; `i,j=0` starts both at 0."""
    if at.peek().text != "{":
        token = at.take()
        return [Limit(token.text + at.primes(), span=token.span)]
    at.take()
    with at.inside_brackets():
        limits = [_limit(at)]
        while at.peek().text != "}":
            if at.peek().text == ",":
                at.take()
            limits.append(_limit(at))
        at.expect("}")
    low = limits[-1].low
    if low is not None and all(x.low is None for x in limits[:-1]):
        return [replace(x, low=low) for x in limits]
    return limits


def _limit(at: Parser) -> Limit:
    r"""`i`, `i=0`, `i \neq j`."""
    token = at.take()
    if token.kind != "name":
        at.fail("an index is expected here", "\\sum_{i=0}^{3}", token.span)
    name = token.text + at.primes()
    if at.peek().text == "=":
        at.take()
        return Limit(name, at.index_sum(), span=token.span)
    if at.peek().text == "!=":
        at.take()
        return Limit(name, unequal=at.index_sum(), span=token.span)
    return Limit(name, span=token.span)
