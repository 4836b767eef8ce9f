"""Pieces of Python text that know how tightly they bind."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMPARE, BOTH, ADD, MULTIPLY, POWER, ATOM = range(6)
"""How tightly operators bind, the weakest first, in the order of Python: 0 to 5, of which only the
order matters. BOTH is that of `&`, which binds more tightly than a comparison."""

SIMPLE = re.compile(r"-?[A-Za-z_][\w.]*|-?\d+(\.\d+)?")


@dataclass(frozen=True)
class PythonText:
    """Text of an expression and the strength of its weakest operator."""

    text: str
    strength: int

    def within(self, strength: int) -> str:
        """The text as an operand of an operator of that strength."""
        return self.text if self.strength >= strength else f"({self.text})"

    def above(self, strength: int) -> str:
        """The text as an operand that must bind more tightly than that."""
        return self.text if self.strength > strength else f"({self.text})"


def join_operands(operator: str, parts: tuple[PythonText, ...], strength: int) -> PythonText:
    """Operands joined from left to right."""
    line = parts[0].within(strength)
    for part in parts[1:]:
        line += f" {operator} {part.above(strength)}"
    return PythonText(line, strength)


def join_power(base: PythonText, exponent: PythonText) -> PythonText:
    """base**exponent; blanks only around what is not a plain name or number."""
    # Power binds to the right: (a**b)**c needs its brackets, a**(b**c) does not.
    plain = all(SIMPLE.fullmatch(t.text) for t in (base, exponent))
    blank = "" if plain else " "
    return PythonText(f"{base.above(POWER)}{blank}**{blank}{exponent.within(POWER)}", POWER)


def is_simple(text: str) -> bool:
    """Whether a bound of a slice is written without blanks around the colon."""
    return SIMPLE.fullmatch(text) is not None
