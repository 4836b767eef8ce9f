"""Reading one entry of a tensor: affine places directly, rational places with zeros in between."""

from __future__ import annotations

from sympy import Expr, S, expand
from sympy.tensor.indexed import Indexed

from .affine import Affine, affine, denominator
from .builder import Workbench, origin
from .gather import Fill, gather
from .labelled_array import Labelled
from .leaves import Constant, Ref
from .program import Array, Store
from .views import WHOLE, Slice

ABSENT: dict[Fill, Expr] = {"zero": S.Zero, "lowest": S.NegativeInfinity}


def read(bench: Workbench, access: Indexed, fill: Fill = "zero") -> Labelled:
    """The array of `T[e, ...]`, absent entries being `fill`."""
    key = str(access.base.label)
    tensor = bench.tensors[key]
    if tensor.role == "cost":
        return Labelled(Ref(key), ())
    return read_array(bench, Ref(key), tensor.shape, access.indices, fill)


def read_array(
    bench: Workbench,
    source: Array,
    shape: tuple[Expr, ...],
    indices: tuple[Expr, ...],
    fill: Fill = "zero",
) -> Labelled:
    """`source[indices]` for any array of a known shape."""
    gaps = tuple(denominator(e) for e in indices)
    if any(g != 1 for g in gaps):
        source = _stuffed(bench, source, shape, gaps, fill)
        shape = tuple(g * (n - 1) + 1 for g, n in zip(gaps, shape, strict=True))
    places = tuple(_place(bench, g * e) for g, e in zip(gaps, indices, strict=True))
    return gather(bench, source, shape, places, fill)


def _place(bench: Workbench, index: Expr) -> Affine:
    return affine(expand(index), bench.extents)


def _stuffed(
    bench: Workbench,
    source: Array,
    shape: tuple[Expr, ...],
    gaps: tuple[Expr, ...],
    fill: Fill,
) -> Array:
    """The source with gap - 1 absent entries between neighbours: entry e stands at gap * e."""
    key = ("spaced", source, gaps, fill)
    if key not in bench.memory:
        lengths = tuple(g * (n - 1) + 1 for g, n in zip(gaps, shape, strict=True))
        empty = Constant(lengths, ABSENT[fill], bench.like(source))
        target = bench.define(empty, origin(source), "spaced")
        items = tuple(WHOLE if g == 1 else Slice(step=g) for g in gaps)
        bench.statements.append(Store(target, items, source, add=False))
        bench.memory[key] = target
    return bench.memory[key]
