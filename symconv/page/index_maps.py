"""Equations as index maps: which entries are read, as polynomials that a page evaluates.

A polynomial is a list of terms `[coefficient, name, ...]`, each a number times symbols: `d*m - p`
is `[[1, "d", "m"], [-1, "p"]]`. A place is `[polynomial]`, or `[polynomial, divisor]` where it is
divided: an entry is absent where that leaves a remainder, as outside of its tensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from sympy import (
    Add,
    Basic,
    Expr,
    Integer,
    KroneckerDelta,
    Mul,
    Poly,
    Symbol,
    expand,
    fraction,
    together,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.nodes import Box
from symconv.core.tensor import key_of

CONDITIONS = (Box, KroneckerDelta)
Polynomial = list[list[int | str]]
Limit = tuple[Symbol, Expr, Expr]


@dataclass(frozen=True)
class IndexTerm:
    """A product in a formula: nothing of it is read where a factor is absent or a condition fails.

    `bound` are the indices of the sums and maxima around it, the outer ones first; `where` the
    indices that have to lie in an extent.
    """

    bound: tuple[Limit, ...] = ()
    where: tuple[tuple[Expr, Expr], ...] = ()
    factors: frozenset[Indexed] = frozenset()


def write_index_map(equation: Equation) -> dict[str, Any]:
    """What an equation writes and reads: its places, the ranges of its indices, its products.

    An index comes with its first value and the one behind its last. SymconvError for an index that
    is no quotient of polynomials.
    """
    return {
        "key": equation.key,
        "at": [write_place(e) for e in equation.lhs.indices],
        "ranges": [[v.name, [], write_polynomial(n)] for v, n in equation.ranges],
        "terms": [
            {
                "bound": [
                    [v.name, write_polynomial(low), write_polynomial(high + 1)]
                    for v, low, high in term.bound
                ],
                "where": [[write_place(e), write_polynomial(n)] for e, n in term.where],
                "reads": [
                    {"key": key_of(access), "at": [write_place(e) for e in access.indices]}
                    for access in sorted(term.factors, key=str)
                ],
            }
            for term in dict.fromkeys(_list_terms(equation.rhs, IndexTerm()))
        ],
    }


def _list_terms(e: Basic, around: IndexTerm) -> Iterator[IndexTerm]:
    """The products of a formula that read something; `around` is what each is multiplied with."""
    if isinstance(e, ExprWithLimits):
        limits = tuple(reversed(e.limits))
        yield from _list_terms(e.function, replace(around, bound=(*around.bound, *limits)))
        return
    if not isinstance(e, (Mul, Indexed)):
        inner = [part for part in e.args if isinstance(e, Add) or part.has(Indexed)]
        for part in inner:
            yield from _list_terms(part, around)
        if not inner and around.factors:
            yield around
        return
    parts = Mul.make_args(e)
    product = replace(
        around,
        where=(*around.where, *(_condition(p) for p in parts if isinstance(p, CONDITIONS))),
        factors=around.factors | {p for p in parts if isinstance(p, Indexed)},
    )
    inner = [p for p in parts if not isinstance(p, Indexed) and p.has(Indexed)]
    for part in inner:
        yield from _list_terms(part, product)
    if not inner and product.factors:
        yield product


def _condition(e: Basic) -> tuple[Expr, Expr]:
    """What has to lie in which extent: [0 <= e < n] is e in n, [a = b] is a - b in 1."""
    first, second = (cast("Expr", part) for part in e.args)
    return (first, second) if isinstance(e, Box) else (first - second, Integer(1))


def write_place(e: Expr) -> list[Polynomial]:
    """An index as a polynomial, and what it is divided by where that is not 1."""
    above, below = fraction(together(e))
    parts = [above] if below == 1 else [above, below]
    return [write_polynomial(part) for part in parts]


def write_polynomial(e: Expr) -> Polynomial:
    """The terms of a polynomial with whole coefficients; SymconvError for anything else."""
    whole = expand(e)
    symbols = sorted(whole.free_symbols, key=str)
    if not symbols and isinstance(whole, Integer):
        return [[int(whole)]] if whole else []
    if not symbols or not whole.is_polynomial(*symbols):
        raise SymconvError(f"{e} is no polynomial")
    found: Polynomial = []
    for powers, coefficient in Poly(whole, *symbols).terms():
        if not isinstance(coefficient, Integer):
            raise SymconvError(f"{e} has a coefficient that is no whole number")
        names = [str(s) for s, n in zip(symbols, powers, strict=True) for _ in range(n)]
        found.append([int(coefficient), *names])
    return found
