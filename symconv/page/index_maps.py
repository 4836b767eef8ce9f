"""Equations as index maps: which entries are read, as polynomials that a page evaluates.

A polynomial is a list of terms `[coefficient, name, ...]`, each a number times symbols: `d*m - p`
is `[[1, "d", "m"], [-1, "p"]]`. A place is `[polynomial]`, or `[polynomial, divisor]` where it is
divided: an entry is absent where that leaves a remainder, as outside of its tensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Basic, Expr, Integer, Poly, Symbol, expand, fraction, together
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.tensor import key_of

Polynomial = list[list[int | str]]
Limit = tuple[Symbol, Expr, Expr]


def write_index_map(equation: Equation) -> dict[str, Any]:
    """What an equation writes and reads: its places, the ranges of its indices, its accesses.

    `groups` has the accesses that stand under the same sums and maxima; `bound` their indices, the
    outer ones first. An index comes with its first value and the one behind its last. SymconvError
    for an index that is no quotient of polynomials.
    """
    groups: dict[tuple[Limit, ...], dict[Indexed, None]] = {}
    for access, bound in _list_accesses(equation.rhs, ()):
        groups.setdefault(bound, {})[access] = None
    return {
        "key": equation.key,
        "at": [write_place(e) for e in equation.lhs.indices],
        "ranges": [[v.name, [], write_polynomial(n)] for v, n in equation.ranges],
        "groups": [
            {
                "bound": [
                    [v.name, write_polynomial(low), write_polynomial(high + 1)]
                    for v, low, high in bound
                ],
                "reads": [
                    {"key": key_of(access), "at": [write_place(e) for e in access.indices]}
                    for access in sorted(accesses, key=str)
                ],
            }
            for bound, accesses in groups.items()
        ],
    }


def _list_accesses(
    e: Basic, bound: tuple[Limit, ...]
) -> Iterator[tuple[Indexed, tuple[Limit, ...]]]:
    """Every access of a formula, with the indices that run around it."""
    if isinstance(e, Indexed):
        yield e, bound
    elif isinstance(e, ExprWithLimits):
        yield from _list_accesses(e.function, (*bound, *reversed(e.limits)))
    else:
        for part in e.args:
            yield from _list_accesses(part, bound)


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
