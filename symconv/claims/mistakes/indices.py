"""Indices that change places."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .record import broken
from .shapes import changed, is_kernel, tensor_of, with_indices


@broken(
    "transposed",
    "two indices are exchanged: the array is transposed",
    rank=260,
    steps="sifting, renaming, derivative of an entry",
)
def transposed(e: Equation, facts: Facts) -> Iterator[Expr]:
    """m and n change places."""
    shape = facts.shape(tensor_of(e.lhs, facts))
    if len(e.lhs.indices) >= 2 and shape[-1] == shape[-2]:
        m, n = e.lhs.indices[-2:]
        if m.is_Symbol and n.is_Symbol:
            yield e.rhs.xreplace({m: n, n: m})
    new = changed(e.rhs, lambda x: _swapped(x, facts))
    if new is not None:
        yield new


def _swapped(x: Indexed, facts: Facts) -> Indexed | None:
    tensor = tensor_of(x, facts)
    shape = facts.shape(tensor)
    if tensor.role != "parameter" or len(shape) < 2 or shape[-1] != shape[-2]:
        return None
    return with_indices(x, *x.indices[:-2], x.indices[-1], x.indices[-2])


@broken(
    "channels_swapped",
    "input and output channels of the kernel are exchanged",
    rank=270,
    steps="sifting, derivative of an entry",
)
def channels_swapped(e: Equation, facts: Facts) -> Iterator[Expr]:
    """w[f, c, m, n] becomes w[c, f, m, n]."""

    def swapped(x: Indexed) -> Indexed | None:
        shape = facts.shape(tensor_of(x, facts))
        if not is_kernel(x, facts) or len(shape) != 4 or shape[0] != shape[1]:
            return None
        return with_indices(x, x.indices[1], x.indices[0], *x.indices[2:])

    new = changed(e.rhs, swapped)
    if new is not None:
        yield new
