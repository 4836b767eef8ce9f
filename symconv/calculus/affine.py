"""Affine index expressions in canonical form: expanded, with coefficients free of indices."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Symbol, expand

from symconv.core.equation import Ranges, SizeDefinition
from symconv.core.errors import Unsupported

from .binders import free_indices


def solve(left: Expr, right: Expr, variable: Symbol) -> Expr:
    """The value of `variable` for which left = right; rational where its coefficient is not 1.

    Raises Unsupported where the equation is not affine in the variable.
    """
    difference = expand(left - right)
    c = difference.coeff(variable, 1)
    rest = expand(difference - c * variable)
    if c == 0 or variable in free_indices(rest) or any(_is_index(s) for s in free_indices(c)):
        raise Unsupported(
            f"the index equation {left} = {right} is not affine in {variable}",
            help="an index is a sum of indices times sizes or numbers",
        )
    return expand(-rest / c)


def _is_index(symbol: Symbol) -> bool:
    """Sizes are declared non-negative, indices are not."""
    return not symbol.is_nonnegative


def always_inside(
    place: Expr, extent: Expr, ranges: Ranges, sizes: Iterable[SizeDefinition] = ()
) -> bool:
    """Whether 0 <= place < extent is certain, and an integer, for every index in its range.

    `sizes` say what sizes are made of: floor(numerator / stride) + 1.
    """
    low = high = expand(place)
    for v, n in ranges:
        c = low.coeff(v, 1)
        if not c.is_integer or (c.is_nonnegative is None and c.is_nonpositive is None):
            return False
        low = expand(low.xreplace({v: n - 1 if c.is_nonpositive else 0}))
        high = expand(high.xreplace({v: 0 if c.is_nonpositive else n - 1}))
    room = expand(extent - 1 - high)
    if room.is_nonnegative is None:
        room = _least(room, sizes)
    return bool(low.is_integer and low.is_nonnegative and room.is_nonnegative)


def _least(room: Expr, sizes: Iterable[SizeDefinition]) -> Expr:
    """A lower bound of what is left: where a size is taken off, the most that it can be."""
    for made in sizes:
        times = room.coeff(made.symbol, 1) / made.stride
        if times.is_nonpositive and not (room - times * made.stride * made.symbol).has(made.symbol):
            most = made.numerator + made.stride  # of stride * symbol
            room = expand(room + times * (most - made.stride * made.symbol))
    return room
