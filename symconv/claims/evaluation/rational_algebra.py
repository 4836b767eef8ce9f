"""Exact rationals, functions to sixty digits: the arithmetic of numbers and counterexamples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from mpmath import cos, erf, exp, log, mp, mpf, sin, sqrt, workprec

from symconv.claims.model.errors import MOST_BITS, ClaimError
from symconv.semantics.protocol import Map, OrderedScalars, stable_log_sum_exp, unknown_function

from .modular_field import Undefined

BITS = 220
"""The binary digits of exp, log and roots:

66 decimal ones. Exact comparisons are made with intervals; these values are for what is shown and
for printed digits.
"""

LARGEST = 4_000
"""The largest argument of exp. exp(4000) has 1,738 digits; longer numbers take longer."""


class Rationals(OrderedScalars):
    """Fractions; `slope_at_zero` is the value taken for relu'(0), `last_wins` breaks ties."""

    def __init__(self, slope_at_zero: int = 0, *, last_wins: bool = False) -> None:
        self.slope_at_zero = slope_at_zero
        self.last_wins = last_wins

    def number(self, value: int | Fraction) -> Fraction:
        return Fraction(value)

    def constant(self, value: float, name: str) -> Fraction:
        return _fraction(getattr(mp, name, mpf(value)) * mpf(1))

    def function(self, name: str) -> Map:
        known: dict[str, Map] = {
            "exp": _exp,
            "log": _log,
            "sigmoid": lambda x: 1 / (1 + _exp(-Fraction(x))),
            "tanh": lambda x: 2 / (1 + _exp(-2 * Fraction(x))) - 1,
            "softplus": lambda x: _log(1 + _exp(x)),
            "sin": lambda x: _transcendental(sin, x),
            "cos": lambda x: _transcendental(cos, x),
            "erf": lambda x: _transcendental(erf, x),
            "step": self._step,
            "relu": lambda x: max(x, Fraction(0)),
            "absolute": abs,
        }
        if name not in known:
            raise unknown_function(name)
        return known[name]

    def _step(self, x: Fraction) -> Fraction:
        return Fraction(int(x > 0) if x else self.slope_at_zero)

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator == 1:
            return lambda x: rational_power(Fraction(x), exponent.numerator)
        return lambda x: _root(Fraction(x), exponent)

    def log_sum_exp(self, values: Sequence[Fraction]) -> Fraction:
        total: Fraction = stable_log_sum_exp(self, values)
        return total

    def first_maximiser(self, values: Sequence[Fraction]) -> int:
        best = max(values)
        places = [n for n, v in enumerate(values) if v == best]
        return places[-1] if self.last_wins else places[0]


def rational_power(x: Fraction, exponent: int) -> Fraction:
    """X ** exponent, refused where the result would be huge."""
    if exponent < 0 and not x:
        raise Undefined("1/0")
    bits = max(x.numerator.bit_length(), x.denominator.bit_length()) * abs(exponent)
    if bits > MOST_BITS:
        raise ClaimError(f"a power of {bits:,} bits", help="smaller numbers")
    return Fraction(x) ** exponent


def _exp(x: Fraction) -> Fraction:
    x = Fraction(x)
    if abs(x) > LARGEST:
        raise Undefined("exp of a large number")
    with workprec(BITS):
        return _fraction(exp(mpf(x.numerator) / x.denominator)) if x else Fraction(1)


def _transcendental(function: Callable[[Any], Any], x: Fraction) -> Fraction:
    """The value of a function of mpmath's that all numbers have."""
    x = Fraction(x)
    if abs(x) > LARGEST:
        raise Undefined("a function of a large number")
    with workprec(BITS):
        return _fraction(function(mpf(x.numerator) / x.denominator))


def _log(x: Fraction) -> Fraction:
    x = Fraction(x)
    if x <= 0:
        raise Undefined("the logarithm of a number that is not positive")
    with workprec(BITS):
        return _fraction(log(mpf(x.numerator) / x.denominator))


def _root(x: Fraction, exponent: Fraction) -> Fraction:
    if x < 0 or (x == 0 and exponent < 0) or exponent.denominator != 2:
        raise Undefined("a root that is not real")
    with workprec(BITS):
        return rational_power(_fraction(sqrt(mpf(x.numerator) / x.denominator)), exponent.numerator)


def _fraction(x: mpf) -> Fraction:
    with workprec(BITS):
        sign, mantissa, exponent, _ = mpf(x)._mpf_
    return Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** int(exponent)
