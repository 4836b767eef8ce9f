"""Numbers as people calculate with them: exact as long as possible, written with few digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, localcontext
from decimal import Decimal as Scaled
from fractions import Fraction
from typing import Literal

from symconv.render.formula.tree import DisplayDecimal, DisplayQuotient, DisplayTree
from symconv.render.formula.tree_helpers import negate
from symconv.semantics.algebra import Reals
from symconv.semantics.protocol import OrderedScalars

Number = int | Fraction | float
NumberVerdict = Literal["equal", "rounded", "truncated", "opposite", "different"]

MOST_DECIMALS = 12
"""Decimals that end after so many digits are shown in full.

Products of six factors like 0.25 do.
"""

LARGEST_DENOMINATOR = 999
"""Other fractions are shown as such up to three digits below the line; then as rounded decimals."""

SIGNIFICANT = 6
"""To how many significant digits numbers are rounded that are not shown in full."""

KNOWN: dict[tuple[str, int], Fraction] = {
    ("sigmoid", 0): Fraction(1, 2),
    ("tanh", 0): Fraction(0),
    ("exp", 0): Fraction(1),
    ("log", 1): Fraction(0),
}
"""Values of transcendental functions that are rational."""


class ExactOrFloat(OrderedScalars):
    """Fractions, until a function whose values are not rational turns them into floats."""

    def number(self, value: int | Fraction) -> Number:
        return int(value) if value.denominator == 1 else value

    def constant(self, value: float, name: str) -> Number:  # noqa: ARG002 - the protocol's name
        return value

    def function(self, name: str) -> Callable[[Number], Number]:
        if name in {"relu", "step"}:
            return (lambda x: max(x, 0)) if name == "relu" else (lambda x: int(x > 0))
        real = Reals().function(name)
        return lambda x: KNOWN[name, x] if (name, x) in KNOWN else real(x)  # type: ignore[index]

    def log_sum_exp(self, values: Sequence[Number]) -> Number:
        largest = max(map(float, values))
        return largest + math.log(math.fsum(math.exp(float(x) - largest) for x in values))

    def power(self, exponent: Fraction) -> Callable[[Number], Number]:
        if exponent.denominator != 1:
            return lambda x: float(x) ** float(exponent)
        whole = exponent.numerator
        return lambda x: (Fraction(x) if isinstance(x, int) else x) ** whole


def is_exact(value: Number) -> bool:
    """Whether a number is rational, and not a float."""
    return not isinstance(value, float)


def display_number(value: Number, digits: int | None) -> tuple[DisplayTree, bool]:
    """A number as it is shown, and whether that is all of it.

    Without `digits`: a decimal in full where it ends soon, a small fraction as a fraction, anything
    else to six significant digits.
    """
    form, exact = _display_magnitude(-value if value < 0 else value, digits)
    zero = form == DisplayDecimal("0")
    return (negate(form) if value < 0 and not zero else form), exact


def _display_magnitude(size: Number, digits: int | None) -> tuple[DisplayTree, bool]:
    if digits is not None:
        text = round_decimal(size, digits)
        return DisplayDecimal(text), is_exact(size) and Fraction(text) == size
    if isinstance(size, float):
        return DisplayDecimal(f"{size:.{SIGNIFICANT}g}"), False
    decimals = _count_decimals(Fraction(size))
    if decimals is not None and decimals <= MOST_DECIMALS:
        return DisplayDecimal(round_decimal(size, decimals)), True
    if size.denominator <= LARGEST_DENOMINATOR:
        return _display_fraction(Fraction(size)), True
    return DisplayDecimal(f"{float(size):.{SIGNIFICANT}g}"), False


def _display_fraction(size: Fraction) -> DisplayTree:
    return DisplayQuotient(
        DisplayDecimal(str(size.numerator)), DisplayDecimal(str(size.denominator))
    )


def _count_decimals(size: Fraction) -> int | None:
    """How many decimals a fraction has; None where they never end."""
    rest, twos, fives = size.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def round_decimal(value: Number, digits: int, how: str = ROUND_HALF_UP) -> str:
    """A number with so many decimals, without zeros at the end."""
    whole = Fraction(value)
    with localcontext() as context:
        context.prec = 60 + digits
        quotient = Scaled(whole.numerator) / Scaled(whole.denominator)
        text = f"{quotient.quantize(Scaled(1).scaleb(-digits), rounding=how):f}"
    short = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if short == "-0" else short


def compare_number(value: Number, claimed: str) -> NumberVerdict:
    """How a number written by hand relates to the value: all of it, rounded, cut, or neither."""
    hand = Fraction(claimed)
    if is_exact(value) and hand == Fraction(value):
        return "equal"
    digits = len(claimed.partition(".")[2])
    if Fraction(round_decimal(value, digits)) == hand:
        return "rounded"
    cut = Fraction(int(Fraction(value) * 10**digits), 10**digits)
    if cut == hand:
        return "truncated"
    return "opposite" if agrees_to_digits(-hand, value, digits) else "different"


def agrees_to_digits(hand: Fraction, value: Number, digits: int) -> bool:
    """Whether a number is the value to so many decimals."""
    return Fraction(round_decimal(value, digits)) == hand
