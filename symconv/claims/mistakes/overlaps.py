"""Windows that overlap, and write where they should add."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sympy import Add, Expr, Integer, Mul, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation
from symconv.core.nodes import Box
from symconv.semantics.index_arithmetic import as_integer

from .equation_parts import (
    SumOfProducts,
    accesses,
    as_sum_of_products,
    gradient_kind,
    is_signal,
    spatial_axes,
    tensor_of,
)
from .mutation import mutation

Coverage = dict[Symbol, Expr]
MOST_CASES = 30
"""The most kernel entries whose terms are overwritten one by one:

5 x 5 and a few more. The broken formula has a case for each.
"""


@mutation(
    "overlap_overwritten",
    "where windows overlap, the last one overwrites the others; their contributions add up",
    rank=15,
    steps="exchange of sums, chain rule",
)
def overlap_overwritten(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """x[window] += d w becomes x[window] = d w, the windows row by row."""
    a = as_sum_of_products(e.rhs)
    if a is None or gradient_kind(e, context) != "image":
        return
    signals = [x for f in a.factors for x in accesses(f) if is_signal(x, context)]
    found = _covering_windows(a, signals[0], context) if signals else None
    if found is None:
        return
    cases, limits = found
    yield _last_contribution(
        a, cases, limits, [_output_exists(signals[0].xreplace(c), context) for c in cases]
    )
    masks = [x for f in a.factors for x in accesses(f) if tensor_of(x, context).role == "mask"]
    if masks:
        yield _last_contribution(a, cases, limits, [masks[0].xreplace(c) for c in cases])


def _covering_windows(
    a: SumOfProducts, signal: Indexed, context: NetworkContext
) -> tuple[list[Coverage], list[tuple[Symbol, Expr, Expr]]] | None:
    """The windows that cover an entry, the last one first, and the sums within a window."""
    places = [signal.indices[axis] for axis in spatial_axes(signal, context)]
    shared = [p for p in places if not p.free_symbols <= {limit[0] for limit in a.limits}]
    over = [limit for limit in a.limits if any(p.has(limit[0]) for p in shared)]
    spans = [
        range(as_integer(lo, context.size_map), as_integer(hi, context.size_map) + 1)
        for _, lo, hi in over
    ]
    names = [limit[0] for limit in over]
    cases = [dict(zip(names, map(Integer, values), strict=True)) for values in product(*spans)]
    if not 1 < len(cases) <= MOST_CASES:
        return None
    zero = dict.fromkeys(signal.free_symbols, Integer(0))

    def order(case: Coverage) -> tuple[Expr, ...]:
        return tuple(p.xreplace({**zero, **case}) for p in places)

    return sorted(cases, key=order, reverse=True), [x for x in a.limits if x not in over]


def _output_exists(signal: Indexed, context: NetworkContext) -> Expr:
    """[the output exists]."""
    shape = context.shape(tensor_of(signal, context))
    axes = spatial_axes(signal, context)
    return Mul(*(Box(signal.indices[axis], Integer(shape[axis])) for axis in axes))


def _last_contribution(
    a: SumOfProducts,
    cases: list[Coverage],
    limits: list[tuple[Symbol, Expr, Expr]],
    writes: list[Expr],
) -> Expr:
    """The contribution of the last window that writes."""
    terms, body = [], Mul(*a.factors)
    for n, case in enumerate(cases):
        later = Mul(*(1 - w for w in writes[:n]))
        terms.append(later * body.xreplace(case))
    total = Add(*terms)
    return Mul(*a.outer, Sum(total, *limits) if limits else total)
