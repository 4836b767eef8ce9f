"""Index expressions as affine functions: a constant and one coefficient per index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Add, Expr, S, Symbol, expand, fraction, lcm

from symconv.core.errors import Unsupported

Term = tuple[Symbol, Expr]


@dataclass(frozen=True)
class Affine:
    """constant + sum of coefficient * index, with the indices in a fixed order."""

    constant: Expr
    terms: tuple[Term, ...]

    @property
    def indices(self) -> tuple[Symbol, ...]:
        return tuple(v for v, _ in self.terms)

    def coefficient(self, index: Symbol) -> Expr:
        return dict(self.terms).get(index, S.Zero)

    @property
    def expression(self) -> Expr:
        return Add(self.constant, *(c * v for v, c in self.terms))


def affine(expression: Expr, indices: Iterable[Symbol]) -> Affine:
    """The affine form of an index expression in the given indices; refused if it is not affine."""
    rest = expand(expression)
    terms: list[Term] = []
    known = tuple(indices)
    for v in known:
        coefficient = rest.coeff(v, 1)
        if coefficient != 0:
            terms.append((v, coefficient))
            rest = expand(rest - coefficient * v)
    left = rest.free_symbols.union(*(c.free_symbols for _, c in terms))
    if left & set(known):
        raise Unsupported(f"the index {expression} is not affine in its index letters")
    return Affine(rest, tuple(terms))


def denominator(expression: Expr) -> Expr:
    """The least d with d * expression free of fractions (expand first: anything else may lie)."""
    found = S.One
    for part in Add.make_args(expand(expression)):
        found = lcm(found, fraction(part)[1])
    return found


def is_rational(expression: Expr) -> bool:
    """Whether an index expression need not be an integer."""
    return denominator(expression) != 1
