"""Padding, and indices that are off by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sympy import Expr, S
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .affine import replaced
from .record import broken
from .shapes import anatomy, axis_kind, changed, is_signal, with_indices


@broken(
    "padding_ignored",
    "the padding is ignored: the zeros in front shift every index",
    rank=170,
    steps="sifting, definition",
)
def padding_ignored(e: Equation, facts: Facts) -> Iterator[Expr]:
    """2 i + m - p becomes 2 i + m."""
    yield from replaced(e, facts, lambda a: replace(a, rest=S.Zero) if a.numerators else None)


@broken(
    "window_clipped",
    "the sum ends too early: its last row or column is left out",
    rank=180,
    steps="chain rule",
)
def clipped(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The last row or column of the sum is left out."""
    a = anatomy(e.rhs)
    if a is None:
        return
    places = [x for x in a.limits if axis_kind(x[0], a, facts) == "space" and x[2] != x[1]]
    for group in [places, *([x] for x in places)]:
        if group:
            limits = tuple((v, lo, hi - int((v, lo, hi) in group)) for v, lo, hi in a.limits)
            yield replace(a, limits=limits).rebuilt()


@broken("offset_by_one", "an index is off by one", rank=190, steps="sifting, definition")
def offset_by_one(e: Equation, facts: Facts) -> Iterator[Expr]:
    """x[i + m] becomes x[i + m + 1]."""
    for by in (1, -1):
        for axes in ((-2, -1), (-2,), (-1,)):
            for signals in (False, True):
                new = changed(e.rhs, _mover(by, axes, facts, signals=signals))
                if new is not None:
                    yield new


def _mover(
    by: int, axes: tuple[int, ...], facts: Facts, *, signals: bool
) -> Callable[[Indexed], Indexed | None]:
    """A shift of some axes of the error signals, or of everything else."""

    def moved(x: Indexed) -> Indexed | None:
        if is_signal(x, facts) != signals or len(x.indices) < 2:
            return None
        indices = list(x.indices)
        for axis in axes:
            indices[axis] = indices[axis] + by
        return with_indices(x, *indices)

    return moved
