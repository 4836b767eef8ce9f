"""Polynomials in named numbers, to say which products a claim lacks or has too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from symconv.claims.model.budget import spend
from symconv.claims.model.errors import MOST_POWER, MOST_TERMS, ClaimError
from symconv.core.errors import Unsupported
from symconv.semantics.protocol import KnownChoices, Map

from .modular_field import Undefined

Monomial = tuple[tuple[str, int], ...]
PRODUCT_STEPS = 4
"""What multiplying two terms takes."""


class Polynomial:
    """A sum of coefficient * product of atoms."""

    __slots__ = ("table",)

    def __init__(self, table: Mapping[Monomial, Fraction]) -> None:
        self.table = {m: c for m, c in table.items() if c}
        if len(self.table) > MOST_TERMS:
            raise ClaimError(f"more than {MOST_TERMS:,} terms")

    def __add__(self, other: Any) -> Polynomial:
        if not isinstance(other, Polynomial | int | Fraction):
            return NotImplemented
        found = dict(self.table)
        for m, c in as_polynomial(other).table.items():
            found[m] = found.get(m, Fraction(0)) + c
        return Polynomial(found)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Polynomial:
        if not isinstance(other, Polynomial | int | Fraction):
            return NotImplemented
        right = as_polynomial(other).table
        # Before multiplying; like terms may still collect, so a bound of 20 times the limit is
        # allowed.
        if len(self.table) * len(right) > 20 * MOST_TERMS:
            raise ClaimError(f"more than {MOST_TERMS:,} terms")
        spend(PRODUCT_STEPS * len(self.table) * len(right))
        found: dict[Monomial, Fraction] = {}
        if _degree(self.table) + _degree(right) > MOST_POWER:
            raise ClaimError(f"a product of more than {MOST_POWER} factors")
        for m, c in self.table.items():
            for n, d in right.items():
                key = _multiply_monomials(m, n)
                found[key] = found.get(key, Fraction(0)) + c * d
        return Polynomial(found)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.table == other.table

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.table.items())))


def _degree(table: Mapping[Monomial, Fraction]) -> int:
    return max((sum(abs(p) for _, p in m) for m in table), default=0)


def as_polynomial(value: Any) -> Polynomial:
    """A number as a sum of one term."""
    return value if isinstance(value, Polynomial) else Polynomial({(): Fraction(value)})


def make_variable(name: str) -> Polynomial:
    """One named number."""
    return Polynomial({((name, 1),): Fraction(1)})


def _multiply_monomials(a: Monomial, b: Monomial) -> Monomial:
    powers = dict(a)
    for name, power in b:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted((n, p) for n, p in powers.items() if p))


def with_power(monomial: Monomial, name: str, power: int) -> Monomial:
    """The product with another power of one name."""
    powers = {**dict(monomial), name: power}
    return tuple(sorted((n, p) for n, p in powers.items() if p))


def is_multiple(a: Polynomial, b: Polynomial) -> bool:
    """Whether two sums are the same but for a number."""
    ratios = {c / a.table[m] for m, c in b.table.items() if m in a.table}
    return a.table.keys() == b.table.keys() and len(ratios) == 1


class PolynomialAlgebra(KnownChoices):
    """The algebra of polynomials: a function of a sum is a variable named by its argument."""

    def number(self, value: int | Fraction) -> Polynomial:
        return as_polynomial(value)

    def constant(self, value: float, name: str) -> Polynomial:  # noqa: ARG002 - the protocol's name
        return make_variable(name)

    def function(self, name: str) -> Map:
        return lambda x: make_variable(f"{name}({format_polynomial(as_polynomial(x))})")

    def power(self, exponent: Fraction) -> Map:
        if exponent.denominator != 1:
            # All powers of one root are powers of one name, so that 1/sqrt(x) is x^(-1/2).
            return lambda x: _power(
                _root(as_polynomial(x), exponent.denominator), exponent.numerator
            )
        return lambda x: _power(as_polynomial(x), exponent.numerator)

    def first_maximiser(self, values: Sequence[Polynomial]) -> int:
        raise Unsupported(f"the largest of {len(values)} names")

    def maximum(self, values: Sequence[Polynomial]) -> Polynomial:
        return make_variable(
            "max(" + ", ".join(sorted(format_polynomial(as_polynomial(v)) for v in values)) + ")"
        )

    def log_sum_exp(self, values: Sequence[Polynomial]) -> Polynomial:
        return make_variable(
            "logsumexp("
            + ", ".join(sorted(format_polynomial(as_polynomial(v)) for v in values))
            + ")"
        )

    def entry(self, value: Polynomial) -> Polynomial:
        return value


def _root(x: Polynomial, degree: int) -> Polynomial:
    inside = format_polynomial(x)
    return make_variable(f"sqrt({inside})" if degree == 2 else f"({inside})^(1/{degree})")


def _power(x: Polynomial, exponent: int) -> Polynomial:
    if exponent < 0:
        if not x:
            raise Undefined("1/0")
        if len(x.table) > 1:
            return _power(make_variable(f"({format_polynomial(x)})"), exponent)
        ((m, c),) = x.table.items()
        return Polynomial({tuple((n, p * exponent) for n, p in m): c**exponent})
    found = as_polynomial(1)
    for _ in range(exponent):
        found = found * x
    return found


def common_factor(sums: Sequence[Polynomial]) -> Polynomial:
    """The product of what all terms of all sums have in common, with the first sum's content."""
    monomials = [dict(m) for s in sums for m in s.table]
    if not monomials:
        return as_polynomial(1)
    shared = {
        n: min(m.get(n, 0) for m in monomials)
        for n in sorted(monomials[0])
        if all(m.get(n, 0) > 0 for m in monomials)
    }
    sizes = {abs(c) for s in sums[:1] for c in s.table.values()}
    content = sizes.pop() if len(sizes) == 1 else Fraction(1)
    return Polynomial({tuple(sorted(shared.items())): content})


