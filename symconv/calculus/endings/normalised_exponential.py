"""Softmax by its form: exp(f) over the sum of all exp(f), whatever it is written as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from sympy import Add, Expr, Mul, Pow, Sum, exp
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.calculus.binders import (
    free_indices,
    open_sum,
    product_factors,
    rebuild,
    rename_bound,
    substitute_indices,
    sum_over,
)
from symconv.core.equation import Ranges
from symconv.core.nodes import LogSumExp, limits
from symconv.core.tensor import key_of

from .instances import match_access


@dataclass(frozen=True)
class Share:
    """exp(f - log sum_v exp f): the share of `place`, the index at which f is taken, of all v."""

    formula: exp
    total: LogSumExp
    place: Expr


def find_share(e: Expr) -> Share | None:
    """The share that a formula is; None where another sum than that of its own f is subtracted."""
    if not isinstance(e, exp):
        return None
    totals = [-a for a in Add.make_args(e.args[0]) if isinstance(-a, LogSumExp)]
    if len(totals) != 1:
        return None
    total = cast("LogSumExp", totals[0])
    if len(total.limits) != 1:
        return None
    place = _find_place(total, e.args[0] + total)
    return None if place is None else Share(e, total, place)


def _find_place(total: LogSumExp, f: Expr) -> Expr | None:
    """The value of the summed index at which the summand is f."""
    ((v, _, _),) = total.limits
    for mine in sorted(total.function.atoms(Indexed), key=str):
        for its in sorted(f.atoms(Indexed), key=str):
            places = match_access(mine, its, frozenset({v}))
            if places and substitute_indices(total.function, places) == f:
                return places[v]
    return None


def write_as_quotient(share: Expr, ranges: Ranges) -> Expr:
    """exp(f) / sum_v exp(f), where f is everywhere in its range; the share itself elsewhere."""
    found = find_share(share)
    assert found is not None, "it is a share"
    limits_of_sum = tuple((v, high + 1) for v, _, high in found.total.limits)
    accesses = found.total.function.atoms(Indexed)
    pairs = [p for a in accesses for p in zip(a.indices, a.base.shape, strict=True)]
    # What is absent is minus infinity under log-sum-exp, and 0, whose exp is 1, under a sum.
    if not all(always_inside(e, n, (*limits_of_sum, *ranges)) for e, n in pairs):
        return share
    above = exp(share.args[0] + found.total)
    return above / Sum(exp(found.total.function), *found.total.limits)


def gather_shares(expr: Expr) -> Expr:
    """exp(f) / sum_v exp(f) = exp(f - log sum_v exp(f))."""
    if not expr.has(exp) or not expr.args:
        return expr
    if isinstance(expr, Mul):
        expr = _gather_product(expr)
    return rebuild(expr, gather_shares)


def _gather_product(product: Expr) -> Expr:
    """Each division by a sum of exponentials joins an exponential of the product or of its sums."""
    for power in product_factors(product):
        total = _read_total(power)
        if total is None:
            continue
        rest = Mul(*(a for a in product_factors(product) if a is not power))
        joined = _join(rest, total)
        if joined is not None:
            left = power.exp + 1  # type: ignore[attr-defined]
            again = Mul(joined, Pow(power.base, left))  # type: ignore[attr-defined]
            return _gather_product(again) if left else again
    return product


def _read_total(power: Expr) -> LogSumExp | None:
    """log sum exp f, of a negative power of sum exp f."""
    if not (isinstance(power, Pow) and power.exp.is_Integer and power.exp.is_negative):
        return None
    body, ranges = open_sum(power.base)
    if len(ranges) != 1 or not isinstance(body, exp):
        return None
    return LogSumExp(body.args[0], *limits(ranges))


def _join(product: Expr, total: LogSumExp) -> Expr | None:
    """The product with its first exponential of the same f divided by the sum; None without one."""
    factors = product_factors(product)
    for a in sorted(factors, key=lambda a: (isinstance(a, Sum), str(a))):
        rest = Mul(*(b for b in factors if b is not a))
        if (
            isinstance(a, exp)
            and not a.has(LogSumExp)
            and _find_place(total, a.args[0]) is not None
        ):
            return rest * exp(a.args[0] - total)
        if isinstance(a, Sum) and not free_indices(total) & set(a.variables):
            body, ranges = open_sum(rename_bound(a, total.variables))
            joined = _join(body, total)
            if joined is not None:
                return rest * sum_over(joined, ranges)
    return None


def unit_sums(
    expr: Expr, place: Expr, shares: Indexed, targets: frozenset[str]
) -> Iterator[tuple[Expr, str, int]]:
    """sum_q t[q] = 1, for a target t that is subtracted from a softmax over the same q."""
    # With the axis of the target; `place` is the index of the softmax along its sum.
    for total in sorted(expr.atoms(Sum), key=str):
        body, ranges = open_sum(total)
        if not isinstance(body, Indexed) or len(ranges) != 1 or key_of(body) not in targets:
            continue
        ((v, extent),) = ranges
        axes = [n for n, e in enumerate(body.indices) if v in free_indices(e)]
        if len(axes) != 1 or body.indices[axes[0]] != v or body.base.shape[axes[0]] != extent:
            continue
        # The target's other indices are those of the share that it is subtracted from.
        own = tuple(e for n, e in enumerate(body.indices) if n != axes[0])
        if own == tuple(e for e in shares.indices if e != place):
            yield total, key_of(body), axes[0]
