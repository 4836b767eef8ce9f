"""Bound indices made unique, so that every index of an equation has one meaning and one extent."""

from __future__ import annotations

from sympy import Expr, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from symconv.core.nodes import MaxOver, limits
from symconv.core.tensor import index


def unshadowed(expression: Expr, taken: set[str]) -> Expr:
    """The same formula with every bound index named once and starting at 0; extends `taken`."""
    if isinstance(expression, ExprWithLimits):
        return _renamed(expression, taken)
    if not expression.has(ExprWithLimits):
        return expression
    return expression.func(*(unshadowed(a, taken) for a in expression.args))  # type: ignore[arg-type]


def _renamed(binder: ExprWithLimits, taken: set[str]) -> Expr:
    place: dict[Symbol, Expr] = {}
    ranges = []
    for v, low, high in binder.limits:
        name = v.name
        while name in taken:
            name += "'"
        taken.add(name)
        new = v if name == v.name else index(name)
        place[v] = new + low
        ranges.append((new, high + 1 - low))
    body = unshadowed(binder.function, taken)
    moved = {v: e for v, e in place.items() if v != e}
    if moved:
        body = _substituted(body, moved)
    kind = Sum if isinstance(binder, Sum) else MaxOver
    return kind(body, *limits(ranges))


def _substituted(expression: Expr, moved: dict[Symbol, Expr]) -> Expr:
    """Replacement of free indices; no binder below uses one of these names any more."""
    bound = {v for b in expression.atoms(ExprWithLimits) for v in b.variables}
    inner = {v: e for v, e in moved.items() if v not in bound}
    return expression.xreplace(inner)
