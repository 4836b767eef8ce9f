"""Signs between factors: whole quotients, what is left over, and `x ↑ s`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    FunctionCall,
    SyntaxNode,
    join_spans,
)

if TYPE_CHECKING:
    from .parser import Parser


def make_product(sign: str, left: SyntaxNode, right: SyntaxNode) -> SyntaxNode:
    """A product or quotient; `a // b` is the floor of a / b, and `a % b` what is left over."""
    span = join_spans(left, right)
    if sign not in {"//", "%", "mod"}:
        return BinaryExpression(sign, left, right, span=span)
    if sign != "//":
        return FunctionCall("modulo", (left, right), span=span)
    return FunctionCall("floor", (BinaryExpression("/", left, right, span=span),), span=span)


def parse_dilation(at: Parser, base: SyntaxNode) -> SyntaxNode:
    """`x ↑ s`: zeros between the entries of an array."""
    at.take()
    factor = at.table.as_index(at.base())
    return FunctionCall("dilate", (base, factor), span=(base.span[0], factor.span[1]))