def divide_by_monomial(value: Polynomial, factor: Polynomial) -> Polynomial:
    """Value / factor for a factor of one term."""
    return value * _power(factor, -1)


def diff_terms(truth: Polynomial, claim: Polynomial) -> tuple[Polynomial, Polynomial]:
    """The terms that the claim lacks, and those that it has too many."""
    missing, spurious = {}, {}
    for m in {*truth.table, *claim.table}:
        a, b = truth.table.get(m, Fraction(0)), claim.table.get(m, Fraction(0))
        if a == b:
            continue
        if a and not b:
            missing[m] = a
        elif b and not a:
            spurious[m] = b
        else:
            missing[m], spurious[m] = a, b
    return Polynomial(missing), Polynomial(spurious)


def format_terms(value: Polynomial) -> tuple[str, ...]:
    """Every term as text, in order."""
    return tuple(
        _format_term(m, c) for m, c in sorted(value.table.items(), key=lambda item: item[0])
    )


def list_factors(value: Polynomial) -> tuple[tuple[str, ...], ...]:
    """The atoms of every term, each as often as it is a factor, in the order of `format_terms`."""
    return tuple(
        tuple(name for name, power in m for _ in range(max(power, 1))) for m in sorted(value.table)
    )


def _format_term(m: Monomial, c: Fraction) -> str:
    body = "*".join(n if p == 1 else f"{n}^({p})" if p < 0 else f"({n})^{p}" for n, p in m)
    if not body:
        return str(c)
    sign = "-" if c < 0 else ""
    size = abs(c)
    if size == 1:
        return sign + body
    return f"{sign}{size}*{body}" if size.denominator == 1 else f"{sign}({size})*{body}"


def format_polynomial(value: Polynomial) -> str:
    """The sum as text."""
    return " + ".join(format_terms(value)).replace("+ -", "- ") or "0"
