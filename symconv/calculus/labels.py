"""Brackets that compare an index with a label: of the classes, exactly one is the wanted one."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Mul, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.labels import labels_of
from symconv.core.nodes import Equals

from .binders import factors, free_indices, open_sum, rebuild, sum_over


def one_class(expr: Expr, forward: tuple[Equation, ...]) -> Expr:
    """sum_{q=0}^{n-1} c [q = t] = c, for a label t that is one of n classes, and c free of q."""
    return _one_class(expr, labels_of(forward))


def _one_class(expr: Expr, counts: Mapping[str, Expr | None]) -> Expr:
    if not expr.has(Equals):
        return expr
    if not isinstance(expr, Sum):
        return rebuild(expr, lambda a: _one_class(a, counts))
    body, ranges = open_sum(expr)
    for v, n in ranges:
        bracket = next((a for a in factors(body) if _names_all(a, v, n, counts)), None)
        others = [a for a in factors(body) if a is not bracket]
        if bracket is not None and not any(v in free_indices(a) for a in others):
            return _one_class(sum_over(Mul(*others), tuple(r for r in ranges if r[0] != v)), counts)
    return expr


def _names_all(e: Expr, v: Symbol, n: Expr, counts: Mapping[str, Expr | None]) -> bool:
    """Whether e is a bracket [v = t] of a label t of n classes."""
    if not isinstance(e, Equals) or not isinstance(e.label, Indexed):
        return False
    known = counts.get(str(e.label.base.label))
    return e.place == v and known == n and v not in free_indices(e.label)
