"""The two algebras of numbers: floating point numbers, and exact rationals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from zlib import crc32

from symconv.core.errors import Unsupported

from .protocol import Map, OrderedScalars, Scalar, stable_log_sum_exp, unknown_function


class Reals(OrderedScalars):
    """Floating point numbers and the real functions."""

    FUNCTIONS: Mapping[str, Map] = {
        # 1 / (1 + exp(-x)) overflows for large negative x; tanh does not.
        "sigmoid": lambda x: (1 + math.tanh(x / 2)) / 2,
        "tanh": math.tanh,
        "exp": math.exp,
        "log": math.log,
        "relu": lambda x: max(x, 0.0),
        "step": lambda x: 1.0 if x > 0 else 0.0,
        # log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)): the exponent is never positive.
        "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
        "absolute": abs,
        "sin": math.sin,
        "cos": math.cos,
        "erf": math.erf,
    }

    def number(self, value: int | Fraction) -> float:
        return float(value)

    def constant(self, value: float, name: str) -> float:  # noqa: ARG002 - the protocol's name
        return value

    def function(self, name: str) -> Map:
        if name not in self.FUNCTIONS:
            raise unknown_function(name)
        return self.FUNCTIONS[name]

    def log_sum_exp(self, values: Sequence[Scalar]) -> Scalar:
        return stable_log_sum_exp(self, values)

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator == 1:
            return lambda x: x**exponent.numerator
        # `math.pow` refuses a negative base with a fraction as its exponent; `**` would go on with
        # a complex number.
        return lambda x: math.pow(x, exponent)


class Exact(OrderedScalars):
    """Integers and rationals; transcendental functions are uninterpreted.

    An uninterpreted function has pseudo-random values keyed on its argument, so that a formula is
    right for it only if it is right for *every* function with the same derivative rule (`SLOPES`).
    What SymPy takes for granted holds: tanh, sin and erf are odd, cos is even, log(1) = 0, exp
    turns sums of integers into products.
    """

    def number(self, value: int | Fraction) -> int | Fraction:
        return int(value) if value.denominator == 1 else value

    def constant(self, value: float, name: str) -> Scalar:
        raise Unsupported(f"'{name}' (about {value:.3f}) is not a rational number")

    def function(self, name: str) -> Map:
        if name not in UNINTERPRETED:
            raise unknown_function(name)
        return UNINTERPRETED[name]

    def log_sum_exp(self, values: Sequence[Scalar]) -> Scalar:  # noqa: ARG002 - the protocol's name
        raise Unsupported("log-sum-exp has no exact value, since exp and log undo each other")

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator != 1:
            return lambda x: _root(x, exponent)
        if exponent >= 0:
            return lambda x: x**exponent.numerator
        return lambda x: self.number(Fraction(1) / Fraction(x) ** -exponent.numerator)


LEAST_VALUE, MOST_VALUES = 2, 17
"""The least value of an uninterpreted function, and how many values it takes.

None is 0, 1 or -1, since formulas divide by y, 1 - y and 1 + y, and none is large, or exact
fractions would grow long.
"""

LARGEST_EXPONENT = 10_000
"""The largest exponent of an exact exponential: 2^10000 has 3,011 digits."""


def _hash_argument(name: str, x: Scalar) -> int:
    """A small integer of at least 2 that depends on the name and the argument alone."""
    # Not `hash`: that of a text changes from one Python process to the next.
    return LEAST_VALUE + crc32(f"{name}({Fraction(x)})".encode()) % MOST_VALUES


def _hash_odd(name: str) -> Map:
    """An uninterpreted function with f(-x) = -f(x)."""

    def function(x: Scalar) -> int:
        return 0 if x == 0 else _hash_argument(name, abs(x)) * (1 if x > 0 else -1)

    return function


def _exponential(x: Scalar) -> Scalar:
    """2^n for an integer n, times a keyed number for the fractional part."""
    whole, part = divmod(Fraction(x), 1)
    if abs(whole) > LARGEST_EXPONENT:
        raise Unsupported(f"exp({whole}) is too large for exact arithmetic")
    scale = 2**whole if whole >= 0 else Fraction(1, 2**-whole)
    return scale * (_hash_argument("exp", part) if part else 1)


def _root(x: Scalar, exponent: Fraction) -> Fraction:
    """X ** exponent where it is a rational number."""
    x = Fraction(x)
    above, below = (_whole_root(abs(n), exponent.denominator) for n in x.as_integer_ratio())
    if x < 0 or above is None or below is None:
        raise Unsupported(f"({x}) ** ({exponent}) is not a rational number")
    return Fraction(above, below) ** exponent.numerator


def _whole_root(n: int, degree: int) -> int | None:
    # A root in floating point is off by a little: its neighbours are tried, and the power decides.
    near = round(n ** (1 / degree))
    return next((r for r in (near - 1, near, near + 1) if r >= 0 and r**degree == n), None)


UNINTERPRETED: Mapping[str, Map] = {
    "sigmoid": lambda x: _hash_argument("sigmoid", x),
    "tanh": _hash_odd("tanh"),
    "exp": _exponential,
    "log": lambda x: 0 if x == 1 else _hash_argument("log", x),
    "relu": lambda x: max(x, 0),
    "step": lambda x: int(x > 0),
    "softplus": lambda x: _hash_argument("softplus", x),
    "absolute": abs,
    "sin": _hash_odd("sin"),
    "cos": lambda x: 1 if x == 0 else _hash_argument("cos", abs(x)),
    "erf": _hash_odd("erf"),
}
"""The functions of exact arithmetic; relu, step and absolute are what their names say."""
