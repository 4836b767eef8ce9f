"""Numbers as they are written, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symconv.claims.model.syntax_tree import Numeral

if TYPE_CHECKING:
    from .parser import Parser


def parse_number(at: Parser) -> Numeral:
    """A decimal as an exact rational, with the weight of its last digit."""
    token = at.take()
    digits, _, exponent = token.text.lower().partition("e")
    power = int(exponent or 0)
    most = at.table.most_exponent
    if abs(power) > most:
        at.fail(f"the exponent {exponent} is too large", f"at most {most}", token.span)
    places = len(digits.partition(".")[2])
    # Half of it is what the last digit leaves open: 0.0364182 stands for 0.0364182 +- 0.00000005.
    unit = Fraction(10) ** (power - places)
    value = Fraction(digits if digits[0] != "." else "0" + digits) * Fraction(10) ** power
    return Numeral(value, unit, span=token.span)
