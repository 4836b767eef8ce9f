"""Conditions: `x > 0`, alone in brackets as 0 or 1, or with a one as an indicator."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Cases, Compare, Node, Number, join

if TYPE_CHECKING:
    from .parser import Parser

COMPARISONS = {"<", ">", "<=", ">=", "!=", "="}
OPENING = {"[": "]", "{": "}", "(": ")"}
ONE, NONE = Number(Fraction(1)), Number(Fraction(0))


def condition(at: Parser, *, equal: bool = False) -> Node:
    """A formula, or two with a comparison between them; `=` counts where `equal` says so."""
    left = at.sum_of_terms()
    sign = at.peek()
    if sign.kind != "op" or sign.text not in COMPARISONS or (sign.text == "=" and not equal):
        return left
    at.take()
    right = at.sum_of_terms()
    return Compare(sign.text, left, right, span=join(left, right))


def as_number(node: Node) -> Node:
    """A condition as 1 where it holds and 0 elsewhere; other nodes as they are."""
    if not isinstance(node, Compare):
        return node
    return Cases(((ONE, node), (NONE, None)), span=node.span)


def indicator(at: Parser) -> Node:
    r"""What follows the one of an indicator: `[x > 0]`, `_{x > 0}`, `(x > 0)`."""
    if at.peek().text == "_":
        at.take()
    opening = at.take()
    if opening.text not in OPENING:
        at.fail("the condition of the indicator is missing", "1[x > 0]", opening.span)
    with at.within():
        found = condition(at, equal=True)
        at.expect(OPENING[opening.text])
    if not isinstance(found, Compare):
        at.fail("a condition is expected here", "1[x > 0]", found.span)
    return as_number(found)
