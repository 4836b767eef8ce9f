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

from .modular_field import PRIME, Gates, ModularField, Residue, Undefined

MOST_TERMS = 60
"""How many terms of a sum are followed.

Products of sums grow by multiplication; what is longer becomes a number of its own, which proves
less, never more.
"""

ROOTS = lcm(*range(1, 11))
Multiples = Mapping[int, Fraction]
ONE = 1
"""The residue of the number 1, of which a written number is a multiple."""


class ExpLogForm(Residue):
    """A residue with the terms that add up to it and the factors that multiply to it."""

    __slots__ = ("factors", "terms")

    def __init__(
        self, value: int, terms: Multiples | None = None, factors: Multiples | None = None
    ) -> None:
        super().__init__(value)
        self.terms: Multiples = {self.value: Fraction(1)} if terms is None else terms
        self.factors: Multiples = {self.value: Fraction(1)} if factors is None else factors

    def __add__(self, other: Any) -> ExpLogForm:
        o = as_exp_log_form(other)
        if not (self.terms and o.terms):
            return self if self.terms else o
        terms = _add_multiples(self.terms, o.terms, Fraction(1))
        return ExpLogForm(self.value + o.value, terms if len(terms) <= MOST_TERMS else None)

    __radd__ = __add__

    def __mul__(self, other: Any) -> ExpLogForm:
        o = as_exp_log_form(other)
        terms: dict[int, Fraction] | None = None
        if len(self.terms) * len(o.terms) <= MOST_TERMS:
            terms = {}
            for a, p in self.terms.items():
                terms = _add_multiples(terms, {a * b % PRIME: q for b, q in o.terms.items()}, p)
        factors = _add_multiples(self.factors, o.factors, Fraction(1))
        return ExpLogForm(self.value * o.value, terms, factors)

    __rmul__ = __mul__

    __hash__ = Residue.__hash__


def as_exp_log_form(x: Any) -> ExpLogForm:
    """A number with its parts; a plain one is a part of its own."""
    if isinstance(x, ExpLogForm):
        return x
    value = x.value if isinstance(x, Residue) else x
    return ExpLogForm(value) if isinstance(x, Residue) else exp_log_constant(Fraction(value))


def exp_log_constant(value: Fraction) -> ExpLogForm:
    """A written number: a multiple of one."""
    residue = value.numerator * pow(value.denominator, -1, PRIME) % PRIME
    terms = {ONE: value} if value else {}
    return ExpLogForm(residue, terms, {} if value == 1 else {residue: Fraction(1)})


def _add_multiples(a: Multiples, b: Multiples, times: Fraction) -> dict[int, Fraction]:
    found = dict(a)
    for key, count in b.items():
        found[key] = found.get(key, Fraction(0)) + times * count
    return {k: n for k, n in found.items() if n}


class ExponentLawField(ModularField):
    """The field in which exp and log are what their laws say, and nothing else is known of them."""

    def __init__(self, salt: int, gates: Gates = "free") -> None:
        super().__init__(salt, gates)
        self.logs: dict[int, ExpLogForm] = {}
        self.whole: dict[int, ExpLogForm] = {}
        self.positive: set[int] = set()

    def entry(self, value: Residue) -> Residue:
        return as_exp_log_form(value)

    def number(self, value: int | Fraction) -> Residue:
        if value > 0:
            self.positive.add(exp_log_constant(Fraction(value)).value)
        return exp_log_constant(Fraction(value))

    def function(self, name: str) -> Map:
        plain = super().function(name)
        if name in {"exp", "log", "sigmoid", "tanh", "softplus"}:
            return plain
        return lambda x: as_exp_log_form(plain(as_exp_log_form(x)))

    def _exp(self, x: Residue) -> Residue:
        """The product of exp(term), each to its multiple; exp(log a) is a."""
        argument, result = as_exp_log_form(x), exp_log_constant(Fraction(1))
        for key, count in argument.terms.items():
            result = result * self._one(key, count)
        self.positive.add(result.value)
        self.logs.setdefault(result.value, argument)
        return result

    def _one(self, key: int, count: Fraction) -> ExpLogForm:
        known = self.whole.get(key)
        if known is not None and known.value in self.positive and count.denominator == 1:
            return as_exp_log_form(self._whole_power(known, count.numerator))
        if ROOTS % count.denominator:
            key, count = key * count.numerator * pow(count.denominator, -1, PRIME), Fraction(1)
        base = 1 + self._hash("exponential", key % PRIME) % (PRIME - 1)
        # exp(a/q) must be a q-th root of exp(a): every exp(a) is a 2520th power, so for q up to 10
        # the root is a power with a whole exponent.
        found = ExpLogForm(pow(base, int(count * ROOTS), PRIME))
        self.logs.setdefault(found.value, ExpLogForm(key) * exp_log_constant(count))
        self.positive.add(found.value)
        return found

    def _log(self, x: Residue) -> Residue:
        """The sum of log(factor), each as often as it occurs; log(exp a) is a."""
        number, total = as_exp_log_form(x), exp_log_constant(Fraction(0))
        if not number:
            raise Undefined("log(0)")
        # log(a b) = log a + log b is false for negative a and b (a square has a log, its root may
        # not), so a product is split only where every factor is known to be positive.
        split = all(key in self.positive for key in number.factors)
        factors = number.factors if split else {number.value: Fraction(1)}
        for key, count in factors.items():
            if key not in self.logs:
                found = ExpLogForm(self._hash("logarithm", key))
                self.logs[key], self.whole[found.value] = found, ExpLogForm(key)
            total = total + self.logs[key] * exp_log_constant(count)
        return total

    def log_sum_exp(self, values: Any) -> Residue:
        total = exp_log_constant(Fraction(0))
        for value in values:
            total = total + self._exp(value)
        self.positive.add(total.value)
        return self._log(total)

    def _sigmoid(self, x: Residue) -> Residue:
        """1/(1 + exp(-x)), of which the rest to 1 is exp(-x)/(1 + exp(-x))."""
        power = as_exp_log_form(self._exp(x * -1))
        whole = power + 1
        found = as_exp_log_form(self._whole_power(whole, -1))
        rest = power * found
        self.positive |= {power.value, whole.value, found.value}
        log_of_rest = as_exp_log_form(self._log(rest))
        self.positive.add(rest.value)
        self.logs.setdefault(rest.value, log_of_rest)
        return found

    def _whole_power(self, x: Residue, exponent: int) -> Residue:
        base = as_exp_log_form(x)
        value = super()._whole_power(base, exponent).value
        factors = {k: n * exponent for k, n in base.factors.items()} if exponent else {}
        # Small powers are multiplied out, so that exp((a + b)^2) is known; the terms of higher ones
        # are too many.
        if 0 <= exponent <= 3:
            found = exp_log_constant(Fraction(1))
            for _ in range(exponent):
                found = found * base
            return ExpLogForm(value, found.terms, factors)
        if len(base.terms) == 1:
            ((key, count),) = base.terms.items()
            return ExpLogForm(value, {pow(key, exponent, PRIME): count**exponent}, factors)
        return ExpLogForm(value, None, factors)

    def _root(self, x: Residue) -> Residue:
        return ExpLogForm(super()._root(x).value)
