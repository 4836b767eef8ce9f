"""Padding, and indices that are off by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sympy import Expr, S
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import (
    as_sum_of_products,
    axis_kind,
    is_signal,
    replace_accesses,
    replace_indices,
    with_indices,
)
from .mutation import mutation


@mutation(
    "padding_ignored",
    "the padding is ignored: the zeros in front shift every index",
    rank=170,
    steps="sifting, definition",
)
def padding_ignored(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """2 i + m - p becomes 2 i + m."""
    yield from replace_indices(
        e, context, lambda a: replace(a, rest=S.Zero) if a.numerators else None
    )


@mutation(
    "window_clipped",
    "the sum ends too early: its last row or column is left out",
    rank=180,
    steps="chain rule",
)
def window_clipped(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The last row or column of the sum is left out."""
    a = as_sum_of_products(e.rhs)
    if a is None:
        return
    places = [x for x in a.limits if axis_kind(x[0], a, context) == "space" and x[2] != x[1]]
    for group in [places, *([x] for x in places)]:
        if group:
            limits = tuple((v, lo, hi - int((v, lo, hi) in group)) for v, lo, hi in a.limits)
            yield replace(a, limits=limits).rebuilt()


@mutation("offset_by_one", "an index is off by one", rank=190, steps="sifting, definition")
def offset_by_one(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """x[i + m] becomes x[i + m + 1]."""
    for by in (1, -1):
        for axes in ((-2, -1), (-2,), (-1,))[-1 if context.image_axes == 1 else 0 :]:
            for signals in (False, True):
                new = replace_accesses(e.rhs, _mover(by, axes, context, signals=signals))
                if new is not None:
                    yield new


def _mover(
    by: int, axes: tuple[int, ...], context: NetworkContext, *, signals: bool
) -> Callable[[Indexed], Indexed | None]:
    """A shift of some axes of the error signals, or of everything else."""

    def moved(x: Indexed) -> Indexed | None:
        if is_signal(x, context) != signals or len(x.indices) < context.image_axes:
            return None
        indices = list(x.indices)
        for axis in axes:
            indices[axis] = indices[axis] + by
        return with_indices(x, *indices)

    return moved
