"""Derivatives of what a text has defined itself: `y = 2x + 3z`, then `dy/dz = 3`."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from symconv.claims.check import Checker
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Exponentiation,
    Identifier,
    Numeral,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.claims.model.verdict import NOT_CHECKED, UNREADABLE, Verdict

QUOTIENT = re.compile(
    r"(?<![A-Za-z\\])d([a-z])\s*/\s*d([a-z])(?![A-Za-z_^0-9])"
    r"|\\frac\s*\{\s*(?:d|\\partial)\s*([a-z])\s*\}\s*\{\s*(?:d|\\partial)\s*([a-z])\s*\}"
)
POINTS = (2, 5, 11)
"""Where a slope is worked out: one that is the same at all three is taken for a constant.

Nothing else is: a polynomial of a degree that anybody types differs at one of them.
"""

MOST_DEGREE = 8
"""The highest power that is worked out."""

Slope = tuple[Fraction, Fraction]


class UnknownSlopeError(Exception):
    """A formula of another kind than sums, products and powers of plain names."""


def judge_own_derivative(checker: Checker, text: str, found: Verdict) -> Verdict:
    """The verdict on a chain of derivatives of what the text defines, where they are numbers.

    Different names are independent of each other unless one is defined by the other.
    """
    if found.verdict not in {NOT_CHECKED, UNREADABLE} or not checker.definitions:
        return found
    used: set[str] = set()
    slopes: list[Fraction] = []

    def work_out(match: re.Match[str]) -> str:
        of, by = (match[1], match[2]) if match[1] else (match[3], match[4])
        slopes.append(_constant_slope(checker, of, by, used))
        return f"({slopes[-1]})"

    try:
        worked = QUOTIENT.sub(work_out, text)
    except UnknownSlopeError:
        return found
    again = checker.verdict(worked) if used else found
    if again.verdict in {NOT_CHECKED, UNREADABLE}:
        return found
    note = f"worked out from what the text says {' and '.join(sorted(used))} is"
    return replace(again, text=found.text, notes=(note, *again.notes))


def _constant_slope(checker: Checker, of: str, by: str, used: set[str]) -> Fraction:
    """The derivative of one name by another, which must be a number."""
    parameters, body = checker.definitions.get(of, ((), None))
    if body is None or parameters:
        return Fraction(int(of == by))
    used.add(of)
    found = {_slope(body, by, point)[1] for point in POINTS}
    if len(found) != 1:
        raise UnknownSlopeError
    return found.pop()


def _slope(node: SyntaxNode, by: str, point: int) -> Slope:
    """The value and the slope of a formula, every name at a number of its own."""
    match node:
        case Numeral():
            return node.value, Fraction(0)
        case Identifier() | TensorReference():
            name = node.name if isinstance(node, Identifier) else node.letter
            if isinstance(node, TensorReference) and (node.indices or node.layer or node.kind):
                raise UnknownSlopeError
            return Fraction(point + sum(map(ord, name)) % 7), Fraction(int(name == by))
        case UnaryMinus():
            value, slope = _slope(node.body, by, point)
            return -value, -slope
        case Exponentiation(exponent=Numeral(value=power)) if power in range(MOST_DEGREE + 1):
            value, slope = _slope(node.base, by, point)
            degree = int(power)
            return value**degree, degree * value ** max(0, degree - 1) * slope
        case BinaryExpression():
            return _combine(
                node.operator, _slope(node.left, by, point), _slope(node.right, by, point)
            )
    raise UnknownSlopeError


def _combine(operator: str, left: Slope, right: Slope) -> Slope:
    (a, da), (b, db) = left, right
    if operator in {"+", "-"}:
        sign = 1 if operator == "+" else -1
        return a + sign * b, da + sign * db
    if operator in {"*", ""}:
        return a * b, da * b + a * db
    if operator == "/" and b:
        return a / b, (da * b - a * db) / (b * b)
    raise UnknownSlopeError
