"""Index and size expressions in readable order: `s i + d m - p`, `(u + p - d m)/s`."""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from sympy import Add, Expr, Integer, Mul, Pow, Rational, S, Symbol

from symconv.notation.rebase import is_index

from .names import word
from .tree import Form, Number, Power, Total, Word
from .tree_helpers import negative, product, quotient

KERNEL = "mnkl"
ALPHABET = "bqrcfguvijptxyz?" + KERNEL  # samples, channels, places, others, kernel places


class Monomial(NamedTuple):
    """`coefficient` times the product of `factors`."""

    coefficient: int
    factors: tuple[Expr, ...]

    @property
    def indices(self) -> tuple[str, ...]:
        symbols = {cast("Symbol", s) for f in self.factors for s in f.free_symbols}
        return tuple(sorted((s.name for s in symbols if is_index(s)), key=index_rank))

    @property
    def constant(self) -> bool:
        return not self.factors


def arrange_position(expression: Expr) -> Form:
    """A polynomial in indices and sizes, terms over the same denominator gathered."""
    groups: dict[Expr, list[Monomial]] = {}
    for term in Add.make_args(expression):
        below, monomials = _split(term)
        groups.setdefault(below, []).extend(monomials)
    parts = [
        (below, Total(tuple(map(_signed, in_reading_order(group)))))
        for below, group in sorted(groups.items(), key=lambda item: (item[0] == 1, str(item[0])))
    ]
    if len(parts) == 1:
        below, total = parts[0]
        return quotient(_shell(total), _factor(below))
    return Total(tuple(t for below, total in parts for t in _over(total, below)))


def _over(total: Total, below: Expr) -> tuple[tuple[bool, Form], ...]:
    if below == 1:
        return total.terms
    if all(minus for minus, _ in total.terms):
        plus = Total(tuple((False, form) for _, form in total.terms))
        return ((True, quotient(_shell(plus), _factor(below))),)
    return ((False, quotient(_shell(total), _factor(below))),)


def _shell(total: Total) -> Form:
    """A sum of one positive term is that term."""
    (minus, form), *rest = total.terms
    return form if not rest and not minus else total


def _split(term: Expr) -> tuple[Expr, list[Monomial]]:
    """A term as denominator and monomials; a sum in the numerator of a fraction is opened."""
    number, rest = term.as_coeff_Mul()
    coefficient = Rational(number)
    powers = Mul.make_args(rest)
    below = Mul(Integer(coefficient.q), *(p**-1 for p in powers if _divides(p)))
    factors = tuple(p for p in powers if not _divides(p) and p != 1)
    if below != 1 and len(factors) == 1 and factors[0].is_Add:
        inner = [_split(t) for t in Add.make_args(factors[0])]
        if all(b == 1 for b, _ in inner):
            return below, [
                Monomial(int(coefficient.p) * m.coefficient, m.factors)
                for _, ms in inner
                for m in ms
            ]
    return below, [Monomial(int(coefficient.p), factors)]


def _divides(power: Expr) -> bool:
    return isinstance(power, Pow) and bool(power.exp.is_Integer and power.exp.is_negative)


def in_reading_order(terms: list[Monomial]) -> list[Monomial]:
    """Positive terms first, indices before sizes; the number last, but `k - 1 - m` for a flip."""
    up = sorted((t for t in terms if t.coefficient > 0 and not t.constant), key=_term_rank)
    down = sorted((t for t in terms if t.coefficient < 0 and not t.constant), key=_term_rank)
    number = [t for t in terms if t.constant]
    flipped = not any(t.indices for t in up) and any(t.indices for t in down)
    if flipped or (not up and any(t.coefficient > 0 for t in number)):
        return [*up, *number, *down]
    return [*up, *down, *number]


def _term_rank(term: Monomial) -> tuple[object, ...]:
    first = [index_rank(name) for name in term.indices[:1]]
    large = sum(isinstance(f, Symbol) and f.name[0].isupper() for f in term.factors)
    kernel = any(name[0] in KERNEL for name in term.indices)
    weight = (kernel, -large, -abs(term.coefficient)) if first else ()
    return (not first, weight, first, natural(str(Mul(*term.factors))))


def index_rank(name: str) -> tuple[int, str]:
    """The place of an index letter in the field's habits."""
    known = name[0] if name[0] in ALPHABET else "?"
    return ALPHABET.index(known), name


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key under which 2 comes before 10."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _signed(term: Monomial) -> tuple[bool, Form]:
    factors = sorted(term.factors, key=_factor_rank)
    number = Number(abs(term.coefficient))
    return term.coefficient < 0, product((number, *map(_factor, factors)))


def _factor_rank(factor: Expr) -> tuple[object, ...]:
    """Small sizes and brackets before the index, large sizes after it: `s i`, `i W`, `s(i - 1)`."""
    small = isinstance(factor, Symbol) and not is_index(factor) and factor.name[0].islower()
    order = 0 if small else 1 if is_index(factor) else 2 if factor.is_Add else 3
    return (order, natural(str(factor)))


def _factor(factor: Expr) -> Form:
    if isinstance(factor, Symbol):
        return word(factor.name, entry=False)
    if isinstance(factor, Pow):
        return Power(_factor(factor.base), arrange_position(factor.exp))
    if factor.is_Mul:
        parts = sorted((cast("Expr", f) for f in factor.args), key=_factor_rank)
        return product(tuple(map(_factor, parts)))
    if isinstance(factor, Rational):
        number = quotient(Number(abs(int(factor.p))), Number(int(factor.q)))
        return negative(number) if factor < S.Zero else number
    return arrange_position(factor) if factor.is_Add else Word(str(factor))
