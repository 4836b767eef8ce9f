"""Sums of products: exchange of sums, sums over one value or one hot class, what is pulled out.

A *term* is a product under all of its sums; a formula with brackets becomes a sum of terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sympy import Add, Expr, KroneckerDelta, Mul, Pow, S, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Ranges
from symconv.core.nodes import Equals
from symconv.core.tensor import key_of

from .binders import (
    free_indices,
    open_sum,
    product_factors,
    rebuild,
    rename_bound,
    substitute_indices,
    sum_over,
)


@dataclass(frozen=True)
class SumTerm:
    """Sum of `body` over `ranges` (the outermost first)."""

    body: Expr
    ranges: Ranges

    @property
    def formula(self) -> Expr:
        return sum_over(self.body, self.ranges)


def exchange_sums(expr: Expr) -> Expr:
    """sum_i a sum_m b [.] = sum_i sum_m a b [.]: brackets come directly under all of their sums."""
    return Add(*(t.formula for t in expand_terms(expr)))


def expand_terms(expr: Expr) -> tuple[SumTerm, ...]:
    """expr as terms; only what holds a bracket is taken apart."""
    # What holds no bracket stays a closed factor: multiplying out everything would be exponential
    # in the number of sums, and nobody could read it.
    if not expr.has(KroneckerDelta):
        return (SumTerm(*open_sum(expr)),)
    if isinstance(expr, Add):
        return tuple(t for a in expr.args for t in expand_terms(a))
    if isinstance(expr, Sum):
        body, ranges = open_sum(expr)
        # sum_i a sum_i b is legal, but under one sum the two i must differ.
        inner = expand_terms(_rename_apart(body, {v for v, _ in ranges}))
        return tuple(SumTerm(t.body, ranges + t.ranges) for t in inner)
    return _distribute_product(product_factors(expr))


def _distribute_product(parts: tuple[Expr, ...]) -> tuple[SumTerm, ...]:
    """Distribute a product over its first factor that is a sum holding a bracket."""
    inner = next((a for a in parts if isinstance(a, Sum | Add) and a.has(KroneckerDelta)), None)
    if inner is None:
        return (SumTerm(Mul(*parts), ()),)
    # `is not`, so that of two equal sums (a square) only one is opened.
    others = Mul(*(a for a in parts if a is not inner))
    opened = expand_terms(_rename_apart(inner, free_indices(others)))
    return tuple(
        SumTerm(u.body, t.ranges + u.ranges)
        for t in opened
        for u in expand_terms(Mul(others, t.body))
    )


def _rename_apart(expr: Expr, taken: set[Symbol]) -> Expr:
    """expr with its sums renamed so that they bind none of the taken variables."""
    if isinstance(expr, Sum):
        return rename_bound(expr, taken)
    return rebuild(expr, lambda a: _rename_apart(a, taken)) if expr.has(Sum) else expr


def map_terms(expr: Expr, change: Callable[[SumTerm], SumTerm]) -> Expr:
    """expr with every top-level term changed."""
    parts = [SumTerm(*open_sum(a)) for a in Add.make_args(expr)]
    return Add(*(change(t).formula for t in parts))


def sum_over_one_value(term: SumTerm) -> SumTerm:
    """sum_{m=0}^{0} f(m) = f(0)."""
    single = {v: S.Zero for v, n in term.ranges if n == 1}
    kept = tuple((v, n) for v, n in term.ranges if n != 1)
    return SumTerm(substitute_indices(term.body, single), kept)


def pull_out(expr: Expr) -> Expr:
    """sum_m c f(m) = c sum_m f(m), for c free of m and of tensors."""
    body, ranges = open_sum(expr)
    bound = {v for v, _ in ranges}
    if not ranges or not isinstance(body, Mul):
        return rebuild(expr, pull_out) if isinstance(expr, Add | Mul) else expr
    outside = [
        a
        for a in product_factors(body)
        if not (free_indices(a) & bound) and not a.has(Sum) and _is_size_product(a)
    ]
    inside = Mul(*(a for a in product_factors(body) if a not in outside))
    # A sum of 1 alone is a count: it is easier to read with its summand than as a factor times sum
    # 1.
    return Mul(*outside) * sum_over(inside, ranges) if inside != 1 else expr


def _is_size_product(expr: Expr) -> bool:
    """A number, or a product of sizes."""
    return all(a.is_Symbol or a.is_number for a in expr.atoms())


def one_hot_sum(expr: Expr, labels: Mapping[str, tuple[Expr, ...]]) -> Expr:
    """sum_{q=0}^{n-1} c [q = t] = c (1 - sum_k [k = t]), for a label t and c free of q.

    t is one of n classes, or one of the labels k that are ignored and no classes.
    """
    if not expr.has(Equals):
        return expr
    if not isinstance(expr, Sum):
        return _collapse_brackets(rebuild(expr, lambda a: one_hot_sum(a, labels)))
    body, ranges = open_sum(expr)
    for v, n in ranges:
        brackets = (a for a in product_factors(body) if isinstance(a, Equals))
        bracket = next((a for a in brackets if _is_one_hot(a, v, n, labels)), None)
        others = [a for a in product_factors(body) if a is not bracket]
        # Sound for labels only: sum_q [q = t] is 1 because t is one of the classes. Of an arbitrary
        # integer t it would be 0 outside the range.
        if bracket is not None and not any(v in free_indices(a) for a in others):
            outside = _labels_outside(bracket, labels)
            counted = Mul(*others, 1 - Add(*(Equals(k, bracket.label) for k in outside)))
            rest = sum_over(counted, tuple(r for r in ranges if r[0] != v))
            return one_hot_sum(rest, labels)
    return sum_over(rebuild(body, lambda a: one_hot_sum(a, labels)), ranges)


def _collapse_brackets(expr: Expr) -> Expr:
    """(1 - [k = t])^2 = 1 - [k = t], as a bracket is 0 or 1."""
    if not isinstance(expr, Mul | Pow):
        return expr
    factors = Mul.make_args(expr)
    once = [a.base if isinstance(a, Pow) and _is_outside(a) else a for a in factors]
    return expr if all(a is b for a, b in zip(factors, once, strict=True)) else Mul(*once)


def _is_outside(power: Pow) -> bool:
    """Whether a power is one of 1 - [k = t], for a number k."""
    whole = power.exp.is_Integer and power.exp.is_positive
    brackets = power.base.atoms(Equals) if whole else ()
    return any(b.place.is_Integer and power.base == 1 - b for b in brackets)


def _labels_outside(e: Equals, labels: Mapping[str, tuple[Expr, ...]]) -> tuple[Expr, ...]:
    """The labels that may stand for the label of a bracket, and are no classes."""
    return labels.get(key_of(e.label), ())[1:] if isinstance(e.label, Indexed) else ()


def _is_one_hot(e: Equals, v: Symbol, n: Expr, labels: Mapping[str, tuple[Expr, ...]]) -> bool:
    """Whether e is a bracket [v = t] of a label t of n classes, or of none of them."""
    if not isinstance(e.label, Indexed) or labels.get(key_of(e.label), ())[:1] != (n,):
        return False
    # A label that is a class at some sizes and none at others has no sum that holds at all.
    outside = _labels_outside(e, labels)
    known = all(k.is_negative or (n - k).is_nonpositive for k in outside)
    return e.place == v and known and v not in free_indices(e.label)
