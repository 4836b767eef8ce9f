"""Indices with one value: equations are stated without them.

sum_{m=0}^{0} f(m) = f(0), and y[i] for i < 1 is y[0]. Beyond its border a tensor counts as 0 under
a sum and as minus infinity under a maximum; a maximum keeps one of its indices for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from sympy import Expr, S, Sum
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Ranges, SizeDefinition

from .affine import always_inside
from .binders import rebuild, substitute_indices

Sizes = tuple[SizeDefinition, ...]


def drop_single_values(equation: Equation, sizes: Iterable[SizeDefinition] = ()) -> Equation:
    """The same equation without indices that have one value; `sizes` say what sizes are made of."""
    known = tuple(sizes)
    single = {v: S.Zero for v, n in equation.ranges if n == 1}
    ranges = tuple((v, n) for v, n in equation.ranges if n != 1)
    right = substitute_indices(equation.rhs, single)
    return replace(
        equation,
        lhs=cast("Indexed", substitute_indices(equation.lhs, single)),
        rhs=_without(right, ranges, known),
        ranges=ranges,
    )


def _without(e: Expr, ranges: Ranges, sizes: Sizes) -> Expr:
    """The formula without sums and maxima over one value; `ranges` are those of its indices."""
    if not e.has(ExprWithLimits):
        return e
    if not isinstance(e, ExprWithLimits):
        return rebuild(e, lambda a: _without(a, ranges, sizes))
    single = {v: S.Zero for v, low, high in e.limits if low == high == 0}
    left = tuple(limit for limit in e.limits if limit[0] not in single)
    inside = (*ranges, *((v, high + 1) for v, _, high in left))
    body = _without(substitute_indices(e.function, single), inside, sizes)
    if body == 0 and isinstance(e, Sum):
        return body
    if left:
        return e.func(body, *left)
    if _is_itself(e, body, inside, sizes):
        return body
    return e.func(_without(e.function, inside, sizes), *e.limits)


def _is_itself(binder: ExprWithLimits, body: Expr, ranges: Ranges, sizes: Sizes) -> bool:
    """Whether a binder over one value means its body: a sum always, others where it is there."""
    if isinstance(binder, Sum):
        return True
    places = zip(body.indices, body.base.shape, strict=True) if isinstance(body, Indexed) else ()
    return isinstance(body, Indexed) and all(always_inside(e, n, ranges, sizes) for e, n in places)
