"""Bound indices made unique, so that every index of an equation has one meaning and one extent."""

from __future__ import annotations

from sympy import Expr, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from symconv.core.errors import Unsupported
from symconv.core.nodes import LogSumExp, MaxOver, limits
from symconv.core.tensor import index

BINDERS = (Sum, MaxOver, LogSumExp)


def unshadowed(expression: Expr, taken: set[str]) -> Expr:
    """The same formula with every bound index named once and starting at 0; extends `taken`."""
    if isinstance(expression, ExprWithLimits):
        return _renamed(expression, taken)
    if not expression.has(ExprWithLimits):
        return expression
    return expression.func(*(unshadowed(a, taken) for a in expression.args))  # type: ignore[arg-type]


def _renamed(binder: ExprWithLimits, taken: set[str]) -> Expr:
    if type(binder) not in BINDERS:
        raise Unsupported(f"no array form is known for {type(binder).__name__}: {binder}")
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
    return type(binder)(body, *limits(ranges))


def _substituted(expression: Expr, moved: dict[Symbol, Expr]) -> Expr:
    """Replacement of free indices; no binder below uses one of these names any more."""
    bound = {v for b in expression.atoms(ExprWithLimits) for v in b.variables}
    inner = {v: e for v, e in moved.items() if v not in bound}
    return expression.xreplace(inner)
