"""Stride and dilation: what is spread out, and how far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from sympy import Add, Expr, S
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import (
    AffineQuotient,
    decompose_index,
    gradient_kind,
    is_signal,
    replace_accesses,
    replace_indices,
    spatial_axes,
    with_indices,
)
from .mutation import mutation


def _stride(a: AffineQuotient, e: Equation, context: NetworkContext) -> Expr:
    """The stride: the divisor in dC/dx, the coefficient of the output's position in dC/dw."""
    if gradient_kind(e, context) != "kernel":
        return a.divisor
    found = [c for v, c in a.numerators.items() if v not in e.lhs.free_symbols]
    return found[0] if found else S.One


@mutation(
    "stride_ignored",
    "the stride is ignored: neighbouring outputs are read as if they lay one step apart",
    rank=160,
    steps="sifting, definition",
)
def stride_ignored(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """s i + m becomes i + m, and (u + p - m)/s becomes u + p - m."""

    def unstrided(a: AffineQuotient) -> AffineQuotient:
        if gradient_kind(e, context) != "kernel":
            return replace(a, divisor=S.One)
        stride = _stride(a, e, context)
        return a.scaled(lambda v, c: c if v in e.lhs.free_symbols else c / stride)

    yield from replace_indices(e, context, unstrided)


@mutation(
    "kernel_dilated",
    "the stride spreads out the kernel here; it is the error signal that it spreads out",
    rank=162,
    steps="sifting, definition",
)
def kernel_dilated(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """s i + m becomes i + s m, and (u + p - m)/s becomes u + p - s m."""

    def crossed(a: AffineQuotient) -> AffineQuotient:
        stride = _stride(a, e, context)
        if gradient_kind(e, context) == "kernel":
            return a.scaled(lambda v, c: c * stride if v in e.lhs.free_symbols else c / stride)
        wide = a.scaled(lambda v, c: c if v in e.lhs.free_symbols else c * stride)
        return replace(wide, divisor=S.One)

    yield from replace_indices(e, context, crossed)


@mutation(
    "dilated_too_far",
    "the error signal is spread out too far: between neighbours belong s - 1 zeros, s being the "
    "stride",
    rank=164,
    steps="sifting, definition",
)
def signal_dilated_too_far(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """(u + p - m)/s becomes (u + p - m)/(s + 1), and s i + m becomes (s + 1) i + m."""

    def wider(a: AffineQuotient) -> AffineQuotient | None:
        stride = _stride(a, e, context)
        if stride == 1:
            return None
        if gradient_kind(e, context) != "kernel":
            return replace(a, divisor=stride + 1)
        return a.scaled(lambda v, c: c if v in e.lhs.free_symbols else stride + 1)

    yield from replace_indices(e, context, wider)


@mutation(
    "signal_repeated",
    "the error signal is repeated; between the outputs of a stride belong zeros, not copies",
    rank=166,
    steps="sifting",
)
def signal_repeated(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d[(u + p - m)/s] becomes d[floor((u + p - m)/s)], the sum over all remainders."""

    def repeated(x: Indexed) -> Expr | None:
        axes = spatial_axes(x, context)
        parts = [decompose_index(x.indices[axis]) for axis in axes]
        if not is_signal(x, context) or not any(p.divisor != 1 for p in parts):
            return None
        if not all(p.divisor.is_Integer for p in parts):
            return None
        choices = [
            [replace(p, rest=p.rest - r).built() for r in range(int(p.divisor))] for p in parts
        ]
        return Add(*(with_indices(x, *x.indices[:-2], *c) for c in product(*choices)))

    new = replace_accesses(e.rhs, repeated)
    if new is not None:
        yield new


@mutation(
    "dilation_ignored",
    "the dilation is ignored: the entries of the kernel are read as if they lay one step apart",
    rank=168,
    steps="sifting, definition",
)
def dilation_ignored(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """s i + d m becomes s i + m, and (u + p - d m)/s becomes (u + p - m)/s."""
    kernel = gradient_kind(e, context) == "kernel"

    def narrow(a: AffineQuotient) -> AffineQuotient | None:
        if len(a.numerators) < 2:
            return None
        return a.scaled(
            lambda v, c: _unit_coefficient(c) if (v in e.lhs.free_symbols) == kernel else c
        )

    yield from replace_indices(e, context, narrow)


def _unit_coefficient(coefficient: Expr) -> Expr:
    return S.NegativeOne if coefficient.could_extract_minus_sign() else S.One
