"""Numbers of a model as a network text may write them: exactly, or not at all."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

from symconv.language.parser import MOST_DIGITS
from symconv.network.parser import NUMBER

LARGEST_ROOT = 1_000_000
"""The largest number under a root that a factor is tried as: 1/sqrt(d) for a dimension d."""

LARGEST_DENOMINATOR = 1_000
"""The largest denominator that a factor is tried with, such as 1/49 for a mean over 7 x 7."""

DIGITS = re.compile(r"[0-9]+(\.[0-9]+)?")


def write_number(value: float) -> str | None:
    """The number in an equation, such as `0.5`, `1/sqrt(8)` or `1/49`; None where it has none.

    A text that is returned has exactly the value as its nearest floating point number.
    """
    if not math.isfinite(value):
        return None
    sign, size = ("-" if value < 0 else ""), abs(value)
    found = _write_positive(size)
    if found is None:
        return None
    plain = not sign and ("/" not in found)
    return found if plain else f"({sign}{found})"


def _write_positive(size: float) -> str | None:
    decimal = format(Decimal(repr(float(size))), "f").removesuffix(".0")
    if DIGITS.fullmatch(decimal) and len(decimal) <= MOST_DIGITS:
        return decimal
    square = size * size
    for text, square_root in (("sqrt({})", square), ("1/sqrt({})", 1 / square if square else 0)):
        n = round(square_root) if square_root < LARGEST_ROOT else 0
        if n and size in {math.sqrt(n), 1 / math.sqrt(n)}:
            return text.format(n)
    fraction = Fraction(size).limit_denominator(LARGEST_DENOMINATOR)
    if fraction.numerator / fraction.denominator == size and fraction.numerator < LARGEST_ROOT:
        return f"{fraction.numerator}/{fraction.denominator}"
    return None


def write_option(value: float) -> str | None:
    """The number as an option of a layer, such as `epsilon 1e-5`; None where it has none."""
    text = repr(float(value)).removesuffix(".0")
    text = re.sub(r"e([+-])0?([0-9]+)", lambda m: f"e{m[1].strip('+')}{m[2]}", text)
    return text if NUMBER.fullmatch(text) else None
