"""Index and size expressions in readable order: `s i + d m - p`, `(u + p - d m)/s`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from sympy import Add, Expr, Integer, Mul, Pow, Rational, S, Symbol

from symconv.notation.index_letters import is_index
from symconv.notation.index_order import KERNEL, IndexOrder, index_rank

from .names import parse_symbol
from .tree import DisplayNumber, DisplayPower, DisplaySum, DisplaySymbol, DisplayTree
from .tree_helpers import make_product, make_quotient, negate

# The order in which the field writes them, and the kernel's place behind the image's: i + m.
ALPHABET = "bqrcfguvijptxyz?" + KERNEL  # samples, channels, places, others, kernel places
Item = TypeVar("Item")
NO_ORDER: IndexOrder = MappingProxyType({})


class Monomial(NamedTuple):
    """`coefficient` times the product of `factors`."""

    coefficient: int
    factors: tuple[Expr, ...]

    @property
    def indices(self) -> tuple[str, ...]:
        symbols = {cast("Symbol", s) for f in self.factors for s in f.free_symbols}
        return tuple(sorted((s.name for s in symbols if is_index(s)), key=_alphabetical))

    @property
    def constant(self) -> bool:
        return not self.factors


def arrange_position(expression: Expr, order: IndexOrder = NO_ORDER) -> DisplayTree:
    """A polynomial in indices and sizes, terms over the same denominator gathered.

    `order` says which letters count outputs and which the places in a window.
    """
    if isinstance(expression, Symbol):
        return parse_symbol(expression.name, entry=False)
    groups: dict[Expr, list[Monomial]] = {}
    for term in Add.make_args(expression):
        below, monomials = _split_monomials(term)
        groups.setdefault(below, []).extend(monomials)
    parts = [
        (
            below,
            DisplaySum(tuple(_arrange_monomial(t, order) for t in order_monomials(group, order))),
        )
        for below, group in sort_several(groups.items(), lambda item: (item[0] == 1, str(item[0])))
    ]
    if len(parts) == 1:
        below, total = parts[0]
        return make_quotient(_unwrap_single(total), _arrange_factor(below, order))
    return DisplaySum(
        tuple(t for below, total in parts for t in _divide_terms(total, below, order))
    )


def _divide_terms(
    total: DisplaySum, below: Expr, order: IndexOrder
) -> tuple[tuple[bool, DisplayTree], ...]:
    if below == 1:
        return total.terms
    if all(minus for minus, _ in total.terms):
        plus = DisplaySum(tuple((False, form) for _, form in total.terms))
        return ((True, make_quotient(_unwrap_single(plus), _arrange_factor(below, order))),)
    return ((False, make_quotient(_unwrap_single(total), _arrange_factor(below, order))),)


def _unwrap_single(total: DisplaySum) -> DisplayTree:
    """A sum of one positive term is that term."""
    (minus, form), *rest = total.terms
    return form if not rest and not minus else total


def _split_monomials(term: Expr) -> tuple[Expr, list[Monomial]]:
    """A term as denominator and monomials; a sum in the numerator of a fraction is opened."""
    number, rest = term.as_coeff_Mul()
    coefficient = Rational(number)
    powers = Mul.make_args(rest)
    below = Mul(Integer(coefficient.q), *(p**-1 for p in powers if _divides(p)))
    factors = tuple(p for p in powers if not _divides(p) and p != 1)
    if below != 1 and len(factors) == 1 and factors[0].is_Add:
        inner = [_split_monomials(t) for t in Add.make_args(factors[0])]
        if all(b == 1 for b, _ in inner):
            return below, [
                Monomial(int(coefficient.p) * m.coefficient, m.factors)
                for _, ms in inner
                for m in ms
            ]
    return below, [Monomial(int(coefficient.p), factors)]


def _divides(power: Expr) -> bool:
    return isinstance(power, Pow) and bool(power.exp.is_Integer and power.exp.is_negative)


def order_monomials(terms: list[Monomial], order: IndexOrder = NO_ORDER) -> list[Monomial]:
    """Positive terms first, indices before sizes; the number last, but `k - 1 - m` for a flip."""
    ordered = sort_several((t for t in terms if not t.constant), lambda t: _term_rank(t, order))
    up = [t for t in ordered if t.coefficient > 0]
    down = [t for t in ordered if t.coefficient < 0]
    number = [t for t in terms if t.constant]
    # k - 1 - m, not -m + k - 1.
    flipped = not any(t.indices for t in up) and any(t.indices for t in down)
    if flipped or (not up and any(t.coefficient > 0 for t in number)):
        return [*up, *number, *down]
    return [*up, *down, *number]


def _term_rank(term: Monomial, order: IndexOrder) -> tuple[object, ...]:
    first = [_alphabetical(name) for name in term.indices[:1]]
    large = sum(isinstance(f, Symbol) and f.name[0].isupper() for f in term.factors)
    inside = max((index_rank(name, order) for name in term.indices), default=0)
    weight = (inside, -large, -abs(term.coefficient)) if first else ()
    return (not first, weight, first, natural_key(str(Mul(*term.factors))))


def _alphabetical(name: str) -> tuple[int, str]:
    """The place of an index letter in the field's habits."""
    known = name[0] if name[0] in ALPHABET else "?"
    return ALPHABET.index(known), name


def sort_several(items: Iterable[Item], key: Callable[[Item], Any]) -> list[Item]:
    """The items in order; of a single one no key is asked for, since keys are texts of formulas."""
    found = list(items)
    return sorted(found, key=key) if len(found) > 1 else found


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """A sort key under which 2 comes before 10."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _arrange_monomial(term: Monomial, order: IndexOrder) -> tuple[bool, DisplayTree]:
    factors = sort_several(term.factors, _factor_rank)
    number = DisplayNumber(abs(term.coefficient))
    return term.coefficient < 0, make_product(
        (number, *(_arrange_factor(f, order) for f in factors))
    )


def _factor_rank(factor: Expr) -> tuple[object, ...]:
    """Small sizes and brackets before the index, large sizes after it: `s i`, `i W`, `s(i - 1)`."""
    small = isinstance(factor, Symbol) and not is_index(factor) and factor.name[0].islower()
    order = 0 if small else 1 if is_index(factor) else 2 if factor.is_Add else 3
    return (order, natural_key(str(factor)))


def _arrange_factor(factor: Expr, order: IndexOrder) -> DisplayTree:
    if isinstance(factor, Symbol):
        return parse_symbol(factor.name, entry=False)
    if isinstance(factor, Pow):
        return DisplayPower(
            _arrange_factor(factor.base, order), arrange_position(factor.exp, order)
        )
    if factor.is_Mul:
        parts = sort_several((cast("Expr", f) for f in factor.args), _factor_rank)
        return make_product(tuple(_arrange_factor(part, order) for part in parts))
    if isinstance(factor, Rational):
        number = make_quotient(DisplayNumber(abs(int(factor.p))), DisplayNumber(int(factor.q)))
        return negate(number) if factor < S.Zero else number
    return arrange_position(factor, order) if factor.is_Add else DisplaySymbol(str(factor))
