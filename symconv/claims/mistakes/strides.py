"""Stride and dilation: what is spread out, and how far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from sympy import Add, Expr, S
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .affine import Affine, affine, replaced
from .record import broken
from .shapes import changed, is_signal, of_kind, spatial_axes, with_indices


def _stride(a: Affine, e: Equation, facts: Facts) -> Expr:
    """The stride: the divisor in dC/dx, the coefficient of the output's position in dC/dw."""
    if of_kind(e, facts) != "kernel":
        return a.divisor
    found = [c for v, c in a.numerators.items() if v not in e.lhs.free_symbols]
    return found[0] if found else S.One


@broken(
    "stride_ignored",
    "the stride is ignored: neighbouring outputs are read as if they lay one step apart",
    rank=160,
    steps="sifting, definition",
)
def stride_ignored(e: Equation, facts: Facts) -> Iterator[Expr]:
    """s i + m becomes i + m, and (u + p - m)/s becomes u + p - m."""

    def unstrided(a: Affine) -> Affine:
        if of_kind(e, facts) != "kernel":
            return replace(a, divisor=S.One)
        stride = _stride(a, e, facts)
        return a.scaled(lambda v, c: c if v in e.lhs.free_symbols else c / stride)

    yield from replaced(e, facts, unstrided)


@broken(
    "kernel_dilated",
    "the stride spreads out the kernel here; it is the error signal that it spreads out",
    rank=162,
    steps="sifting, definition",
)
def kernel_dilated(e: Equation, facts: Facts) -> Iterator[Expr]:
    """s i + m becomes i + s m, and (u + p - m)/s becomes u + p - s m."""

    def crossed(a: Affine) -> Affine:
        stride = _stride(a, e, facts)
        if of_kind(e, facts) == "kernel":
            return a.scaled(lambda v, c: c * stride if v in e.lhs.free_symbols else c / stride)
        wide = a.scaled(lambda v, c: c if v in e.lhs.free_symbols else c * stride)
        return replace(wide, divisor=S.One)

    yield from replaced(e, facts, crossed)


@broken(
    "dilated_too_far",
    "the error signal is spread out too far: between neighbours belong s - 1 zeros, s being the "
    "stride",
    rank=164,
    steps="sifting, definition",
)
def dilated_too_far(e: Equation, facts: Facts) -> Iterator[Expr]:
    """(u + p - m)/s becomes (u + p - m)/(s + 1), and s i + m becomes (s + 1) i + m."""

    def wider(a: Affine) -> Affine | None:
        stride = _stride(a, e, facts)
        if stride == 1:
            return None
        if of_kind(e, facts) != "kernel":
            return replace(a, divisor=stride + 1)
        return a.scaled(lambda v, c: c if v in e.lhs.free_symbols else stride + 1)

    yield from replaced(e, facts, wider)


@broken(
    "signal_repeated",
    "the error signal is repeated; between the outputs of a stride belong zeros, not copies",
    rank=166,
    steps="sifting",
)
def signal_repeated(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d[(u + p - m)/s] becomes d[floor((u + p - m)/s)], the sum over all remainders."""

    def repeated(x: Indexed) -> Expr | None:
        axes = spatial_axes(x, facts)
        parts = [affine(x.indices[axis]) for axis in axes]
        if not is_signal(x, facts) or not any(p.divisor != 1 for p in parts):
            return None
        if not all(p.divisor.is_Integer for p in parts):
            return None
        choices = [
            [replace(p, rest=p.rest - r).built() for r in range(int(p.divisor))] for p in parts
        ]
        return Add(*(with_indices(x, *x.indices[:-2], *c) for c in product(*choices)))

    new = changed(e.rhs, repeated)
    if new is not None:
        yield new


@broken(
    "dilation_ignored",
    "the dilation is ignored: the entries of the kernel are read as if they lay one step apart",
    rank=168,
    steps="sifting, definition",
)
def dilation_ignored(e: Equation, facts: Facts) -> Iterator[Expr]:
    """s i + d m becomes s i + m, and (u + p - d m)/s becomes (u + p - m)/s."""
    kernel = of_kind(e, facts) == "kernel"

    def narrow(a: Affine) -> Affine | None:
        if len(a.numerators) < 2:
            return None
        return a.scaled(lambda v, c: _unit(c) if (v in e.lhs.free_symbols) == kernel else c)

    yield from replaced(e, facts, narrow)


def _unit(coefficient: Expr) -> Expr:
    return S.NegativeOne if coefficient.could_extract_minus_sign() else S.One
