"""Where a formula stands in another one, at which indices: the accesses say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from sympy import Expr, Mul, Pow, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.calculus.binders import (
    alpha_equal,
    free_indices,
    index_symbols,
    rebuild,
    substitute_indices,
)

Places = dict[Symbol, Expr]


@dataclass(frozen=True)
class Pattern:
    """A formula with the indices that are open in it."""

    formula: Expr
    indices: frozenset[Symbol]

    def match(self, found: Expr) -> Places | None:
        """The values of the indices at which the pattern is what was found; None if it is not."""
        if not isinstance(found, self.formula.func):
            return None
        entries = sorted(found.atoms(Indexed), key=str)
        for places in _propose(self.formula, entries, self.indices):
            if self.indices <= places.keys() and alpha_equal(
                substitute_indices(self.formula, places), found
            ):
                return places
        return None


def _propose(pattern: Expr, entries: list[Indexed], open_: frozenset[Symbol]) -> Iterator[Places]:
    """Values of the indices, read off one entry that may be an access of the pattern.

    An access without some of the indices is read together with another one of the pattern.
    """
    accesses = sorted(pattern.atoms(Indexed), key=lambda a: (-len(free_indices(a) & open_), str(a)))
    for access in accesses:
        if not open_ <= free_indices(access):
            continue
        for entry in entries:
            places = match_access(access, entry, open_)
            if places is not None:
                yield places


def match_access(access: Indexed, entry: Indexed, open_: frozenset[Symbol]) -> Places | None:
    """The values of the open indices at which an access is an entry; None where it is none."""
    if access.base != entry.base:
        return None
    places: Places = {}
    for mine, its in zip(access.indices, entry.indices, strict=True):
        for v in sorted(free_indices(mine) & open_, key=str):
            value = _value_of(v, mine, its, open_)
            if value is None:
                return None
            places.setdefault(v, value)
    same = substitute_indices(access, places)
    return places if same == entry else None


def _value_of(v: Symbol, mine: Expr, its: Expr, open_: frozenset[Symbol]) -> Expr | None:
    """What stands in the place of v: all of it, or the index with the same coefficient."""
    if mine == v:
        return its
    coefficient, found = expand(mine).coeff(v), expand(its)
    if free_indices(mine) & open_ == {v} and coefficient in {1, -1}:
        return cast("Expr", expand((its - mine) / coefficient + v))
    indices = sorted((s for s in index_symbols(found) if not s.is_nonnegative), key=str)
    return next((s for s in indices if found.coeff(s) == coefficient), None)


def replace_instances(expr: Expr, pattern: Pattern, value: Expr) -> Expr:
    """expr with `value` wherever the pattern stands, at the same indices."""
    places = pattern.match(expr)
    if places is not None:
        return substitute_indices(value, places)
    return rebuild(expr, lambda a: replace_instances(a, pattern, value)) if expr.args else expr


def replace_products(expr: Expr, pattern: Pattern, beside: Expr, value: Expr) -> Expr:
    """expr with `value` for the pattern times what stands `beside` it, as factors of a product."""
    if isinstance(expr, Mul):
        for a in expr.args:
            places = pattern.match(a)
            others = Mul.make_args(substitute_indices(beside, places or {}))
            if places is not None and set(others) <= set(expr.args):
                rest = Mul(*(b for b in expr.args if b is not a and b not in others))
                return replace_products(
                    rest * substitute_indices(value, places), pattern, beside, value
                )
    return (
        rebuild(expr, lambda a: replace_products(a, pattern, beside, value)) if expr.args else expr
    )


def replace_roots(expr: Expr, pattern: Pattern, root: Expr) -> Expr:
    """expr with powers of `root`, the square root of the pattern, for powers of the pattern."""
    if isinstance(expr, Pow):
        places = pattern.match(expr.base)
        if places is not None:
            return substitute_indices(root, places) ** (2 * expr.exp)
    return rebuild(expr, lambda a: replace_roots(a, pattern, root)) if expr.args else expr


def find_instance(expr: Expr, test: Callable[[Expr], bool]) -> Expr | None:
    """The first part of a formula, by its text, that passes a test."""
    found = sorted((a for a in _parts(expr) if test(a)), key=str)
    return found[0] if found else None


def _parts(expr: Expr) -> Iterator[Expr]:
    yield expr
    for a in expr.args:
        if isinstance(a, Expr):
            yield from _parts(a)
