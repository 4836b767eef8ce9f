"""Rewrites that hold at these sizes."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, S, Sum

from symconv.core.equation import Equation


def drop_unit_sums(equation: Equation) -> Equation:
    """Sum over one value is that value: no product of matrices for a batch of one."""
    return replace(equation, rhs=_rebuild_sum(equation.rhs))


def _rebuild_sum(e: Expr) -> Expr:
    if not e.args or not e.has(Sum):
        return e
    parts = [_rebuild_sum(a) if isinstance(a, Expr) else a for a in e.args]
    made = e.func(*parts)
    if not isinstance(made, Sum):
        return made
    # Ranges start at 0: the one value of a sum over one is 0.
    units = {v: S.Zero for v, low, high in made.limits if low == high == 0}
    left = [limit for limit in made.limits if limit[0] not in units]
    body = made.function.xreplace(units) if units else made.function
    return Sum(body, *left) if left else body
