"""What is known of the sizes of a network: which coefficients are never negative, never 0.

Every size is at least 1, every padding at least 0, and every tensor has at least one entry. These
facts are built into the letters: where a convolution gives H - k + 1 rows, that number is a letter
of its own, at least 1, and H is it + k - 1. With a stride, numerator = s (z - 1) + r with a
remainder r from 0 to s - 1. So most of what is to be shown is a sum of products that are not
negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol

from symconv.core.equation import Program
from symconv.core.nodes import NamedNumber
from symconv.semantics.sizes import free_sizes

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

POINTS, SEED = 24, 1
"""At how many sizes an inequality is tried before it is searched for; any seed would do."""

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
            return int(size)  # type: ignore[call-overload, no-any-return]
        if size not in self.read:
            self.read[size] = self._build(size)
        return self.read[size]

    def _build(self, e: Expr) -> Coefficient:
        if isinstance(e, Integer):
            return int(e)
        if isinstance(e, Rational):
            return divide_numbers(int(e.p), int(e.q))
        if isinstance(e, NamedNumber):
            return divide_numbers(int(e.value.p), int(e.value.q))
        if isinstance(e, Symbol):
            if e not in self.values:
                raise NotProvedError(f"{e} is no size")
            return self.values[e]
        if isinstance(e, Add):
            total: Coefficient = 0
            for a in e.args:
                total = total + self._build(a)  # type: ignore[arg-type]
            return total
        if isinstance(e, Mul):
            product: Coefficient = 1
            for a in e.args:
                product = product * self._build(a)  # type: ignore[arg-type]
            return product
        if isinstance(e, Pow) and isinstance(e.exp, Integer):
            base = self._build(e.base)
            return self.power(base, int(e.exp))
        raise NotProvedError(f"{e} is no rational function of the sizes")

    def power(self, base: Coefficient, exponent: int) -> Coefficient:
        """A whole power; NotProvedError where it divides by what may be 0."""
        if abs(exponent) > 8:
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
        lead = max(value.terms.items())[1]
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
                if name.startswith("r["):
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
        for name, exponent in monomial:
            number = number * point.get(name, 0) ** exponent
        total = total + number
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


def find_size_facts(program: Program) -> SizeFacts:
    """The letters and facts of a program; no letters where its sizes are numbers."""
    found = SizeFacts()
    for symbol in (*free_sizes(program), *(d.symbol for d in program.sizes)):
        found.values[symbol] = make_letter(str(symbol))
        found.least[str(symbol)] = 1 if symbol.is_positive else 0
    # From the last layer to the first: that the last one has an entry mostly shows that those
    # before it have one.
    extents = dict.fromkeys(n for t in program.tensors for n in t.shape)
    for definition in reversed(program.sizes):
        _define_size(found, definition.symbol, definition.numerator, definition.stride)
    for extent in reversed(list(extents)):
        if not extent.is_Symbol and not extent.is_Integer:
            _require_entries(found, extent)
    return found


def _define_size(found: SizeFacts, symbol: Symbol, numerator: Expr, stride: Expr) -> None:
    """The size z = floor(numerator / stride) + 1, at least 1."""
    top, step, size = (found.coefficient(e) for e in (numerator, stride, symbol))
    if step == 1:
        name = "" if found.nonnegative(top) else _choose_letter(found, top, size)
        if name:
            found.substitute(name, make_letter(name) - top + size + -1)
        else:
            found.substitute(str(symbol), top + 1)
        return
    remainder = f"r[{symbol}]"
    name = _choose_letter(found, top, size * step)
    if name:
        found.least[remainder] = 0
        before = len(found.facts)
        rest = make_letter(remainder)
        found.substitute(name, make_letter(name) - top + step * (size + -1) + rest)
        found.facts.append(step + rest * -1 + -1)
        if isinstance(step, SizePolynomial):
            # A product of two facts, which a search by single terms does not find.
            found.facts += [f * (step + -1) for f in found.facts[before:-1]]
        return
    found.facts += [top, top - step * (size + -1), step * size - top + -1]


def _require_entries(found: SizeFacts, extent: Expr) -> None:
    """An extent that is computed is at least 1."""
    value = found.coefficient(extent)
    if found.nonnegative(value + -1):
        return
    name = _choose_letter(found, value, 1)
    if name:
        letter = str(extent).replace(" ", "")
        found.least[letter] = 1
        found.substitute(name, make_letter(name) - value + make_letter(letter))
    else:
        found.facts.append(value + -1)


def _choose_letter(found: SizeFacts, value: Coefficient, apart: Coefficient) -> str:
    """A size, at least 1, that a value is made of by adding it once; "" where there is none.

    It is none of the letters of `apart`.
    """
    terms = dict(terms_of(value))
    taken = {n for m, _ in terms_of(apart) for n, _ in m}
    for monomial, number in sorted(terms.items()):
        if len(monomial) == 1 and monomial[0][1] == 1 and number == 1:
            name = monomial[0][0]
            alone = sum(name in dict(m) for m in terms) == 1
            if alone and name not in taken and found.least.get(name):
                return name
    return ""


def least_words(symbols: Iterable[Symbol]) -> Iterator[str]:
    """What is assumed of some sizes, in words."""
    positive = [str(s) for s in symbols if s.is_positive]
    other = [str(s) for s in symbols if not s.is_positive]
    if positive:
        yield f"{', '.join(positive)} >= 1"
    if other:
        yield f"{', '.join(other)} >= 0"


def make_fraction(value: Fraction) -> Number:
    """A number of a claim as a coefficient."""
    return divide_numbers(value.numerator, value.denominator)
