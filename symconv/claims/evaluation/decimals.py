"""Exact values as decimals for a person."""

from __future__ import annotations

from fractions import Fraction

from mpmath import mpf, nstr, workprec

from .arrays import Array, Value

MOST_ENTRIES = 9
WHOLE = 40
SMALL = Fraction(1, 10**300)


def entries(value: Value) -> list[Fraction]:
    """The numbers of a value, row by row."""
    return list(value.entries) if isinstance(value, Array) else [value]


def decimal(x: Fraction, digits: int = 12) -> str:
    """A number to some digits; a whole number in full, if it is not longer than that."""
    if x.denominator == 1 and abs(x) < 10 ** max(digits, WHOLE):
        return str(x)
    if SMALL < abs(x) < 1 / SMALL:
        return f"{float(x):.{digits}g}"
    with workprec(4 * digits + 20):
        return str(nstr(mpf(x.numerator) / x.denominator, digits))


def shown(value: Value) -> str:
    """A value as a number, a list or a list of rows."""
    texts = [decimal(x) for x in entries(value)]
    if not isinstance(value, Array):
        return texts[0]
    grid = value.grid()
    if len(grid) == 2:
        rows = [texts[r * grid[1] : (r + 1) * grid[1]] for r in range(grid[0])]
        return "[" + ", ".join("[" + ", ".join(r) + "]" for r in rows) + "]"
    return "[" + ", ".join(texts) + "]"


def entry_by_entry(truth: Value, claim: Value) -> str:
    """Where two values differ."""
    a, b = entries(truth), entries(claim)
    b = b * len(a) if b == [0] else b
    if len(a) != len(b):
        return f"the true value has {len(a)} entries, yours {len(b)}"
    wrong = [(k, x, y) for k, (x, y) in enumerate(zip(a, b, strict=True), start=1) if x != y]
    said = [f"entry {k}: true {decimal(x)}, yours {decimal(y)}" for k, x, y in wrong]
    return "; ".join(said[:MOST_ENTRIES])
