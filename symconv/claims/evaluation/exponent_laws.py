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
from typing import Any, cast

from symconv.semantics.protocol import Map

from .modular_field import Gates, ModularField, Undefined
from .residues import PRIME, Residue, residues_modulo

MOST_TERMS = 60
"""How many terms of a sum are followed.

Products of sums grow by multiplication; what is longer becomes a number of its own, which proves
less, never more.
"""

ROOTS = lcm(*range(1, 11))
Multiples = Mapping[int, Fraction]
ONE = 1
"""The residue of the number 1, of which a written number is a multiple."""

NUMBERS = (Residue, int, Fraction)
"""What is calculated with here; a number with a slope calculates with these itself."""


class ExpLogForm(Residue):
    """A residue with the terms that add up to it and the factors that multiply to it."""

    __slots__ = ("factors", "terms")

    def __init__(
        self, value: int, terms: Multiples | None = None, factors: Multiples | None = None
    ) -> None:
        super().__init__(value)
        self.terms: Multiples = {self.value: Fraction(1)} if terms is None else terms
        self.factors: Multiples = {self.value: Fraction(1)} if factors is None else factors

    @classmethod
    def of(cls, x: Any) -> ExpLogForm:
        """A number with its parts; a plain one is a part of its own."""
        if isinstance(x, ExpLogForm):
            return x
        return cls(x.value) if isinstance(x, Residue) else cls.of_number(Fraction(x))

    @classmethod
    def of_number(cls, value: Fraction) -> ExpLogForm:
        """A written number: a multiple of one."""
        residue = value.numerator * pow(value.denominator, -1, cls.modulus) % cls.modulus
        terms = {ONE: value} if value else {}
        return cls(residue, terms, {} if value == 1 else {residue: Fraction(1)})

    def __add__(self, other: Any) -> ExpLogForm:
        if not isinstance(other, NUMBERS):
            return NotImplemented
        o = self.of(other)
        if not (self.terms and o.terms):
            return self if self.terms else o
        terms = _add_multiples(self.terms, o.terms, Fraction(1))
        return type(self)(self.value + o.value, terms if len(terms) <= MOST_TERMS else None)

    __radd__ = __add__

    def __mul__(self, other: Any) -> ExpLogForm:
        if not isinstance(other, NUMBERS):
            return NotImplemented
        o = self.of(other)
        terms: dict[int, Fraction] | None = None
        if len(self.terms) * len(o.terms) <= MOST_TERMS:
            terms = {}
            for a, p in self.terms.items():
                each = {a * b % self.modulus: q for b, q in o.terms.items()}
                terms = _add_multiples(terms, each, p)
        factors = _add_multiples(self.factors, o.factors, Fraction(1))
        return type(self)(self.value * o.value, terms, factors)

    __rmul__ = __mul__

    __hash__ = Residue.__hash__


def _add_multiples(a: Multiples, b: Multiples, times: Fraction) -> dict[int, Fraction]:
    found = dict(a)
    # Most are added once, to what was not there: no product by 1 and no sum with 0 is made.
    for key, count in b.items():
        more = count if times == 1 else times * count
        found[key] = found[key] + more if key in found else more
    return {k: n for k, n in found.items() if n}


