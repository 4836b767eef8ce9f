"""What follows from a comparison that held: the error bound of a check, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Expr

from symconv.semantics.algebra import Exact

from .polynomials import error_bound
from .trial import Trial

EXACT = "exact at these points"
DIGITS = "floating point, to 9 digits"


def bound(made: Sequence[Trial], formulas: Iterable[Expr] = ()) -> str:
    """The error bound of a comparison of the formulas of a program on some trials."""
    if not made:
        return ""
    first = made[0]
    if not isinstance(first.algebra, Exact):
        return DIGITS
    chance = error_bound(first.program, formulas)
    return f"exact, {chance}" if chance else EXACT
