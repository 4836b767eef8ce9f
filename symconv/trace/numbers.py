"""Numbers as people calculate with them: exact as long as possible, written with few digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal as Scaled
from decimal import localcontext
from fractions import Fraction
from typing import Literal

from symconv.core.errors import SymconvError
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

LARGEST_SHOWN = 10**40
"""Larger numbers are rounded as small ones are: 40 digits are more than a page shows."""

MOST_BITS = 14_000
"""The longest exact number in binary digits: Python writes out some 4,300 decimal ones."""

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
            return lambda x: math.pow(x, exponent)
        return lambda x: _raise_power(x, exponent.numerator)


def _raise_power(x: Number, exponent: int) -> Number:
    """X ** exponent; OverflowError before a number becomes longer than any that is kept."""
    if not isinstance(x, float) and _count_bits(x) * abs(exponent) > MOST_BITS:
        raise OverflowError
    return (Fraction(x) if isinstance(x, int) else x) ** exponent


def _count_bits(x: int | Fraction) -> int:
    return max(x.numerator.bit_length(), x.denominator.bit_length())


@contextmanager
def name_failures(name: str) -> Iterator[None]:
    """Say of which tensor there is no value, and why: a SymconvError instead of Python's own."""
    try:
        yield
    except ZeroDivisionError:
        raise SymconvError(f"'{name}' has no value here: a division by 0") from None
    except OverflowError:
        raise SymconvError(
            f"'{name}' has no value here: a number is too large", help="give smaller values"
        ) from None
    except ValueError:
        reason = "a root or a logarithm of a number that has none"
        raise SymconvError(f"'{name}' has no value here: {reason}") from None


def check_numbers(values: Iterable[Number]) -> None:
    """Raise an OverflowError where one is infinite, undefined, or too long to be written out."""
    for value in values:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise OverflowError
        elif _count_bits(value) > MOST_BITS:
            raise OverflowError


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
    if size >= LARGEST_SHOWN:
        return DisplayDecimal(_round_significant(size)), False
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
    return DisplayDecimal(_round_significant(size)), False


def _round_significant(size: Number) -> str:
    """Rounded to six digits, also where a float would be infinite or 0."""
    with suppress(OverflowError):
        near = float(size)
        if near or not size:
            return f"{near:.{SIGNIFICANT}g}"
    above, below = Fraction(size).as_integer_ratio()
    with localcontext() as context:
        context.prec = SIGNIFICANT
        return f"{(Scaled(above) / Scaled(below)).normalize():.{SIGNIFICANT}g}"


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


def round_decimal(value: Number, digits: int) -> str:
    """A number with so many decimals, halves away from zero, without zeros at the end."""
    above, below = Fraction(value).as_integer_ratio()
    whole = (2 * abs(above) * 10**digits + below) // (2 * below)
    before, after = divmod(whole, 10**digits)
    text = f"{before}.{after:0{digits}d}".rstrip("0").rstrip(".") if digits else str(before)
    return f"-{text}" if above < 0 and whole else text


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
