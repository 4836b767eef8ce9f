"""Terms as arrays: solve, read every factor, contract or scatter."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, KroneckerDelta, Mul, Symbol

from symconv.core.nodes import Box, Equals

from .affine import affine
from .brackets import box, delta, equals
from .builder import Workbench
from .labelled_array import Labelled, total
from .products import averaged, contracted
from .scatter import scattered
from .scatter_axes import Target
from .solve_brackets import solved
from .terms import Term, distributed, independent, opened

Value = Callable[[Workbench, Expr], Labelled]


def summed(bench: Workbench, expression: Expr, value: Value) -> Labelled:
    """The array of a product, a sum or a bracket."""
    return _addends(bench, opened(bench, expression), value)


def _addends(bench: Workbench, term: Term, value: Value) -> Labelled:
    term = solved(bench, term)
    addends = distributed(bench, term)
    if len(addends) == 1:
        return _lowered(bench, term, value)
    return total(tuple(_addends(bench, a, value) for a in addends), bench.extents)


def _lowered(bench: Workbench, term: Term, value: Value) -> Labelled:
    """One term: factors without bound indices stand in front of the sum."""
    outside, inside = independent(term)
    inner = _contraction(bench, inside, value)
    if not outside:
        return inner
    factors = (*_factors(bench, outside, value), inner)
    return contracted(bench, factors, tuple(bench.extents))


def _contraction(bench: Workbench, term: Term, value: Value) -> Labelled:
    factors = _factors(bench, term.factors, value)
    met = {v for f in factors for v in f.axes}
    kept = {v for _, e in term.places for v in e.free_symbols}
    idle = [v for v in term.bound if v not in met | kept]
    coefficient = Mul(term.coefficient, *(bench.extents[v] for v in idle))
    if not term.places:
        out = tuple(v for v in bench.extents if v not in term.bound)
        return averaged(bench, contracted(bench, factors, out), coefficient, term.bound)
    return scattered(bench, factors, coefficient, _targets(bench, term, met))


def _targets(bench: Workbench, term: Term, met: set[Symbol]) -> tuple[Target, ...]:
    """Every index of the result with the place that is written along its axis."""
    places = dict(term.places)
    free = bench.order((met - set(term.bound)) | set(places))
    return tuple(Target(v, bench.extents[v], affine(places.get(v, v), bench.extents)) for v in free)


def _factors(bench: Workbench, factors: tuple[Expr, ...], value: Value) -> tuple[Labelled, ...]:
    found = []
    for factor in factors:
        if isinstance(factor, KroneckerDelta):
            array: Labelled | None = delta(bench, factor)
        elif isinstance(factor, Box):
            array = box(bench, factor)
        elif isinstance(factor, Equals):
            array = equals(bench, factor)
        else:
            array = value(bench, factor)
        if array is not None:
            found.append(array)
    return tuple(found)
