"""What is known of the sizes of a network: which coefficients are never negative, never 0.

Every size is at least 1, every padding at least 0, and every tensor has at least one entry. Most of
that is built into the letters (`size_letters.py`), so that most of what is to be shown is a sum of
products that are not negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sympy import Add, Basic, Expr, Mul, Pow, Rational, Symbol

from symconv.core.nodes import NamedNumber

from .budget import NotProvedError
from .size_polynomials import (
    QUOTIENT,
    Coefficient,
    Monomial,
    Number,
    SizePolynomial,
    divide_numbers,
    invert_monomial,
    is_integral,
    make_coefficient,
    make_letter,
    multiply_monomials,
    terms_of,
)

REMAINDER = "r["
"""How the name of a letter begins that stands for what a stride leaves over."""

POINTS, SEED = 24, 1
"""At how many sizes an inequality is tried before it is searched for; any seed would do."""

HIGHEST_POWER = 8
"""The highest power of a size that is multiplied out."""

DEPTH = 2
"""How many facts are taken away from one coefficient: a stride has two, the ends of its remainder.
"""


@dataclass
class SizeFacts:
    """The letters of the sizes, their least values, and what else is never negative."""

    values: dict[Symbol, Coefficient] = field(default_factory=dict)
    least: dict[str, int] = field(default_factory=dict)
    facts: list[Coefficient] = field(default_factory=list)
    known: dict[tuple[Coefficient, int], bool] = field(default_factory=dict)
    read: dict[Expr, Coefficient] = field(default_factory=dict)
    _points: list[dict[str, int]] | None = None

    # ---- reading

    def coefficient(self, size: Expr) -> Coefficient:
        """A size expression in the letters; NotProvedError where it is none."""
        if size.is_Integer:
            return int(size)
        if size not in self.read:
            self.read[size] = self._build(size)
        return self.read[size]

    def _build(self, e: Basic) -> Coefficient:
        for kind, rule in READINGS:
            if isinstance(e, kind):
                return rule(self, e)
        raise NotProvedError(f"{e} is no rational function of the sizes")

    def _read_symbol(self, e: Symbol) -> Coefficient:
        if e not in self.values:
            raise NotProvedError(f"{e} is no size")
        return self.values[e]

    def _read_sum(self, e: Add) -> Coefficient:
        total: Coefficient = 0
        for a in e.args:
            total = total + self._build(a)
        return total

    def _read_product(self, e: Mul) -> Coefficient:
        product: Coefficient = 1
        for a in e.args:
            product = product * self._build(a)
        return product

    def _read_power(self, e: Pow) -> Coefficient:
        if not e.exp.is_Integer:
            raise NotProvedError("a root of a size")
        return self.power(self._build(e.base), int(e.exp))

    def power(self, base: Coefficient, exponent: int) -> Coefficient:
        """A whole power; NotProvedError where it divides by what may be 0."""
        if abs(exponent) > HIGHEST_POWER:
            raise NotProvedError("a high power of a size")
        if exponent < 0:
            base = self.invert(base)
        found: Coefficient = 1
        for _ in range(abs(exponent)):
            found = found * base
        return found

    # ---- dividing

    def invert(self, value: Coefficient) -> Coefficient:
        """One divided by a coefficient that is never 0; NotProvedError where it may be."""
        if not isinstance(value, SizePolynomial):
            if not value:
                raise NotProvedError("a division by 0")
            return divide_numbers(1, value)
        if len(value.terms) == 1:
            ((monomial, number),) = value.terms.items()
            if all(self.least[name] for name, _ in monomial):
                return make_coefficient({invert_monomial(monomial): divide_numbers(1, number)})
        if not self.positive(value):
            raise NotProvedError(f"a division by {value}, which may be 0")
        # A sum is divided by as a letter of its own: what is equal has the same letter.
        lead: Number = max(value.terms.items())[1]
        lead = -lead if lead < 0 else lead
        name = f"{QUOTIENT}{value * divide_numbers(1, lead)}"
        self.least.setdefault(name, 0)
        return make_letter(name) * divide_numbers(1, lead)

    # ---- signs

    def nonnegative(self, value: Coefficient, depth: int = DEPTH) -> bool:
        """Whether a coefficient is at least 0 at all sizes."""
        if not isinstance(value, SizePolynomial):
            return value >= 0
        key = (value, depth)
        if key not in self.known:
            self.known[key] = self._find_nonnegative(value, depth)
        return self.known[key]

    def positive(self, value: Coefficient) -> bool:
        """Whether a coefficient is more than 0 at all sizes."""
        if not isinstance(value, SizePolynomial):
            return value > 0
        cleared = self._clear(value)
        shifted = self._shift(cleared)
        if all(c >= 0 for c in shifted.values()) and shifted.get((), 0) > 0:
            return True
        # A polynomial with whole coefficients is positive where it is at least 1.
        whole = make_coefficient(cleared)
        return is_integral(whole) and self.nonnegative(whole + -1)

    def nonzero(self, value: Coefficient) -> bool:
        """Whether a coefficient is never 0, as its sign shows."""
        return bool(value) and (self.positive(value) or self.positive(value * -1))

    def _find_nonnegative(self, value: SizePolynomial, depth: int) -> bool:
        cleared = self._clear(value)
        if any(_evaluate(cleared, point) < 0 for point in self.points):
            return False
        if all(c >= 0 for c in self._shift(cleared).values()):
            return True
        if depth == 0:
            return False
        plain = make_coefficient(cleared)
        return any(
            self.nonnegative(plain - fact * factor, depth - 1)
            for fact in self.facts
            for factor in self._factors(cleared, fact)
        )

    def _clear(self, value: SizePolynomial) -> dict[Monomial, Number]:
        """The polynomial times what it is divided by, which is positive."""
        lowest: dict[str, int] = {}
        for monomial in value.terms:
            for name, exponent in monomial:
                if exponent < 0:
                    lowest[name] = min(lowest.get(name, 0), exponent)
        factor = tuple(sorted((n, -e) for n, e in lowest.items()))
        return {multiply_monomials(m, factor): c for m, c in value.terms.items()}

    def _shift(self, terms: Mapping[Monomial, Number]) -> dict[Monomial, Number]:
        """The coefficients in the excess of every size over its least value."""
        found: dict[Monomial, Number] = {}
        for monomial, number in terms.items():
            parts: dict[Monomial, Number] = {(): number}
            for name, exponent in monomial:
                low = self.least[name]
                for _ in range(exponent):
                    parts = _multiply_by_excess(parts, name, low)
            for m, c in parts.items():
                found[m] = found.get(m, 0) + c
        return {m: c for m, c in found.items() if c}

    def _factors(
        self, terms: Mapping[Monomial, Number], fact: Coefficient
    ) -> Iterator[Coefficient]:
        """Non-negative factors with which a fact takes a negative term away."""
        for monomial, number in terms.items():
            if number > 0 or not monomial:
                continue
            for m, c in terms_of(fact):
                if c < 0 and m:
                    quotient = multiply_monomials(monomial, invert_monomial(m))
                    if all(e > 0 for _, e in quotient):
                        yield make_coefficient({quotient: divide_numbers(number, c)})

    @property
    def points(self) -> list[dict[str, int]]:
        """Some sizes at which all facts hold: what is negative there is not shown by a search."""
        if self._points is None:
            self._points = list(self._find_points())
        return self._points

    def _find_points(self) -> Iterator[dict[str, int]]:
        random = Random(SEED)  # noqa: S311 - test numbers, not secrets
        for n in range(POINTS):
            point = {
                name: low + (random.randrange(9) if n else 0)
                for name, low in self.least.items()
                if not name.startswith(QUOTIENT)
            }
            for name in self.least:
                if name.startswith(REMAINDER):
                    point[name] = 0
            if all(_evaluate(dict(terms_of(f)), point) >= 0 for f in self.facts):
                yield point

    # ---- building

    def substitute(self, name: str, value: Coefficient) -> None:
        """Replace a letter by what it is in other letters."""
        self.values = {s: put_size(c, name, value) for s, c in self.values.items()}
        self.facts = [put_size(c, name, value) for c in self.facts]
        if self.least.pop(name) and not self.nonnegative(value + -1):
            self.facts.append(value + -1)
        self.known.clear()
        self.read.clear()
        self._points = None


def _evaluate(terms: Mapping[Monomial, Number], point: Mapping[str, int]) -> Number:
    """The value at some sizes; a letter that stands for a quotient counts as 0 there."""
    total: Number = 0
    for monomial, number in terms.items():
        product = number
        for name, exponent in monomial:
            product = product * point.get(name, 0) ** exponent
        total = total + product
    return total


def _multiply_by_excess(
    parts: Mapping[Monomial, Number], name: str, low: int
) -> dict[Monomial, Number]:
    found: dict[Monomial, Number] = {}
    for monomial, number in parts.items():
        raised = multiply_monomials(monomial, ((name, 1),))
        found[raised] = found.get(raised, 0) + number
        if low:
            found[monomial] = found.get(monomial, 0) + number * low
    return found


def put_size(value: Coefficient, name: str, new: Coefficient) -> Coefficient:
    """A coefficient with a letter replaced; it is not divided by that letter."""
    total: Coefficient = 0
    for monomial, number in terms_of(value):
        rest = tuple((n, e) for n, e in monomial if n != name)
        part: Coefficient = make_coefficient({rest: number})
        for _ in range(dict(monomial).get(name, 0)):
            part = part * new
        total = total + part
    return total


READINGS: tuple[tuple[Any, Callable[[SizeFacts, Any], Coefficient]], ...] = (
    (Rational, lambda _, e: divide_numbers(int(e.p), int(e.q))),
    (NamedNumber, lambda _, e: divide_numbers(int(e.value.p), int(e.value.q))),
    (Symbol, SizeFacts._read_symbol),  # noqa: SLF001 - the table of its own rules
    (Add, SizeFacts._read_sum),  # noqa: SLF001
    (Mul, SizeFacts._read_product),  # noqa: SLF001
    (Pow, SizeFacts._read_power),  # noqa: SLF001
)
"""How each kind of node of a size expression is read."""
