"""Sums of products: exchange of sums, sums over one value, and what can be pulled out.

A *term* is a product under all of its sums; a formula with brackets becomes a sum of terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Add, Expr, KroneckerDelta, Mul, S, Sum, Symbol

from symconv.core.equation import Ranges

from .binders import factors, free_indices, open_sum, rebuild, rename_bound, substitute, sum_over


@dataclass(frozen=True)
class Term:
    """Sum of `body` over `ranges` (the outermost first)."""

    body: Expr
    ranges: Ranges

    @property
    def formula(self) -> Expr:
        return sum_over(self.body, self.ranges)


def exchange_of_sums(expr: Expr) -> Expr:
    """sum_i a sum_m b [.] = sum_i sum_m a b [.]: brackets come directly under all of their sums."""
    return Add(*(t.formula for t in terms(expr)))


def terms(expr: Expr) -> tuple[Term, ...]:
    """expr as terms; only what holds a bracket is taken apart."""
    if not expr.has(KroneckerDelta):
        return (Term(*open_sum(expr)),)
    if isinstance(expr, Add):
        return tuple(t for a in expr.args for t in terms(a))
    if isinstance(expr, Sum):
        body, ranges = open_sum(expr)
        inner = terms(_apart(body, {v for v, _ in ranges}))
        return tuple(Term(t.body, ranges + t.ranges) for t in inner)
    return _product(factors(expr))


def _product(parts: tuple[Expr, ...]) -> tuple[Term, ...]:
    """Distribute a product over its first factor that is a sum holding a bracket."""
    inner = next((a for a in parts if isinstance(a, Sum | Add) and a.has(KroneckerDelta)), None)
    if inner is None:
        return (Term(Mul(*parts), ()),)
    others = Mul(*(a for a in parts if a is not inner))
    opened = terms(_apart(inner, free_indices(others)))
    return tuple(
        Term(u.body, t.ranges + u.ranges) for t in opened for u in terms(Mul(others, t.body))
    )


def _apart(expr: Expr, taken: set[Symbol]) -> Expr:
    """expr with its sums renamed so that they bind none of the taken variables."""
    if isinstance(expr, Sum):
        return rename_bound(expr, taken)
    return rebuild(expr, lambda a: _apart(a, taken)) if expr.has(Sum) else expr


def each_term(expr: Expr, change: Callable[[Term], Term]) -> Expr:
    """expr with every top-level term changed."""
    parts = [Term(*open_sum(a)) for a in Add.make_args(expr)]
    return Add(*(change(t).formula for t in parts))


def sum_over_one_value(term: Term) -> Term:
    """sum_{m=0}^{0} f(m) = f(0)."""
    single = {v: S.Zero for v, n in term.ranges if n == 1}
    kept = tuple((v, n) for v, n in term.ranges if n != 1)
    return Term(substitute(term.body, single), kept)


def pull_out(expr: Expr) -> Expr:
    """sum_m c f(m) = c sum_m f(m), for c free of m and of tensors."""
    body, ranges = open_sum(expr)
    bound = {v for v, _ in ranges}
    if not ranges or not isinstance(body, Mul):
        return rebuild(expr, pull_out) if isinstance(expr, Add | Mul) else expr
    outside = [
        a for a in factors(body) if not (free_indices(a) & bound) and not a.has(Sum) and _plain(a)
    ]
    inside = Mul(*(a for a in factors(body) if a not in outside))
    return Mul(*outside) * sum_over(inside, ranges) if inside != 1 else expr


def _plain(expr: Expr) -> bool:
    """A number, or a product of sizes."""
    return all(a.is_Symbol or a.is_number for a in expr.atoms())
