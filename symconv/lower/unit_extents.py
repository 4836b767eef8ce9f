"""Indices with one value: 0 wherever they are added to something, and under every sum."""

from __future__ import annotations

from sympy import Expr, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import limits


def without_units(expression: Expr, units: frozenset[Symbol]) -> Expr:
    """No sums over one value, and x[i] for x[i + m] where m is in `units`, the range being 1.

    Every bound index has a name of its own.
    """
    if isinstance(expression, Indexed):
        places = (e if e in units else _at_zero(e, units) for e in expression.indices)
        return expression.func(expression.base, *places)
    if isinstance(expression, Sum):
        single = frozenset(v for v, low, high in expression.limits if low == high == 0)
        left = tuple((v, high + 1) for v, _, high in expression.limits if v not in single)
        body = without_units(_at_zero(expression.function, single), units)
        return Sum(body, *limits(left)) if left else body
    if not expression.args or not expression.has(Indexed):
        return expression
    return expression.func(*(without_units(a, units) for a in expression.args))  # type: ignore[arg-type]


def _at_zero(expression: Expr, units: frozenset[Symbol]) -> Expr:
    return expression.xreplace(dict.fromkeys(units, S.Zero)) if units else expression
