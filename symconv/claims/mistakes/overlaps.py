"""Windows that overlap, and write where they should add."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sympy import Add, Expr, Integer, Mul, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation
from symconv.core.nodes import Box
from symconv.semantics.places import whole

from .record import broken
from .shapes import Anatomy, accesses, anatomy, is_signal, of_kind, spatial_axes, tensor_of

Case = dict[Symbol, Expr]
MOST_CASES = 30


@broken(
    "overlap_overwritten",
    "where windows overlap, the last one overwrites the others; their contributions add up",
    rank=240,
    steps="exchange of sums, chain rule",
)
def overwritten(e: Equation, facts: Facts) -> Iterator[Expr]:
    """x[window] += d w becomes x[window] = d w, the windows row by row."""
    a = anatomy(e.rhs)
    if a is None or of_kind(e, facts) != "image":
        return
    signals = [x for f in a.factors for x in accesses(f) if is_signal(x, facts)]
    found = _windows(a, signals[0], facts) if signals else None
    if found is None:
        return
    cases, limits = found
    yield _last(a, cases, limits, [_inside(signals[0].xreplace(c), facts) for c in cases])
    masks = [x for f in a.factors for x in accesses(f) if tensor_of(x, facts).role == "mask"]
    if masks:
        yield _last(a, cases, limits, [masks[0].xreplace(c) for c in cases])


def _windows(
    a: Anatomy, signal: Indexed, facts: Facts
) -> tuple[list[Case], list[tuple[Symbol, Expr, Expr]]] | None:
    """The windows that cover an entry, the last one first, and the sums within a window."""
    places = [signal.indices[axis] for axis in spatial_axes(signal, facts)]
    shared = [p for p in places if not p.free_symbols <= {limit[0] for limit in a.limits}]
    over = [limit for limit in a.limits if any(p.has(limit[0]) for p in shared)]
    spans = [range(whole(lo, facts.size_map), whole(hi, facts.size_map) + 1) for _, lo, hi in over]
    names = [limit[0] for limit in over]
    cases = [dict(zip(names, map(Integer, values), strict=True)) for values in product(*spans)]
    if not 1 < len(cases) <= MOST_CASES:
        return None
    zero = dict.fromkeys(signal.free_symbols, Integer(0))

    def order(case: Case) -> tuple[Expr, ...]:
        return tuple(p.xreplace({**zero, **case}) for p in places)

    return sorted(cases, key=order, reverse=True), [x for x in a.limits if x not in over]


def _inside(signal: Indexed, facts: Facts) -> Expr:
    """[the output exists]."""
    shape = facts.shape(tensor_of(signal, facts))
    axes = spatial_axes(signal, facts)
    return Mul(*(Box(signal.indices[axis], Integer(shape[axis])) for axis in axes))


def _last(
    a: Anatomy, cases: list[Case], limits: list[tuple[Symbol, Expr, Expr]], writes: list[Expr]
) -> Expr:
    """The contribution of the last window that writes."""
    terms, body = [], Mul(*a.factors)
    for n, case in enumerate(cases):
        later = Mul(*(1 - w for w in writes[:n]))
        terms.append(later * body.xreplace(case))
    total = Add(*terms)
    return Mul(*a.outer, Sum(total, *limits) if limits else total)
