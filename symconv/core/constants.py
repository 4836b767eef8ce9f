"""Numbers with a name: which a program has, and how they are written out."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction

from sympy import Rational, factorint

from .equation import Equation
from .nodes import NamedNumber


def constants_of(equations: Iterable[Equation]) -> tuple[NamedNumber, ...]:
    """The numbers with a name that equations read, in their order."""
    found = (n for e in equations for n in sorted(e.rhs.atoms(NamedNumber), key=str))
    return tuple(dict.fromkeys(found))


def decimal(value: Rational) -> str:
    """All digits of a number, as 0.00001; numerator and denominator where they never end."""
    exact = Fraction(int(value.p), int(value.q))
    if set(factorint(exact.denominator)) <= {2, 5}:
        digits = len(str(exact.numerator)) + len(str(exact.denominator)) * 4
        context = Context(prec=digits)
        return format(context.divide(Decimal(exact.numerator), Decimal(exact.denominator)), "f")
    return f"{exact.numerator}/{exact.denominator}"
