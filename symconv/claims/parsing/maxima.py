r"""Maxima over indices: `\max_{0 \le m, n < 2} x_{2 i + m}`, and `[(m, n) = argmax_{...} ...]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import FirstMaximum, Maximum, SumRange, SyntaxNode

from .sums import parse_limits

if TYPE_CHECKING:
    from .parser import Parser

SIGNS = {"max", "min", "argmax"}


def is_maximum(at: Parser) -> bool:
    """Whether a maximum with its indices below follows."""
    word = at.peek().text
    return word in SIGNS and at.peek(1).text == "_" and word not in at.table.letters


def parse_maximum(at: Parser) -> SyntaxNode:
    """The sign, the indices below it, and the term after it."""
    start = at.take()
    limits, condition = parse_limits(at, start)
    if condition is not None:
        at.fail("this condition of a maximum is not read", "\\max_{0 \\le m < 2}", start.span)
    with at.deeper():
        body = at.term()
    kept: tuple[SumRange, ...] = tuple(limits)
    span = (start.start, body.span[1])
    if start.text == "argmax":
        return FirstMaximum(kept, body, span=span)
    return Maximum(kept, body, smallest=start.text == "min", span=span)