class ExponentLawField(ModularField):
    """The field in which exp and log are what their laws say, and nothing else is known of them."""

    def __init__(
        self, salt: int, gates: Gates = "free", prime: int = PRIME, *, roots: bool = False
    ) -> None:
        super().__init__(salt, gates, prime, roots=roots)
        self.form = cast("type[ExpLogForm]", residues_modulo(ExpLogForm, prime))
        self.logs: dict[int, ExpLogForm] = {}
        self.whole: dict[int, ExpLogForm] = {}
        self.positive: set[int] = set()

    @staticmethod
    def _numbers(*, roots: bool) -> type[Residue]:  # noqa: ARG004 - their parts are followed instead
        return ExpLogForm

    def entry(self, value: Residue) -> Residue:
        return self.form.of(value)

    def number(self, value: int | Fraction) -> Residue:
        if value > 0:
            self.positive.add(self.form.of_number(Fraction(value)).value)
        return self.form.of_number(Fraction(value))

    def function(self, name: str) -> Map:
        plain = super().function(name)
        if name in {"exp", "log", "sigmoid", "tanh", "softplus"}:
            return plain
        return lambda x: self.form.of(plain(self.form.of(x)))

    def _exp(self, x: Residue) -> Residue:
        """The product of exp(term), each to its multiple; exp(log a) is a."""
        argument, result = self.form.of(x), self.form.of_number(Fraction(1))
        for key, count in argument.terms.items():
            result = result * self._one(key, count)
        self.positive.add(result.value)
        self.logs.setdefault(result.value, argument)
        return result

    def _one(self, key: int, count: Fraction) -> ExpLogForm:
        known = self.whole.get(key)
        if known is not None and known.value in self.positive and count.denominator == 1:
            return self.form.of(self._whole_power(known, count.numerator))
        if ROOTS % count.denominator:
            key, count = key * count.numerator * pow(count.denominator, -1, self.prime), Fraction(1)
        base = 1 + self._hash("exponential", key % self.prime) % (self.prime - 1)
        # exp(a/q) must be a q-th root of exp(a): every exp(a) is a 2520th power, so for q up to 10
        # the root is a power with a whole exponent.
        found = self.form(pow(base, int(count * ROOTS), self.prime))
        self.logs.setdefault(found.value, self.form(key) * self.form.of_number(count))
        self.positive.add(found.value)
        return found

    def _log(self, x: Residue) -> Residue:
        """The sum of log(factor), each as often as it occurs; log(exp a) is a."""
        number, total = self.form.of(x), self.form.of_number(Fraction(0))
        if not number:
            raise Undefined("log(0)")
        # log(a b) = log a + log b is false for negative a and b (a square has a log, its root may
        # not), so a product is split only where every factor is known to be positive.
        split = all(key in self.positive for key in number.factors)
        factors = number.factors if split else {number.value: Fraction(1)}
        for key, count in factors.items():
            if key not in self.logs:
                found = self.form(self._hash("logarithm", key))
                self.logs[key], self.whole[found.value] = found, self.form(key)
            total = total + self.logs[key] * self.form.of_number(count)
        return total

    def log_sum_exp(self, values: Any) -> Residue:
        total = self.form.of_number(Fraction(0))
        for value in values:
            total = total + self._exp(value)
        self.positive.add(total.value)
        return self._log(total)

    def _sigmoid(self, x: Residue) -> Residue:
        """1/(1 + exp(-x)), of which the rest to 1 is exp(-x)/(1 + exp(-x))."""
        power = self.form.of(self._exp(x * -1))
        whole = power + 1
        found = self.form.of(self._whole_power(whole, -1))
        rest = power * found
        self.positive |= {power.value, whole.value, found.value}
        log_of_rest = self.form.of(self._log(rest))
        self.positive.add(rest.value)
        self.logs.setdefault(rest.value, log_of_rest)
        return found

    def _whole_power(self, x: Residue, exponent: int) -> Residue:
        base = self.form.of(x)
        value = super()._whole_power(base, exponent).value
        factors = {k: n * exponent for k, n in base.factors.items()} if exponent else {}
        # Small powers are multiplied out, so that exp((a + b)^2) is known; the terms of higher ones
        # are too many.
        if 0 <= exponent <= 3:
            found = self.form.of_number(Fraction(1))
            for _ in range(exponent):
                found = found * base
            return self.form(value, found.terms, factors)
        if len(base.terms) == 1:
            ((key, count),) = base.terms.items()
            return self.form(value, {pow(key, exponent, self.prime): count**exponent}, factors)
        return self.form(value, None, factors)

    def _root(self, x: Residue) -> Residue:
        return self.form(super()._root(x).value)
