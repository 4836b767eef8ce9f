"""The field with the laws of exponents: exp(a + b) = exp(a) exp(b), log(a b) = log a + log b.

Numbers remember how they are made: as a sum of multiples of others (`terms`), which exp turns into
a product, and as a product of powers (`factors`), which log turns into a sum where each of them is
known to be positive. What is equal here is equal for all numbers. What is too long to follow is a
number of its own, which proves less, never more.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

from symconv.semantics.protocol import Map

from .modular_field import PRIME, Field, Gates, Residue, Undefined

MOST_TERMS = 60
ROOTS = lcm(*range(1, 11))
Parts = Mapping[int, Fraction]
ONE = 1


class Made(Residue):
    """A residue with the terms that add up to it and the factors that multiply to it."""

    __slots__ = ("factors", "terms")

    def __init__(
        self, value: int, terms: Parts | None = None, factors: Parts | None = None
    ) -> None:
        super().__init__(value)
        self.terms: Parts = {self.value: Fraction(1)} if terms is None else terms
        self.factors: Parts = {self.value: Fraction(1)} if factors is None else factors

    def __add__(self, other: Any) -> Made:
        o = made(other)
        if not (self.terms and o.terms):
            return self if self.terms else o
        terms = _added(self.terms, o.terms, Fraction(1))
        return Made(self.value + o.value, terms if len(terms) <= MOST_TERMS else None)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Made:
        o = made(other)
        terms: dict[int, Fraction] | None = None
        if len(self.terms) * len(o.terms) <= MOST_TERMS:
            terms = {}
            for a, p in self.terms.items():
                terms = _added(terms, {a * b % PRIME: q for b, q in o.terms.items()}, p)
        factors = _added(self.factors, o.factors, Fraction(1))
        return Made(self.value * o.value, terms, factors)

    __rmul__ = __mul__

    __hash__ = Residue.__hash__


def made(x: Any) -> Made:
    """A number with its parts; a plain one is a part of its own."""
    if isinstance(x, Made):
        return x
    value = x.value if isinstance(x, Residue) else x
    return Made(value) if isinstance(x, Residue) else constant(Fraction(value))


def constant(value: Fraction) -> Made:
    """A written number: a multiple of one."""
    residue = value.numerator * pow(value.denominator, -1, PRIME) % PRIME
    terms = {ONE: value} if value else {}
    return Made(residue, terms, {} if value == 1 else {residue: Fraction(1)})


def _added(a: Parts, b: Parts, times: Fraction) -> dict[int, Fraction]:
    found = dict(a)
    for key, count in b.items():
        found[key] = found.get(key, Fraction(0)) + times * count
    return {k: n for k, n in found.items() if n}


class Exponents(Field):
    """The field in which exp and log are what their laws say, and nothing else is known of them."""

    def __init__(self, salt: int, gates: Gates = "free") -> None:
        super().__init__(salt, gates)
        self.logs: dict[int, Made] = {}
        self.whole: dict[int, Made] = {}
        self.positive: set[int] = set()

    def entry(self, value: Residue) -> Residue:
        return made(value)

    def number(self, value: int | Fraction) -> Residue:
        if value > 0:
            self.positive.add(constant(Fraction(value)).value)
        return constant(Fraction(value))

    def function(self, name: str) -> Map:
        plain = super().function(name)
        if name in {"exp", "log", "sigmoid", "tanh", "softplus"}:
            return plain
        return lambda x: made(plain(made(x)))

    def _exp(self, x: Residue) -> Residue:
        """The product of exp(term), each to its multiple; exp(log a) is a."""
        argument, result = made(x), constant(Fraction(1))
        for key, count in argument.terms.items():
            result = result * self._one(key, count)
        self.positive.add(result.value)
        self.logs.setdefault(result.value, argument)
        return result

    def _one(self, key: int, count: Fraction) -> Made:
        known = self.whole.get(key)
        if known is not None and known.value in self.positive and count.denominator == 1:
            return made(self._whole_power(known, count.numerator))
        if ROOTS % count.denominator:
            key, count = key * count.numerator * pow(count.denominator, -1, PRIME), Fraction(1)
        base = 1 + self._hash("exponential", key % PRIME) % (PRIME - 1)
        found = Made(pow(base, int(count * ROOTS), PRIME))
        self.logs.setdefault(found.value, Made(key) * constant(count))
        self.positive.add(found.value)
        return found

    def _log(self, x: Residue) -> Residue:
        """The sum of log(factor), each as often as it occurs; log(exp a) is a."""
        number, total = made(x), constant(Fraction(0))
        if not number:
            raise Undefined("log(0)")
        split = all(key in self.positive for key in number.factors)
        factors = number.factors if split else {number.value: Fraction(1)}
        for key, count in factors.items():
            if key not in self.logs:
                found = Made(self._hash("logarithm", key))
                self.logs[key], self.whole[found.value] = found, Made(key)
            total = total + self.logs[key] * constant(count)
        return total

    def log_sum_exp(self, values: Any) -> Residue:
        total = constant(Fraction(0))
        for value in values:
            total = total + self._exp(value)
        self.positive.add(total.value)
        return self._log(total)

    def _sigmoid(self, x: Residue) -> Residue:
        """1/(1 + exp(-x)), of which the rest to 1 is exp(-x)/(1 + exp(-x))."""
        power = made(self._exp(x * -1))
        whole = power + 1
        found = made(self._whole_power(whole, -1))
        rest = power * found
        self.positive |= {power.value, whole.value, found.value}
        log_of_rest = made(self._log(rest))
        self.positive.add(rest.value)
        self.logs.setdefault(rest.value, log_of_rest)
        return found

    def _whole_power(self, x: Residue, exponent: int) -> Residue:
        base = made(x)
        value = super()._whole_power(base, exponent).value
        factors = {k: n * exponent for k, n in base.factors.items()} if exponent else {}
        if 0 <= exponent <= 3:
            found = constant(Fraction(1))
            for _ in range(exponent):
                found = found * base
            return Made(value, found.terms, factors)
        if len(base.terms) == 1:
            ((key, count),) = base.terms.items()
            return Made(value, {pow(key, exponent, PRIME): count**exponent}, factors)
        return Made(value, None, factors)

    def _root(self, x: Residue) -> Residue:
        return Made(super()._root(x).value)
