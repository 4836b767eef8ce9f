"""Arrays that are turned by 180 degrees where they must not be, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from sympy import Expr, Integer, Sum

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .affine import Affine, replaced
from .record import broken
from .shapes import changed, is_kernel, is_signal, of_kind, tensor_of, turned


@broken(
    "missing_flip",
    "the error signal is turned by 180 degrees against the image; dC/dw is the correlation of the "
    "two, and a convolution turns one of them",
    rank=20,
    steps="exchange of sums, chain rule",
)
def signal_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d[i, j] x[i+m, j+n] becomes d[H-1-i, W-1-j] x[i+m, j+n]."""
    if of_kind(e, facts) == "kernel":
        new = changed(e.rhs, lambda x: turned(x, facts) if is_signal(x, facts) else None)
        if new is not None:
            yield new


@broken(
    "kernel_flip",
    "the kernel is read in the wrong direction: going back through a correlation turns it by 180 "
    "degrees, w[i-u, j-v] where the forward pass has w[m, n]",
    rank=30,
    steps="sifting, derivative of an entry",
)
def kernel_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """w[m, n] becomes w[k1-1-m, k2-1-n] in dC/dx."""
    new = changed(e.rhs, lambda x: turned(x, facts) if is_kernel(x, facts) else None)
    if new is not None:
        yield new


@broken(
    "no_flip",
    "kernel and error signal are both read forwards, d[u+m] w[m]; on the way back one of them runs "
    "backwards, d[u-m] w[m]: the kernel has to be flipped",
    rank=25,
    steps="sifting, derivative of an entry",
)
def forwards(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d[u - m] w[m] becomes d[u + m] w[m] in dC/dx."""
    if of_kind(e, facts) == "image":
        yield from _mirrored(e, facts)


@broken(
    "turned_index",
    "the image is read backwards, x[i-m]; the entry of the kernel says how far ahead, x[i+m]",
    rank=35,
    steps="definition, derivative of an entry",
)
def backwards(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d[i] x[i + m] becomes d[i] x[i - m] in dC/dw."""
    if of_kind(e, facts) == "kernel":
        yield from _mirrored(e, facts)


def _mirrored(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The index of the kernel with the other sign, wherever it stands beside another one.

    Where indices start at 1, the second way forgets the -1 that goes with the sum of two of them.
    """
    kernel = of_kind(e, facts) == "kernel"

    def mirrored(a: Affine, forgotten: int) -> Affine | None:
        if len(a.numerators) < 2:
            return None
        turned = a.scaled(lambda v, c: -c if (v in e.lhs.free_symbols) == kernel else c)
        return replace(turned, rest=a.rest + forgotten)

    for base in sorted({0, facts.notation.index_base}):
        yield from replaced(e, facts, partial(mirrored, forgotten=base))


@broken(
    "flipped_input",
    "the image is turned by 180 degrees, and nothing has to be turned there: the wrong operand is "
    "flipped",
    rank=40,
    steps="definition, exchange of sums",
)
def image_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """x[i+m, j+n] with the image read backwards, in dC/dw."""
    if of_kind(e, facts) == "kernel":
        new = changed(e.rhs, lambda x: None if is_signal(x, facts) else turned(x, facts))
        if new is not None:
            yield new


@broken(
    "flipped_result",
    "the numbers are right and stand in reverse order: the result is turned by 180 degrees",
    rank=50,
    steps="renaming, sifting",
)
def result_turned(e: Equation, facts: Facts) -> Iterator[Expr]:
    """m' becomes k1-1-m' on the right alone."""
    kind = of_kind(e, facts)
    if kind not in {"kernel", "image"} or len(e.lhs.indices) not in {2, 4} or not e.rhs.has(Sum):
        return
    shape = facts.shape(tensor_of(e.lhs, facts))
    table = {
        v: Integer(n - 1) - v
        for v, n in zip(e.lhs.indices[-2:], shape[-2:], strict=True)
        if v.is_Symbol
    }
    if len(table) == 2:
        yield e.rhs.xreplace(table)
