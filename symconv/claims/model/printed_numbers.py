"""Printed numbers: those of a part of a statement, and how they stand to the true ones."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from .tree import Matrix, Negative, Node, Number

EXACT, HALF_UNIT, TRUNCATED, OFF = "exact", "half a unit", "truncated", "off"


def literal(node: Node) -> list[Number] | None:
    """The printed numbers of a part that is a number or an array of numbers."""
    if isinstance(node, Number):
        return [node]
    if isinstance(node, Negative):
        inner = literal(node.body)
        if inner is None or len(inner) != 1:
            return None
        return [Number(-inner[0].value, inner[0].unit, span=node.span)]
    if isinstance(node, Matrix):
        rows = [literal(e) for row in node.rows for e in row]
        if any(r is None or len(r) != 1 for r in rows):
            return None
        return [r[0] for r in rows if r]
    return None


def printed(claim: Number, truth: Fraction) -> str:
    """How a printed number stands to the true one."""
    if claim.value == truth:
        return EXACT
    unit = claim.unit
    if unit is None or unit >= 1:
        return OFF
    if abs(claim.value - truth) * 2 <= unit:
        return HALF_UNIT
    toward_zero = floor(abs(truth) / unit) * unit * (1 if truth > 0 else -1)
    return TRUNCATED if toward_zero == claim.value else OFF
