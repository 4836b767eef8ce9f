"""Numbers for replaying a derivation: exact or floats, with a tape that knows their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any
from zlib import crc32

Number = Any
Function = Callable[[Number], Number]
LARGEST_EXPONENT = 64
"""The largest exponent of an exact power.

Formulas have 2, -1 and -2; long results are refused by their digits as well.
"""

LONGEST = 20_000
"""The most binary digits of an exact number."""


class NoValueError(ArithmeticError):
    """A formula without a value at these entries, such as 1/0 or log(-1)."""


class TapeNumber:
    """A number that remembers which numbers it came from, and with which slopes."""

    __slots__ = ("order", "parents", "value")
    counter = count()

    def __init__(self, value: Number, parents: tuple[tuple[TapeNumber, Number], ...] = ()) -> None:
        self.value = value
        self.parents = parents
        self.order = next(TapeNumber.counter)

    def __add__(self, other: Any) -> TapeNumber:
        if isinstance(other, TapeNumber):
            return TapeNumber(self.value + other.value, ((self, 1), (other, 1)))
        return TapeNumber(self.value + other, ((self, 1),))

    __radd__ = __add__

    def __mul__(self, other: Any) -> TapeNumber:
        if isinstance(other, TapeNumber):
            return TapeNumber(self.value * other.value, ((self, other.value), (other, self.value)))
        return TapeNumber(self.value * other, ((self, other),))

    __rmul__ = __mul__


def primal_value(x: Number) -> Number:
    """The number itself, without its history."""
    return x.value if isinstance(x, TapeNumber) else x


def backpropagate(results: Mapping[TapeNumber, Number]) -> dict[TapeNumber, Number]:
    """d(sum of weight * result)/d(node) for every node that the results came from."""
    found: dict[TapeNumber, Number] = dict(results)
    waiting, seen = list(results), set(results)
    while waiting:
        for parent, _ in waiting.pop().parents:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    # Later numbers first: when a node is reached, everything that came from it has added its share.
    for node in sorted(seen, key=lambda n: -n.order):
        for parent, slope in node.parents:
            found[parent] = found.get(parent, 0) + found.get(node, 0) * slope
    return found


def _hash_function(name: str) -> Function:
    """A function with pseudo-random values: what holds for it holds for every function."""
    return lambda x: Fraction(2 + crc32(f"{name} {Fraction(x)}".encode()) % 23)


def _hash_odd(name: str) -> Function:
    """A function with f(-x) = -f(x)."""
    return lambda x: ((x > 0) - (x < 0)) * _hash_function(name)(abs(x))


def _step(x: Number) -> int:
    return int(x > 0)


EXACT: Mapping[str, Function] = {
    "relu": lambda x: max(x, 0),
    "step": _step,
    "absolute": abs,
    "sigmoid": _hash_function("sigmoid"),
    "softplus": _hash_function("softplus"),
    "tanh": _hash_odd("tanh"),
    "sin": _hash_odd("sin"),
    "cos": lambda x: _hash_function("cos")(abs(x)) if x else 1,
}
FLOATS: Mapping[str, Function] = {
    "relu": lambda x: max(x, 0.0),
    "step": _step,
    "absolute": abs,
    "sigmoid": lambda x: 0.5 * (1 + math.tanh(x / 2)),
    "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "erf": math.erf,
    "exp": math.exp,
    "log": math.log,
}


def _slope(  # noqa: C901, PLR0911 - one case a function
    name: str, functions: Mapping[str, Function], x: Number, y: Number
) -> Number:
    """f'(x), from x and y = f(x)."""
    match name:
        case "tanh":
            return 1 - y * y
        case "sigmoid":
            return y * (1 - y)
        case "softplus":
            return functions["sigmoid"](x)
        case "relu":
            return _step(x)
        case "absolute":
            return _step(x) - _step(-x)
        case "sin":
            return functions["cos"](x)
        case "cos":
            return -functions["sin"](x)
        case "erf":
            return 2 / math.sqrt(math.pi) * functions["exp"](-x * x)
        case "exp":
            return y
        case "log":
            return 1 / x
    return 0


def apply_with_slope(name: str, functions: Mapping[str, Function], x: Number) -> Number:
    """f(x), with its slope where x has a history."""
    plain = primal_value(x)
    try:
        y = functions[name](plain)
        if not isinstance(x, TapeNumber):
            return y
        return TapeNumber(y, ((x, _slope(name, functions, plain, y)),))
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise NoValueError(str(error)) from None


def raise_power(x: Number, exponent: Fraction) -> Number:
    """X ** exponent, an integer where x is exact."""
    plain = primal_value(x)
    try:
        y, lower = _primal_power(plain, exponent), exponent - 1
        slope = (
            exponent * _primal_power(plain, lower) if isinstance(x, TapeNumber) and exponent else 0
        )
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise NoValueError(str(error)) from None
    return (
        TapeNumber(y, ((x, float(slope) if isinstance(y, float) else slope),))
        if isinstance(x, TapeNumber)
        else y
    )


def _primal_power(x: Number, exponent: Fraction) -> Number:
    if isinstance(x, float):
        return math.pow(x, exponent)
    if exponent.denominator != 1 or abs(exponent) > LARGEST_EXPONENT:
        raise NoValueError(f"the exponent {exponent}")
    x = Fraction(x)
    # Before the power is computed: afterwards would be too late.
    size = max(x.numerator.bit_length(), x.denominator.bit_length()) * abs(exponent.numerator)
    if size > LONGEST:
        raise NoValueError("a number of too many digits")
    return x**exponent.numerator


def reduce_log_sum_exp(values: Sequence[Number]) -> Number:
    """log sum exp, the slope by each value being exp(value - result)."""
    plain = [float(primal_value(v)) for v in values]
    largest = max(plain)
    result = largest + math.log(sum(math.exp(v - largest) for v in plain))
    parents = ((v, p) for v, p in zip(values, plain, strict=True) if isinstance(v, TapeNumber))
    history = tuple((v, math.exp(p - result)) for v, p in parents)
    return TapeNumber(result, history) if history else result
