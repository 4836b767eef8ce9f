"""The field with the laws of exponents and angles.

exp(a + b) = exp(a) exp(b), log(a b) = log a + log b, sin(a + b) = sin a cos b + cos a sin b.
Numbers remember how they are made: as a sum of multiples of others (`terms`), which exp turns into
a product, and as a product of powers (`factors`), which log turns into a sum where each of them is
known to be positive. What is equal here is equal for all numbers. What is too long to follow is a
number of its own, which proves less, never more.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any, ClassVar, cast

from symconv.semantics.protocol import Map

from .modular_field import Gates, ModularField, Undefined
from .residues import PRIME, Residue, residues_modulo

MOST_TERMS = 60
"""How many terms of a sum are followed.

Products of sums grow by multiplication; what is longer becomes a number of its own, which proves
less, never more.
"""

MOST_PRODUCTS = 10_000
"""Of how many products the factors are kept: sums that are too long are not followed anyway."""

ROOTS = lcm(*range(1, 11))
Multiples = Mapping[int, Fraction]
ONE = 1
"""The residue of the number 1, of which a written number is a multiple."""

NUMBERS = (Residue, int, Fraction)
"""What is calculated with here; a number with a slope calculates with these itself."""


class ExpLogForm(Residue):
    """A residue with the terms that add up to it and the factors that multiply to it."""

    __slots__ = ("factors", "terms")
    products: ClassVar[dict[int, Multiples]] = {}
    """The factors of every product of single terms, by its value; each field has its own."""

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
        found = type(self)(self.value * o.value, terms, factors)
        single = len(self.terms) == len(o.terms) == 1
        if single and len(factors) > 1 and len(self.products) < MOST_PRODUCTS:
            self.products[found.value] = factors
        return found

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
        form = residues_modulo(ExpLogForm, prime)
        self.form = cast("type[ExpLogForm]", type(form.__name__, (form,), {"products": {}}))
        self.residue = self.form
        self.logs: dict[int, ExpLogForm] = {}
        self.whole: dict[int, ExpLogForm] = {}
        self.positive: set[int] = {ONE}
        self.sums: dict[int, ExpLogForm] = {}
        self.logs[ONE] = self.form.of_number(Fraction(0))

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
            key, count = self._joined(key, count), Fraction(1)
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
        self._know_log_of_sum(number)
        for key in number.factors.keys() & self.sums.keys():
            self._know_log_of_sum(self.sums[key])
        # log(a b) = log a + log b is false for negative a and b (a square has a log, its root may
        # not), so a product is split only where every factor is known to be positive.
        split = number.value not in self.logs and all(k in self.positive for k in number.factors)
        factors = number.factors if split else {number.value: Fraction(1)}
        for key, count in factors.items():
            if key not in self.logs:
                self._invent_log(key)
            total = total + self.logs[key] * self.form.of_number(count)
        return total

    def _invent_log(self, key: int) -> None:
        """A number that stands for the logarithm of another one, of which nothing is known."""
        found = self.form(self._hash("logarithm", key))
        self.logs[key], self.whole[found.value] = found, self.form(key)

    def _know_log_of_sum(self, number: ExpLogForm) -> None:
        """log(n m s) = log n + log m + log s for a sum of terms with logarithms, n m being one.

        Whatever a sum is multiplied by, it is the same one of its quotients by a term that is taken
        to be s: the smallest number.
        """
        terms, value = number.terms, number.value
        if len(terms) < 2 or value in self.logs or any(n < 0 for n in terms.values()):
            return
        if not all(map(self._know_log_of_term, terms)):
            return
        heads = {self._joined(key, count): (key, count) for key, count in terms.items()}
        quotients = {pow(head, -1, self.prime) * value % self.prime: head for head in heads}
        rest = min(quotients)
        first, count = heads[quotients[rest]]
        if rest not in self.logs:
            self._invent_log(rest)
        self.positive |= {rest, value}
        if rest != value:
            multiple = self._log(self.number(count))
            self.logs[value] = self.form.of(multiple + self.logs[first] + self.logs[rest])

    def _know_log_of_term(self, key: int) -> bool:
        """Whether a term is positive and has a logarithm: what exp makes, and products of such."""
        if key in self.positive and key in self.logs:
            return True
        factors = self.form.products.get(key)
        if factors is None or any(k not in self.positive for k in factors):
            return False
        self.logs[key] = self.form.of(self._log(self.form(key, None, factors)))
        self.positive.add(key)
        return True

    def log_sum_exp(self, values: Any) -> Residue:
        total = self.form.of_number(Fraction(0))
        for value in values:
            total = total + self._exp(value)
        self.positive.add(total.value)
        return self._log(total)

    def _sin(self, x: Residue) -> Residue:
        return self._turn(x)[1]

    def _cos(self, x: Residue) -> Residue:
        return self._turn(x)[0]

    def _turn(self, x: Residue) -> tuple[ExpLogForm, ExpLogForm]:
        """cos and sin of a sum of terms: the turns by its terms, one after the other."""
        found = 1, 0
        for key, count in self.form.of(x).terms.items():
            if ROOTS % count.denominator:
                further = self._turn_often(self._joined(key, count), ROOTS)
            else:
                further = self._turn_often(key, int(count * ROOTS))
            found = self._turn_further(found, further)
        return self.form(found[0]), self.form(found[1])

    def _turn_often(self, key: int, times: int) -> tuple[int, int]:
        """The turn by a 2520th of a number, so often; t = tan(a/2) gives cos a and sin a."""
        t = self._hash("half angle", key)
        scale = pow(1 + t * t, -1, self.prime)
        # Turning back has the same cosine and the opposite sine.
        step = (1 - t * t) * scale % self.prime, (2 * t if times > 0 else -2 * t) * scale
        found = 1, 0
        for bit in f"{abs(times):b}":
            found = self._turn_further(found, found)
            found = self._turn_further(found, step) if bit == "1" else found
        return found

    def _turn_further(self, a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        """cos(a + b) = cos a cos b - sin a sin b, sin(a + b) = sin a cos b + cos a sin b."""
        cosine, sine = a[0] * b[0] - a[1] * b[1], a[1] * b[0] + a[0] * b[1]
        return cosine % self.prime, sine % self.prime

    def _joined(self, key: int, count: Fraction) -> int:
        """A multiple of a number as a number of its own."""
        return key * count.numerator * pow(count.denominator, -1, self.prime) % self.prime

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
        if len(base.terms) > 1:
            self.sums.setdefault(base.value, base)
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
