"""Which equations are sums of products of two entries, and the indices that they run over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

from sympy import Add, Mul, Sum, Symbol
from sympy.tensor.indexed import Indexed

from symconv.codegen.c.model.index_form import PlaceForm
from symconv.codegen.c.model.sized_program import SizedTensor
from symconv.core.equation import Equation
from symconv.core.errors import Unsupported
from symconv.core.tensor import key_of

from .accesses import ArrayAccess, read_access
from .digits import split_digits, sum_over_entries

LEAST_PRODUCTS = 500
"""The fewest products that are planned: below that the loops around them cost as much."""


@dataclass(frozen=True)
class Nest:
    """target = bias + the sum over `inner` of the product of the operands, for all of `outer`."""

    target: ArrayAccess
    operands: tuple[ArrayAccess, ...]
    bias: ArrayAccess | None
    outer: Mapping[Symbol, int]
    inner: Mapping[Symbol, int]

    @property
    def extents(self) -> dict[Symbol, int]:
        """Every index with its extent."""
        return {**self.outer, **self.inner}

    @property
    def accumulates(self) -> bool:
        """Whether what the target holds already is added: nothing may be computed twice."""
        return self.bias == self.target

    @property
    def products(self) -> int:
        """How many products there are, those with absent entries included."""
        return prod(self.extents.values())


def find_nest(e: Equation, tensors: Mapping[str, SizedTensor]) -> Nest | None:
    """The nest of an equation; None where it is something else, or too small."""
    outer = {v: int(n) for v, n in e.ranges}
    parts = Add.make_args(e.rhs)
    sums = [p for p in parts if isinstance(p, Sum)]
    bias = [p for p in parts if isinstance(p, Indexed)]
    if len(sums) != 1 or len(bias) > 1 or len(sums) + len(bias) != len(parts):
        return None
    inner = {v: int(high) + 1 for v, _, high in reversed(sums[0].limits)}
    factors = Mul.make_args(sums[0].function)
    accesses = [a for a in (e.lhs, *factors, *bias) if isinstance(a, Indexed)]
    if len(factors) > 2 or len(accesses) != 1 + len(factors) + len(bias):
        return None
    if any(tensors[key_of(a)].kind != "real" for a in accesses):
        return None
    try:
        found = [read_access(a, tensors, {**outer, **inner}) for a in accesses]
    except Unsupported:
        return None
    found = split_digits(found, {**outer, **inner})
    operands, inner = sum_over_entries(found[1 : 1 + len(factors)], inner)
    nest = Nest(found[0], tuple(operands), found[-1] if bias else None, outer, inner)
    fits = nest.products >= LEAST_PRODUCTS and _is_plain(nest.target, outer)
    return merge_axes(nest) if fits and (not bias or _stays_inside(found[-1], outer)) else None


def _is_plain(target: ArrayAccess, outer: Mapping[Symbol, int]) -> bool:
    """Whether every axis of what is written has an index of its own, from end to end."""
    bare = []
    for form, n in zip(target.forms, target.shape, strict=True):
        if form == PlaceForm((), 0) and n == 1:
            continue
        if len(form.terms) != 1 or form != PlaceForm(((form.terms[0][0], 1),), 0):
            return False
        bare.append(form.terms[0][0])
        if outer[bare[-1]] != n:
            return False
    return len(bare) == len(set(bare)) == len(outer)


def _stays_inside(access: ArrayAccess, extents: Mapping[Symbol, int]) -> bool:
    """Whether all entries are there."""
    for form, n in zip(access.forms, access.shape, strict=True):
        low, high = form.bounds(extents)
        if form.divisor != 1 or low < 0 or high >= n:
            return False
    return True


def merge_axes(nest: Nest) -> Nest:
    """Two indices become one where they run side by side over two whole axes in every access.

    Rows of 28 entries would fill a vector of 16 to seven eighths; 28 rows of 28 fill it.
    """
    for extents in (nest.outer, nest.inner):
        for v in extents:
            for w in extents:
                if v != w and all(_run_together(a, v, w, extents) for a in _accesses(nest)):
                    return merge_axes(_merge(nest, v, w))
    return nest


def _accesses(nest: Nest) -> list[ArrayAccess]:
    return [nest.target, *nest.operands, *([nest.bias] if nest.bias else [])]


def _run_together(a: ArrayAccess, v: Symbol, w: Symbol, extents: Mapping[Symbol, int]) -> bool:
    """Whether v and w stand alone on two axes side by side, or neither stands anywhere."""
    if not a.uses(v) and not a.uses(w):
        return True
    for k in range(len(a.forms) - 1):
        if a.forms[k] == PlaceForm(((v, 1),), 0) and a.forms[k + 1] == PlaceForm(((w, 1),), 0):
            rest = [f for n, f in enumerate(a.forms) if n not in {k, k + 1}]
            alone = not any(u in {v, w} for f in rest for u, _ in f.terms)
            return alone and a.shape[k : k + 2] == (extents[v], extents[w])
    return False


def _merge(nest: Nest, v: Symbol, w: Symbol) -> Nest:
    """The nest with w for both."""

    def merged(a: ArrayAccess) -> ArrayAccess:
        if not a.uses(v):
            return a
        k = a.forms.index(PlaceForm(((v, 1),), 0))
        shape = (*a.shape[:k], a.shape[k] * a.shape[k + 1], *a.shape[k + 2 :])
        return replace(a, shape=shape, forms=(*a.forms[:k], *a.forms[k + 1 :]))

    def ranges(extents: Mapping[Symbol, int]) -> dict[Symbol, int]:
        if v not in extents:
            return dict(extents)
        return {u: extents[v] * n if u == w else n for u, n in extents.items() if u != v}

    return Nest(
        merged(nest.target),
        tuple(map(merged, nest.operands)),
        merged(nest.bias) if nest.bias else None,
        ranges(nest.outer),
        ranges(nest.inner),
    )
