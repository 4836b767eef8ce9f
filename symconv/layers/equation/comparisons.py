"""Brackets in an equation of one's own: [i = j] of places, [x > 0] of values, [t[b] = q] of labels.

Their derivative is 0, as that of every bracket.
"""

from __future__ import annotations

from sympy import Expr, Integer, KroneckerDelta, expand

from symconv.core.nodes import Box, step
from symconv.language.tree import BracketNode, ElementwiseCall, EquationNode, NumberLiteral

from .indices import IndexTranslator, Known, largest_value, smallest_value

MIRRORED = {">": "<", ">=": "<="}
"""What `a > b` says of b and a."""


def compare_places(places: IndexTranslator, node: BracketNode, known: Known) -> Expr:
    """[a = b], [a < b] and the like for sums of indices and sizes."""
    if node.relation in MIRRORED:
        turned = BracketNode(node.span, MIRRORED[node.relation], node.right, node.left)  # type: ignore[arg-type]
        return compare_places(places, turned, known)
    modulo = next((n for n in (node.left, node.right) if _is_modulo(n)), None)
    if isinstance(modulo, ElementwiseCall):
        other = node.right if modulo is node.left else node.left
        return _compare_remainder(places, node, modulo, other, known)
    left, right = places.entry(node.left, known), places.entry(node.right, known)
    if node.relation in {"=", "!="}:
        equal = KroneckerDelta(left, right)
        return equal if node.relation == "=" else 1 - equal
    # left <= right says that 0 <= right - left, below one more than it can be.
    gap = expand(right - left - (1 if node.relation == "<" else 0))
    return Box(gap, expand(largest_value(gap, known) + 1))


def _is_modulo(node: EquationNode) -> bool:
    return isinstance(node, ElementwiseCall) and node.function == "mod"


def _compare_remainder(
    places: IndexTranslator,
    node: BracketNode,
    modulo: ElementwiseCall,
    other: EquationNode,
    known: Known,
) -> Expr:
    """[mod(i, k) = r] says that (i - r)/k is a whole number, for i >= 0 and 0 <= r < k."""
    place, count = (places.place(a, known) for a in modulo.arguments)
    rest = Integer(int(other.digits)) if _is_whole(other) else None  # type: ignore[attr-defined]
    whole = isinstance(count, Integer) and count > 0
    if node.relation not in {"=", "!="} or rest is None or not whole or not rest < count:
        places.fail("this remainder cannot be compared", node, "[mod(i, 2) = 0], numbers only")
    if not smallest_value(place, known).is_nonnegative:
        places.fail(f"{place} may be negative", modulo, "the remainder of 0 or more")
    box = Box(expand((place - rest) / count), expand(largest_value(place, known) + 1))
    return box if node.relation == "=" else 1 - box


def _is_whole(node: EquationNode) -> bool:
    return isinstance(node, NumberLiteral) and node.digits.isdigit()


def compare_values(relation: str, a: Expr, b: Expr) -> Expr:
    """[a > b] = step(a - b), and the other relations from it; all have the derivative 0."""
    above, below = step(a - b), step(b - a)
    by = {
        ">": above,
        "<": below,
        ">=": 1 - below,
        "<=": 1 - above,
        "!=": above + below,
        "=": 1 - above - below,
    }
    return by[relation]
