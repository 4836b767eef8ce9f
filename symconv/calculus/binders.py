"""Bound variables: fresh names, capture-avoiding substitution, sums taken apart and rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from sympy import Basic, Expr, Mul, S, Sum, Symbol, expand
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed, IndexedBase

from symconv.core.equation import Ranges
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, limits
from symconv.core.tensor import index


def index_symbols(expr: Basic) -> set[Symbol]:
    """Every symbol that occurs, free or bound; tensor labels are not symbols here."""
    if isinstance(expr, Symbol):
        return {expr}
    args = expr.indices if isinstance(expr, Indexed) else expr.args
    return set().union(*(index_symbols(a) for a in args if not isinstance(a, IndexedBase)))


def free_indices(expr: Basic) -> set[Symbol]:
    """The symbols that occur free; tensor labels and shapes do not count."""
    if isinstance(expr, Symbol):
        return {expr}
    if isinstance(expr, ExprWithLimits):
        # Extents are outside the scope of the variables that they bound.
        inside = free_indices(expr.function) - set(expr.variables)
        return inside.union(*(free_indices(n) for _, low, n in expr.limits for n in (low, n)))
    # SymPy's `free_symbols` of x[i] holds i, the label x and x[i] itself. Only the symbols of the
    # index expressions count here, hence our own walk.
    args = expr.indices if isinstance(expr, Indexed) else expr.args
    return set().union(*(free_indices(a) for a in args))


def bare_entries(e: Basic, ranges: Ranges) -> Iterator[tuple[Indexed, Ranges]]:
    """The entries that stand in a formula outside of every sum and of every other reducer."""
    if isinstance(e, Indexed):
        yield e, ranges
    elif not isinstance(e, Sum | MaxOver | LogSumExp | Box | Equals):
        for a in e.args:
            yield from bare_entries(a, ranges)


def fresh_symbol(symbol: Symbol, taken: Iterable[Symbol]) -> Symbol:
    """`symbol` with as many primes as make it new."""
    # By name, not by symbol: two symbols of one name and different assumptions are two symbols for
    # SymPy and one for whoever reads the formula.
    used = {s.name for s in taken}
    name = symbol.name
    while name in used:
        name += "'"
    return index(name)


def substitute_indices(expr: Expr, new: Mapping[Symbol, Expr]) -> Expr:
    """expr with free indices replaced; bound variables are renamed where they would capture."""
    # SymPy's `subs` and `xreplace` go below binders and capture: sum_m x[i + m] at i = m becomes
    # sum_m x[2 m] there.
    new = {v: e for v, e in new.items() if v in free_indices(expr)}
    if not new:
        return expr
    if isinstance(expr, ExprWithLimits):
        coming = set().union(*(free_indices(e) for e in new.values()))
        safe = rename_bound(expr, coming)
        return safe.func(substitute_indices(safe.function, new), *safe.limits)
    if isinstance(expr, Indexed):
        # `expand` is the normal form of an index expression: 2 (i + 1) and 2 i + 2 must be equal.
        return rebuild(expr, lambda a: expand(substitute_indices(a, new)))
    return (
        new[expr]
        if isinstance(expr, Symbol)
        else rebuild(expr, lambda a: substitute_indices(a, new))
    )


def rename_bound(expr: ExprWithLimits, avoid: Iterable[Symbol]) -> ExprWithLimits:
    """Alpha-renaming: sum_m f(m) = sum_m' f(m'), so that no variable of `expr` is in `avoid`."""
    clash = [v for v in expr.variables if v in set(avoid)]
    if not clash:
        return expr
    taken = set(avoid) | index_symbols(expr)
    new: dict[Symbol, Symbol] = {}
    for v in clash:
        new[v] = fresh_symbol(v, taken)
        taken.add(new[v])
    body = substitute_indices(expr.function, dict(new.items()))
    return expr.func(body, *((new.get(v, v), low, high) for v, low, high in expr.limits))


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """expr with `change` applied to its direct parts; the limits of a binder are left alone.

    What does not change is not made anew: SymPy would sort and multiply out its parts again.
    """
    if isinstance(expr, ExprWithLimits):
        body = change(expr.function)
        return expr if body is expr.function and body != 0 else replace_body(expr, body)
    kept = 1 if isinstance(expr, Indexed) else 0
    old = expr.args[kept:]
    new = [change(cast("Expr", a)) for a in old]
    if all(a is b for a, b in zip(old, new, strict=True)):
        return expr
    return expr.func(*expr.args[:kept], *new)


def replace_body(binder: ExprWithLimits, body: Expr) -> Expr:
    """The same binder around another body; a sum of 0 is 0."""
    # SymPy keeps `Sum(0, ...)`. A LogSumExp of 0 is no 0 (it is the log of the extent).
    return S.Zero if body == 0 and isinstance(binder, Sum) else binder.func(body, *binder.limits)


def sum_over(body: Expr, ranges: Ranges) -> Expr:
    """Sum of `body` over `ranges`, the first range outermost; without ranges the body itself."""
    if body == 0 or not ranges:
        return body
    # SymPy lists the limits of a sum from the innermost outwards.
    return Sum(body, *limits(reversed(ranges)))


def open_sum(expr: Expr) -> tuple[Expr, Ranges]:
    """(body, ranges) of a sum, the outermost range first; anything else has no ranges."""
    if not isinstance(expr, Sum):
        return expr, ()
    return expr.function, tuple((v, high + 1) for v, _, high in reversed(expr.limits))


def product_factors(expr: Expr) -> tuple[Expr, ...]:
    """The factors of a product, in SymPy's canonical order."""
    return tuple(Mul.make_args(expr))


def alpha_equal(a: Expr, b: Expr) -> bool:
    """Whether two formulas are equal up to the names of their bound variables."""
    return a == b or _name_by_depth(a, 0) == _name_by_depth(b, 0)


def _name_by_depth(expr: Expr, depth: int) -> Expr:
    """expr with each bound variable named by the depth of its binder (de Bruijn levels)."""
    if not isinstance(expr, ExprWithLimits):
        return (
            rebuild(expr, lambda a: _name_by_depth(a, depth)) if expr.has(ExprWithLimits) else expr
        )
    # `#` occurs in no name that a person can give, so nothing is captured.
    new = {v: index(f"#{depth}.{n}") for n, v in enumerate(expr.variables)}
    body = _name_by_depth(substitute_indices(expr.function, dict(new.items())), depth + 1)
    return expr.func(body, *((new[v], low, high) for v, low, high in expr.limits))
