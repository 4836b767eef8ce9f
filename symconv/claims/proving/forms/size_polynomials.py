"""Polynomials in the sizes with rational coefficients; sizes that are never 0 may be divided by.

A coefficient is an int or a Fraction where it holds no size, so that a network of numbers computes
with Python's own numbers; otherwise it is a `SizePolynomial`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import lcm

Number = int | Fraction
Monomial = tuple[tuple[str, int], ...]


class SizePolynomial:
    """A sum of rational numbers times powers of sizes, which holds at least one size.

    Exponents may be negative: then the size is one that is at least 1.
    """

    __slots__ = ("_hash", "_text", "terms")

    def __init__(self, terms: Mapping[Monomial, Number]) -> None:
        self.terms = terms
        self._hash = 0
        self._text = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SizePolynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        if not self._hash:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __bool__(self) -> bool:
        return True

    def __add__(self, other: Coefficient) -> Coefficient:
        found = dict(self.terms)
        for monomial, number in terms_of(other):
            found[monomial] = found.get(monomial, 0) + number
        return make_coefficient(found)

    __radd__ = __add__

    def __mul__(self, other: Coefficient) -> Coefficient:
        if not isinstance(other, SizePolynomial):
            if not other:
                return 0
            return SizePolynomial({m: narrow(c * other) for m, c in self.terms.items()})
        found: dict[Monomial, Number] = {}
        for a, c in self.terms.items():
            for b, d in other.terms.items():
                key = multiply_monomials(a, b)
                found[key] = found.get(key, 0) + c * d
        return make_coefficient(found)

    __rmul__ = __mul__

    def __neg__(self) -> Coefficient:
        return self * -1

    def __sub__(self, other: Coefficient) -> Coefficient:
        return self + other * -1

    def __rsub__(self, other: Coefficient) -> Coefficient:
        return self * -1 + other

    def __str__(self) -> str:
        if not self._text:
            self._text = _write_terms(self.terms.items())
        return self._text

    __repr__ = __str__


Coefficient = int | Fraction | SizePolynomial


def terms_of(value: Coefficient) -> Iterable[tuple[Monomial, Number]]:
    """The monomials of a coefficient with their numbers."""
    if isinstance(value, SizePolynomial):
        return value.terms.items()
    return (((), value),) if value else ()


def make_coefficient(terms: Mapping[Monomial, Number]) -> Coefficient:
    """The coefficient with these terms, a number where it holds no size."""
    kept = {m: narrow(c) for m, c in terms.items() if c}
    if not kept:
        return 0
    if len(kept) == 1 and () in kept:
        return kept[()]
    return SizePolynomial(kept)


def make_letter(name: str) -> Coefficient:
    """One size."""
    return SizePolynomial({((name, 1),): 1})


def narrow(number: Number) -> Number:
    """A whole number as an int."""
    if type(number) is Fraction and number.denominator == 1:
        return number.numerator
    return number


def make_fraction(value: Fraction) -> Number:
    """A number of a claim as a coefficient."""
    return narrow(Fraction(value))


def divide_numbers(a: Number, b: Number) -> Number:
    """The quotient of two numbers, exactly."""
    return narrow(Fraction(a) / b)


@lru_cache(maxsize=100_000)
def multiply_monomials(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials."""
    if not a or not b:
        return a or b
    found = dict(a)
    for name, exponent in b:
        found[name] = found.get(name, 0) + exponent
    return tuple(sorted((n, e) for n, e in found.items() if e))


def invert_monomial(a: Monomial) -> Monomial:
    """One divided by a monomial."""
    return tuple((n, -e) for n, e in a)


def find_common_denominator(values: Iterable[Coefficient]) -> Coefficient:
    """The product of numbers and sizes, all at least 1, that all of some coefficients divide by."""
    number, sizes = 1, dict[str, int]()
    for value in values:
        for monomial, factor in terms_of(value):
            number = lcm(number, Fraction(factor).denominator)
            for name, exponent in monomial:
                sizes[name] = max(sizes.get(name, 0), -exponent)
    return make_coefficient({tuple(sorted((n, e) for n, e in sizes.items() if e)): number})


QUOTIENT = "1/"
"""How the name of a letter begins that stands for one divided by a sum, which is no integer."""


def is_integral(value: Coefficient) -> bool:
    """Whether a coefficient is an integer at all sizes, as its terms show."""
    if isinstance(value, int):
        return True
    return all(
        isinstance(c, int) and all(e > 0 and not n.startswith(QUOTIENT) for n, e in m)
        for m, c in terms_of(value)
    )


def _write_terms(terms: Iterable[tuple[Monomial, Number]]) -> str:
    parts = []
    for monomial, number in sorted(terms, key=lambda item: (item[0], item[1])):
        factors = [n if e == 1 else f"{n}^{e}" for n, e in monomial]
        if number != 1 or not factors:
            factors.insert(0, str(number))
        parts.append("*".join(factors))
    return "(" + " + ".join(parts) + ")" if len(parts) > 1 else parts[0]
