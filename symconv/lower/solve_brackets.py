"""Brackets and rational places as equations between indices, solved for one of them.

Solved for a bound index they leave a plain access, solved for an index of the result they make the
sum a scatter: delta[(u + p - d m)/s] is delta[i] at u = s i + d m - p.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sympy import Expr, KroneckerDelta, Mul, S, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box
from symconv.core.tensor import key_of

from .affine import AffineForm, affine_form, denominator, is_rational
from .builder import ProgramBuilder
from .einsum_terms import EinsumTerm
from .iverson_brackets import delta_residual
from .strategy import Reach, choose_window_index, prefers_scatter


def solve_brackets(bench: ProgramBuilder, term: EinsumTerm) -> EinsumTerm:
    """The term with every equation between indices solved that can be solved without a division."""
    for factor in term.factors:
        if isinstance(factor, KroneckerDelta):
            found = _without_delta(bench, term, factor)
        elif isinstance(factor, Box):
            found = _without_box(bench, term, factor)
        elif isinstance(factor, Indexed):
            found = _without_fraction(bench, term, factor)
        else:
            found = None
        # One at a time: the solution of one equation changes the places in all the others.
        if found is not None:
            return solve_brackets(bench, found)
    return term


def _without_fraction(
    bench: ProgramBuilder, term: EinsumTerm, access: Indexed
) -> EinsumTerm | None:
    """T[.., e, ..] with a rational e = i: i becomes an index, and g e = g i an equation.

    The same for a place that shares a bound index with another axis, T[i - m, m]: a window of the
    one would have to run along the other.
    """
    for axis, e in enumerate(access.indices):
        if not (
            is_rational(e)
            or _shares_bound_index(term, access, axis)
            or _has_wide_windows(bench, term, access, e)
        ):
            continue
        gap = denominator(e)
        place = affine_form(expand(gap * e), bench.extents)
        v = _free_result_index(term, place)
        if is_rational(e):
            v = _index_to_eliminate(bench, term, place, access, v)
        if v is None:
            continue
        key = key_of(access)
        i = bench.fresh(bench.letter(key, axis), bench.tensors[key].shape[axis])
        shared = term.rewritten(partial(_replace_index, place=e, i=i))
        return _eliminate_index(replace(shared, bound=(*term.bound, i)), v, place, gap * i)
    return None


def _has_wide_windows(
    bench: ProgramBuilder, term: EinsumTerm, access: Indexed, place: Expr
) -> bool:
    """Whether windows of the tensor have more maps than the result."""
    form = affine_form(place, bench.extents)
    reaches = tuple((v, abs(c), bench.extents[v]) for v, c in form.terms)
    if len(reaches) < 2 or choose_window_index(reaches, bench.sizes) not in term.bound:
        return False
    factors = {v for f in term.factors for v in f.free_symbols if v in bench.extents}
    entries = set(access.indices)
    maps = Mul(*(bench.extents[v] for v in term.bound if v in entries))
    results = factors - set(term.bound) - access.free_symbols
    return prefers_scatter(maps, Mul(*(bench.extents[v] for v in results)), bench.sizes)


def _shares_bound_index(term: EinsumTerm, access: Indexed, axis: int) -> bool:
    """Whether an axis adds a bound index to another index, and the bound one has its own axis."""
    e = access.indices[axis]
    others = {x for k, x in enumerate(access.indices) if k != axis}
    return not e.is_Symbol and bool(e.free_symbols & set(term.bound) & others)


def _without_delta(
    bench: ProgramBuilder, term: EinsumTerm, bracket: KroneckerDelta
) -> EinsumTerm | None:
    """[a = b] is the equation a - b = 0."""
    gap = delta_residual(bracket)
    place = affine_form(expand(gap * denominator(gap)), bench.extents)
    bound, free = _bound_index(bench, term, place, bracket), _free_result_index(term, place)
    # The index over the image goes; that over the kernel stays as the window or the loop.
    long = _longest_bound_index(bench, term, place)
    v = bound if bound is not None and (free is None or bound == long) else free
    if v is None:
        return None
    rest = replace(term, factors=tuple(f for f in term.factors if f != bracket))
    return _eliminate_index(rest, v, place, S.Zero)


def _without_box(bench: ProgramBuilder, term: EinsumTerm, bracket: Box) -> EinsumTerm | None:
    """[(u - f)/g is an integer in 0 .. n-1] is u = g k + f for one k in that range.

    Solved for the index u of the result, where k and f count the places once each: g k + f with f
    below g, or s v + k with k below s.
    """
    gap = denominator(bracket.place)
    place = affine_form(expand(gap * bracket.place), bench.extents)
    u = _free_result_index(term, place)
    others = [(-c, bench.extents[v]) for v, c in place.terms if v != u]
    # Only u itself can be solved for without a division.
    if u is None or place.coefficient(u) != 1 or len(others) != 1:
        return None
    ((step, extent),) = others
    coarse, fine = (step, bracket.extent) if gap == 1 else (gap, step * extent)
    # g k + f with f < g (or s v + k with k < s) takes every value once: then no place is written
    # twice.
    if not bench.sizes.nonnegative(coarse - fine):
        return None
    k = bench.fresh("k", bracket.extent)
    rest = replace(term, factors=tuple(f for f in term.factors if f != bracket))
    return _eliminate_index(replace(rest, bound=(*rest.bound, k)), u, place, gap * k)


def _eliminate_index(term: EinsumTerm, v: Symbol, place: AffineForm, right: Expr) -> EinsumTerm:
    """The term with place = right solved for v, whose coefficient is 1 or -1."""
    c = place.coefficient(v)
    # c v + rest = right, and c is 1 or -1: no fraction comes of it.
    solution = expand((right - place.expression + c * v) / c)
    # No binder is left in the factors, so `xreplace` cannot capture.
    rest = term.rewritten(lambda f: f.xreplace({v: solution}))
    if v in term.bound:
        return replace(rest, bound=tuple(b for b in term.bound if b != v))
    # Solved for an index of the result: the sum becomes a scatter that writes at the solution.
    return replace(rest, places=(*rest.places, (v, solution)))


def _unit_indices(place: AffineForm) -> tuple[Symbol, ...]:
    return tuple(v for v, c in place.terms if c in {1, -1})


def _free_result_index(term: EinsumTerm, place: AffineForm) -> Symbol | None:
    """An index of the result that stands beside bound indices only."""
    placed = {v for v, _ in term.places}
    free = [v for v in place.indices if v not in term.bound]
    if len(free) != 1 or free[0] in placed or free[0] not in _unit_indices(place):
        return None
    return free[0]


def _index_to_eliminate(
    bench: ProgramBuilder, term: EinsumTerm, place: AffineForm, access: Indexed, free: Symbol | None
) -> Symbol | None:
    """The index to solve for: of the free one and a guarded one, the one with the longer reach.

    The other one is left to be a window or a loop, and that should be the kernel.
    """
    bound = _longest_bound_index(bench, term, place)
    others = [v for v in place.indices if v not in term.bound]
    if (
        bound in _unit_indices(place)
        and len(others) == 1
        and is_guarded(bench, term, bound, access)
    ):
        pair = {bound, *others}
        reaches = tuple((v, abs(c), bench.extents[v]) for v, c in place.terms if v in pair)
        if choose_window_index(reaches, bench.sizes) != bound:
            return bound
    return free if free is not None else _bound_index(bench, term, place, access)


def _bound_index(
    bench: ProgramBuilder, term: EinsumTerm, place: AffineForm, but: Expr
) -> Symbol | None:
    """A bound index whose range a factor guards: outside of it the factor is absent."""
    if isinstance(but, Indexed) and any(v not in term.bound for v in place.indices):
        return None  # a rational place of the result: spreading the tensor is better
    guarded = [
        v for v in _unit_indices(place) if v in term.bound and is_guarded(bench, term, v, but)
    ]
    long = _longest_bound_index(bench, term, place)
    return long if long in guarded else next(iter(guarded), None)


def is_guarded(bench: ProgramBuilder, term: EinsumTerm, v: Symbol, but: Expr | None = None) -> bool:
    """Whether a factor T[.., v, ..] has an axis exactly as long as the range of v."""
    entries = [f for f in term.factors if isinstance(f, Indexed) and f != but]
    return any(
        e == v and bench.sizes.equal(n, bench.extents[v])
        for f in entries
        for e, n in zip(f.indices, bench.tensors[key_of(f)].shape, strict=True)
    )


def _longest_bound_index(
    bench: ProgramBuilder, term: EinsumTerm, place: AffineForm
) -> Symbol | None:
    """The bound index with the longest reach: the one that runs over places, not over a kernel."""
    reaches: list[Reach] = [
        (v, abs(c), bench.extents[v]) for v, c in place.terms if v in term.bound
    ]
    while len(reaches) > 1:
        short = choose_window_index(tuple(reaches), bench.sizes)
        reaches = [r for r in reaches if r[0] != short]
    return reaches[0][0] if reaches else None


def _replace_index(formula: Expr, place: Expr, i: Symbol) -> Expr:
    """The formula with i wherever an entry is read at `place`."""
    entries = formula.atoms(Indexed)
    new = {
        a: a.func(a.base, *(i if expand(e - place) == 0 else e for e in a.indices)) for a in entries
    }
    return formula.xreplace({a: b for a, b in new.items() if a != b})
