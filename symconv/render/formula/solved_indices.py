"""What a bracket fixes: the bound indices that a step removes, each with its value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from sympy import Expr, KroneckerDelta, Sum, Symbol

from symconv.calculus.affine import solve
from symconv.core.errors import SymconvError

Solution = tuple[Symbol, Expr]


def solutions(before: Expr, after: Expr) -> tuple[Solution, ...]:
    """i = (i' + p - d m)/s for every index i that sums bind before and no sum binds after.

    Nothing where an index has two values, as in a sum of several terms.
    """
    gone = bound(before) - bound(after)
    brackets = sorted(before.atoms(KroneckerDelta) - after.atoms(KroneckerDelta), key=str)
    found = dict.fromkeys(s for bracket in brackets for s in _solved(bracket, gone, after))
    variables = [variable for variable, _ in found]
    return tuple(found) if len(set(variables)) == len(variables) else ()


def bound(e: Expr) -> set[Symbol]:
    """The indices that the sums of a formula bind."""
    return {v for node in e.atoms(Sum) for v, *_ in node.limits}


def _solved(bracket: Expr, gone: set[Symbol], after: Expr) -> Iterator[Solution]:
    left, right = (cast("Expr", side) for side in bracket.args)
    for variable in sorted(gone & bracket.free_symbols, key=str):
        try:
            value = solve(left, right, variable)
        except SymconvError:
            continue
        if value.free_symbols <= after.atoms(Symbol):
            yield variable, value
