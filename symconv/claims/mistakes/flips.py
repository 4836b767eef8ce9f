"""Arrays that are turned by 180 degrees where they must not be, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from sympy import Expr, Integer, Sum

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import (
    AffineQuotient,
    accesses,
    gradient_kind,
    is_kernel,
    is_signal,
    replace_accesses,
    replace_indices,
    reverse_last_axes,
    tensor_of,
)
from .mutation import mutation


@mutation(
    "missing_flip",
    "the error signal is turned by 180 degrees against the image; dC/dw is the correlation of the "
    "two, and a convolution turns one of them",
    rank=20,
    steps="exchange of sums, chain rule",
)
def signal_flipped(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d[i, j] x[i+m, j+n] becomes d[H-1-i, W-1-j] x[i+m, j+n]."""
    if gradient_kind(e, context) == "kernel":
        new = replace_accesses(
            e.rhs, lambda x: reverse_last_axes(x, context) if is_signal(x, context) else None
        )
        if new is not None:
            yield new


@mutation(
    "kernel_flip",
    "the kernel is read in the wrong direction: going back through a correlation turns it by 180 "
    "degrees, w[i-u, j-v] where the forward pass has w[m, n]",
    rank=30,
    steps="sifting, derivative of an entry",
)
def kernel_flipped(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """w[m, n] becomes w[k1-1-m, k2-1-n] in dC/dx."""
    new = replace_accesses(
        e.rhs, lambda x: reverse_last_axes(x, context) if is_kernel(x, context) else None
    )
    if new is not None:
        yield new


@mutation(
    "no_flip",
    "kernel and error signal are both read forwards, d[u+m] w[m]; on the way back one of them runs "
    "backwards, d[u-m] w[m]: the kernel has to be flipped",
    rank=25,
    steps="sifting, derivative of an entry",
)
def no_flip(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d[u - m] w[m] becomes d[u + m] w[m] in dC/dx."""
    if gradient_kind(e, context) == "image" and any(is_kernel(x, context) for x in accesses(e.rhs)):
        yield from _mirror_index(e, context)


@mutation(
    "turned_index",
    "the image is read backwards, x[i-m]; the entry of the kernel says how far ahead, x[i+m]",
    rank=35,
    steps="definition, derivative of an entry",
)
def image_read_backwards(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d[i] x[i + m] becomes d[i] x[i - m] in dC/dw."""
    if gradient_kind(e, context) == "kernel":
        yield from _mirror_index(e, context)


def _mirror_index(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The index of the kernel with the other sign, wherever it stands beside another one.

    Where indices start at 1, the second way forgets the -1 that goes with the sum of two of them.
    """
    kernel = gradient_kind(e, context) == "kernel"

    def mirrored(a: AffineQuotient, forgotten: int) -> AffineQuotient | None:
        if len(a.numerators) < 2:
            return None
        turned = a.scaled(lambda v, c: -c if (v in e.lhs.free_symbols) == kernel else c)
        return replace(turned, rest=a.rest + forgotten)

    for base in sorted({0, context.notation.index_base}):
        yield from replace_indices(e, context, partial(mirrored, forgotten=base))


@mutation(
    "flipped_input",
    "the image is turned by 180 degrees, and nothing has to be turned there: the wrong operand is "
    "flipped",
    rank=40,
    steps="definition, exchange of sums",
)
def image_flipped(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """x[i+m, j+n] with the image read backwards, in dC/dw."""
    if gradient_kind(e, context) == "kernel":
        new = replace_accesses(
            e.rhs, lambda x: None if is_signal(x, context) else reverse_last_axes(x, context)
        )
        if new is not None:
            yield new


@mutation(
    "flipped_result",
    "the numbers are right and stand in reverse order: the result is turned by 180 degrees",
    rank=50,
    steps="renaming, sifting",
)
def result_flipped(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """m' becomes k1-1-m' on the right alone."""
    kind = gradient_kind(e, context)
    axes = context.image_axes
    if kind not in {"kernel", "image"} or len(e.lhs.indices) < axes or not e.rhs.has(Sum):
        return
    shape = context.shape(tensor_of(e.lhs, context))
    table = {
        v: Integer(n - 1) - v
        for v, n in zip(e.lhs.indices[-axes:], shape[-axes:], strict=True)
        if v.is_Symbol
    }
    if len(table) == axes:
        yield e.rhs.xreplace(table)
