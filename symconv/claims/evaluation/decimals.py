"""Exact values as decimals, and how printed digits stand to the true value."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from mpmath import mpf, nstr, workprec

from symconv.claims.model.syntax_tree import ArrayLiteral, Numeral, SyntaxNode, UnaryMinus

from .arrays import ArrayValue, Value

MOST_ENTRIES = 9
"""How many entries that differ are listed: those of a 3 x 3 kernel."""

WHOLE = 40
"""Up to so many digits a whole number is written in full.

Numbers in a text have at most as many.
"""

SMALL = Fraction(1, 10**300)


def list_entries(value: Value) -> list[Fraction]:
    """The numbers of a value, row by row."""
    return list(value.entries) if isinstance(value, ArrayValue) else [value]


def format_decimal(x: Fraction, digits: int = 12) -> str:
    """A number to some digits; a whole number in full, if it is not longer than that."""
    if x.denominator == 1 and abs(x) < 10 ** max(digits, WHOLE):
        return str(x)
    if SMALL < abs(x) < 1 / SMALL:
        return f"{float(x):.{digits}g}"
    with workprec(4 * digits + 20):
        return str(nstr(mpf(x.numerator) / x.denominator, digits))


def format_value(value: Value) -> str:
    """A value as a number, a list or a list of rows."""
    texts = [format_decimal(x) for x in list_entries(value)]
    if not isinstance(value, ArrayValue):
        return texts[0]
    grid = value.grid()
    if len(grid) == 2:
        rows = [texts[r * grid[1] : (r + 1) * grid[1]] for r in range(grid[0])]
        return "[" + ", ".join("[" + ", ".join(r) + "]" for r in rows) + "]"
    return "[" + ", ".join(texts) + "]"


def describe_differences(truth: Value, claim: Value) -> str:
    """The entries in which two values differ, true and claimed, as one line."""
    a, b = list_entries(truth), list_entries(claim)
    b = b * len(a) if b == [0] else b
    if len(a) != len(b):
        return f"the true value has {len(a)} entries, yours {len(b)}"
    wrong = [(k, x, y) for k, (x, y) in enumerate(zip(a, b, strict=True), start=1) if x != y]
    said = [f"entry {k}: true {format_decimal(x)}, yours {format_decimal(y)}" for k, x, y in wrong]
    return "; ".join(said[:MOST_ENTRIES])


EXACT, HALF_UNIT, TRUNCATED, OFF = "exact", "half a unit", "truncated", "off"


def find_literals(node: SyntaxNode) -> list[Numeral] | None:
    """The printed numbers of a part that is a number or an array of numbers."""
    if isinstance(node, Numeral):
        return [node]
    if isinstance(node, UnaryMinus):
        inner = find_literals(node.body)
        if inner is None or len(inner) != 1:
            return None
        return [Numeral(-inner[0].value, inner[0].unit, span=node.span)]
    if isinstance(node, ArrayLiteral):
        rows = [find_literals(e) for e in node.entries]
        if any(r is None or len(r) != 1 for r in rows):
            return None
        return [r[0] for r in rows if r]
    return None


def classify_printed(claim: Numeral, truth: Fraction) -> str:
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
