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

from .affine import Affine, affine, denominator, is_rational
from .brackets import equation_of
from .builder import Workbench
from .strategy import Reach, scatter_pays, window_index
from .terms import Term


def solved(bench: Workbench, term: Term) -> Term:
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
        if found is not None:
            return solved(bench, found)
    return term


def _without_fraction(bench: Workbench, term: Term, access: Indexed) -> Term | None:
    """T[.., e, ..] with a rational e = i: i becomes an index, and g e = g i an equation.

    The same for a place that shares a bound index with another axis, T[i - m, m]: a window of the
    one would have to run along the other.
    """
    for axis, e in enumerate(access.indices):
        if not (is_rational(e) or _entangled(term, access, axis) or _wide(bench, term, access, e)):
            continue
        gap = denominator(e)
        place = affine(expand(gap * e), bench.extents)
        v = _free(term, place)
        if is_rational(e):
            v = _over_places(bench, term, place, access, v)
        if v is None:
            continue
        key = str(access.base.label)
        i = bench.fresh(bench.letter(key, axis), bench.tensors[key].shape[axis])
        shared = term.rewritten(partial(_replaced, place=e, i=i))
        return _eliminated(replace(shared, bound=(*term.bound, i)), v, place, gap * i)
    return None


def _wide(bench: Workbench, term: Term, access: Indexed, place: Expr) -> bool:
    """Whether windows of the tensor have more maps than the result."""
    form = affine(place, bench.extents)
    reaches = tuple((v, abs(c), bench.extents[v]) for v, c in form.terms)
    if len(reaches) < 2 or window_index(reaches, bench.sizes) not in term.bound:
        return False
    factors = {v for f in term.factors for v in f.free_symbols if v in bench.extents}
    entries = set(access.indices)
    maps = Mul(*(bench.extents[v] for v in term.bound if v in entries))
    results = factors - set(term.bound) - access.free_symbols
    return scatter_pays(maps, Mul(*(bench.extents[v] for v in results)), bench.sizes)


def _entangled(term: Term, access: Indexed, axis: int) -> bool:
    """Whether an axis adds a bound index to another index, and the bound one has its own axis."""
    e = access.indices[axis]
    others = {x for k, x in enumerate(access.indices) if k != axis}
    return not e.is_Symbol and bool(e.free_symbols & set(term.bound) & others)


def _without_delta(bench: Workbench, term: Term, bracket: KroneckerDelta) -> Term | None:
    """[a = b] is the equation a - b = 0."""
    gap = equation_of(bracket)
    place = affine(expand(gap * denominator(gap)), bench.extents)
    bound, free = _bound(bench, term, place, bracket), _free(term, place)
    long = _longest(bench, term, place)
    v = bound if bound is not None and (free is None or bound == long) else free
    if v is None:
        return None
    rest = replace(term, factors=tuple(f for f in term.factors if f != bracket))
    return _eliminated(rest, v, place, S.Zero)


def _without_box(bench: Workbench, term: Term, bracket: Box) -> Term | None:
    """[(u - f)/g is an integer in 0 .. n-1] is u = g k + f for one k in that range.

    Solved for the index u of the result, where k and f count the places once each: g k + f with f
    below g, or s v + k with k below s.
    """
    gap = denominator(bracket.place)
    place = affine(expand(gap * bracket.place), bench.extents)
    u = _free(term, place)
    others = [(-c, bench.extents[v]) for v, c in place.terms if v != u]
    if u is None or place.coefficient(u) != 1 or len(others) != 1:
        return None
    ((step, extent),) = others
    coarse, fine = (step, bracket.extent) if gap == 1 else (gap, step * extent)
    if not bench.sizes.nonnegative(coarse - fine):
        return None
    k = bench.fresh("k", bracket.extent)
    rest = replace(term, factors=tuple(f for f in term.factors if f != bracket))
    return _eliminated(replace(rest, bound=(*rest.bound, k)), u, place, gap * k)


def _eliminated(term: Term, v: Symbol, place: Affine, right: Expr) -> Term:
    """The term with place = right solved for v, whose coefficient is 1 or -1."""
    c = place.coefficient(v)
    solution = expand((right - place.expression + c * v) / c)
    rest = term.rewritten(lambda f: f.xreplace({v: solution}))
    if v in term.bound:
        return replace(rest, bound=tuple(b for b in term.bound if b != v))
    return replace(rest, places=(*rest.places, (v, solution)))


def _units(place: Affine) -> tuple[Symbol, ...]:
    return tuple(v for v, c in place.terms if c in {1, -1})


def _free(term: Term, place: Affine) -> Symbol | None:
    """An index of the result that stands beside bound indices only."""
    placed = {v for v, _ in term.places}
    free = [v for v in place.indices if v not in term.bound]
    if len(free) != 1 or free[0] in placed or free[0] not in _units(place):
        return None
    return free[0]


def _over_places(
    bench: Workbench, term: Term, place: Affine, access: Indexed, free: Symbol | None
) -> Symbol | None:
    """The index to solve for: of the free one and a guarded one, the one with the longer reach.

    The other one is left to be a window or a loop, and that should be the kernel.
    """
    bound = _longest(bench, term, place)
    others = [v for v in place.indices if v not in term.bound]
    if bound in _units(place) and len(others) == 1 and _guarded(bench, term, bound, access):
        pair = {bound, *others}
        reaches = tuple((v, abs(c), bench.extents[v]) for v, c in place.terms if v in pair)
        if window_index(reaches, bench.sizes) != bound:
            return bound
    return free if free is not None else _bound(bench, term, place, access)


def _bound(bench: Workbench, term: Term, place: Affine, but: Expr) -> Symbol | None:
    """A bound index whose range a factor guards: outside of it the factor is absent."""
    if isinstance(but, Indexed) and any(v not in term.bound for v in place.indices):
        return None  # a rational place of the result: spreading the tensor is better
    guarded = [v for v in _units(place) if v in term.bound and _guarded(bench, term, v, but)]
    long = _longest(bench, term, place)
    return long if long in guarded else next(iter(guarded), None)


def _guarded(bench: Workbench, term: Term, v: Symbol, but: Expr) -> bool:
    """Whether a factor T[.., v, ..] has an axis exactly as long as the range of v."""
    entries = [f for f in term.factors if isinstance(f, Indexed) and f != but]
    return any(
        e == v and bench.sizes.equal(n, bench.extents[v])
        for f in entries
        for e, n in zip(f.indices, bench.tensors[str(f.base.label)].shape, strict=True)
    )


def _longest(bench: Workbench, term: Term, place: Affine) -> Symbol | None:
    """The bound index with the longest reach: the one that runs over places, not over a kernel."""
    reaches: list[Reach] = [
        (v, abs(c), bench.extents[v]) for v, c in place.terms if v in term.bound
    ]
    while len(reaches) > 1:
        short = window_index(tuple(reaches), bench.sizes)
        reaches = [r for r in reaches if r[0] != short]
    return reaches[0][0] if reaches else None


def _replaced(formula: Expr, place: Expr, i: Symbol) -> Expr:
    """The formula with i wherever an entry is read at `place`."""
    entries = formula.atoms(Indexed)
    new = {
        a: a.func(a.base, *(i if expand(e - place) == 0 else e for e in a.indices)) for a in entries
    }
    return formula.xreplace({a: b for a, b in new.items() if a != b})
