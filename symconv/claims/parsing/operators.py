"""Signs between factors: whole quotients, what is left over, and `x ↑ s`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Exponentiation,
    FunctionCall,
    SyntaxNode,
    TensorReference,
    join_spans,
)
from symconv.claims.readings.circled_times import CIRCLED_TIMES, ENTRIES, OUTER, WINDOW
from symconv.claims.readings.summed_power import INSIDE, OUTSIDE, SUMMED_POWER

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable


PRODUCTS = {OUTER: "", WINDOW: "*", ENTRIES: "had"}
"""The sign of what a circled times may mean; the outer product is a function."""


def make_product(table: SymbolTable, sign: str, left: SyntaxNode, right: SyntaxNode) -> SyntaxNode:
    """A product or quotient; `a // b` is the floor of a / b, and `a % b` what is left over."""
    span = join_spans(left, right)
    if sign == "otimes":
        windows = (WINDOW,) if _may_slide(table, left, right) else ()
        sign = PRODUCTS[table.choose(CIRCLED_TIMES, "", (OUTER, *windows, ENTRIES))]
        if not sign:
            return FunctionCall("outer", (left, right), span=span)
    if sign not in {"//", "%", "mod"}:
        return BinaryExpression(sign, left, right, span=span)
    if sign != "//":
        return FunctionCall("modulo", (left, right), span=span)
    return FunctionCall("floor", (BinaryExpression("/", left, right, span=span),), span=span)


def _may_slide(table: SymbolTable, *sides: SyntaxNode) -> bool:
    """Whether a product may be the convolution of the network: no other layer's weight is in it."""
    context = table.context
    names = {n.letter for s in sides for n in s.walk() if isinstance(n, TensorReference)}
    weights = {t.name.letter for t in context.forward.tensors if t.role == "parameter"}
    return bool(context.kernels) and not names & (weights - set(context.kernels))


def raise_sum(at: Parser, found: FunctionCall, exponent: SyntaxNode) -> SyntaxNode:
    """`sum (x - t)^2`: a power that stands behind the brackets of a sum."""
    span = join_spans(found, exponent)
    if at.table.choose(SUMMED_POWER, "", (INSIDE, OUTSIDE)) == OUTSIDE:
        return Exponentiation(found, exponent, span=span)
    (body,) = found.arguments
    return replace(found, arguments=(Exponentiation(body, exponent, span=span),), span=span)


def parse_dilation(at: Parser, base: SyntaxNode) -> SyntaxNode:
    """`x ↑ s`: zeros between the entries of an array."""
    at.take()
    factor = at.table.as_index(at.base())
    return FunctionCall("dilate", (base, factor), span=(base.span[0], factor.span[1]))
