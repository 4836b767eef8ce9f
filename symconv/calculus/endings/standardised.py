"""Normalisation by its form: something divided by the root of the mean of its own square."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

from sympy import Add, Expr, Mul, Pow, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.calculus.binders import (
    alpha_equal,
    free_indices,
    open_sum,
    product_factors,
    rebuild,
    substitute_indices,
    sum_over,
)
from symconv.core.equation import Equation, Program, Ranges
from symconv.core.tensor import key_of

from .instances import Pattern

MOST_RANGES = 4
"""The most indices of one mean that are tried in every order: 24 orders; images have three."""


@dataclass(frozen=True)
class Mean:
    """An entry that is a factor times a sum: `factor` holds no entry of a tensor."""

    equation: Equation
    factor: Expr
    body: Expr
    ranges: Ranges


@dataclass(frozen=True)
class Standardised:
    """`deviation` / root(`under`), where `under` is the mean of deviation^2, plus what is small.

    `power` is the mean of the squares; both formulas have the indices of the equation `by` in
    which they were found.
    """

    by: Equation
    power: Mean
    deviation: Expr
    under: Expr

    @property
    def indices(self) -> frozenset[Symbol]:
        return frozenset(v for v, _ in self.by.ranges)


def read_mean(equation: Equation) -> Mean | None:
    """c sum f, for c free of entries: a mean, or any sum."""
    factors = product_factors(equation.rhs)
    sums = [a for a in factors if isinstance(a, Sum)]
    factor = Mul(*(a for a in factors if not isinstance(a, Sum)))
    if len(sums) != 1 or factor.has(Indexed):
        return None
    body, ranges = open_sum(sums[0])
    number, rest = body.as_coeff_Mul()
    return Mean(equation, factor * number, rest, ranges)


def find_means(program: Program) -> Mapping[str, Mean]:
    """The tensors whose entries are means, by key."""
    found = ((e.key, read_mean(e)) for e in program.equations)
    return {key: mean for key, mean in found if mean is not None}


def find_standardised(program: Program) -> Iterator[Standardised]:
    """What is divided by the root of the mean of its own square, one for each place of that."""
    means = find_means(program)
    for equation in program.equations:
        for power in sorted(equation.rhs.atoms(Pow), key=str):
            if power.exp == -S.Half:
                yield from _read_standardised(equation, power.base, means)


def _read_standardised(
    equation: Equation, under: Expr, means: Mapping[str, Mean]
) -> Iterator[Standardised]:
    for access in sorted(under.atoms(Indexed), key=str):
        mean = means.get(key_of(access))
        if mean is None or under.coeff(access) != 1 or (under - access).has(Indexed):
            continue
        if not (isinstance(mean.body, Pow) and mean.body.exp == 2):
            continue
        own = dict(zip(mean.equation.lhs.indices, access.indices, strict=True))
        places = {v: e for v, e in own.items() if isinstance(v, Symbol)}
        squared = substitute_indices(mean.body.base, places)
        pattern = Pattern(squared, frozenset(v for v, _ in mean.ranges))
        here = _find_deviation(equation.rhs, pattern)
        if here is not None:
            yield Standardised(equation, mean, here, under)


def _find_deviation(expr: Expr, pattern: Pattern) -> Expr | None:
    """The first instance of the deviation in a formula."""
    if pattern.match(expr) is not None:
        return expr
    parts = expr.args if not isinstance(expr, Indexed) else ()
    found = (_find_deviation(a, pattern) for a in sorted(parts, key=str) if isinstance(a, Expr))
    return next((e for e in found if e is not None), None)


def cancel_deviations(expr: Expr, means: Mapping[str, Mean]) -> Expr:
    """sum_i (x_i - mu) = 0, where mu is the mean of these x_i."""
    if not expr.has(Sum):
        return expr
    if isinstance(expr, Sum) and _is_sum_of_deviations(expr, means):
        return S.Zero
    return rebuild(expr, lambda a: cancel_deviations(a, means))


def _is_sum_of_deviations(total: Expr, means: Mapping[str, Mean]) -> bool:
    body, ranges = open_sum(total)
    if not isinstance(body, Add) or len(ranges) > MOST_RANGES:
        return False
    bound, count = {v for v, _ in ranges}, Mul(*(n for _, n in ranges))
    for a in body.args:
        mu: Expr = -a
        if not isinstance(mu, Indexed):
            continue
        mean = means.get(key_of(mu))
        if mean is None or free_indices(mu) & bound or mean.factor * count != 1:
            continue
        places = dict(zip(mean.equation.lhs.indices, mu.indices, strict=True))
        known = {v: e for v, e in places.items() if isinstance(v, Symbol)}
        # The same entries, added up over the same range, whatever its indices are called.
        wanted = substitute_indices(sum_over(mean.body, mean.ranges), known)
        if any(alpha_equal(sum_over(body - a, order), wanted) for order in permutations(ranges)):
            return True
    return False
