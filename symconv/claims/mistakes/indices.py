"""Indices that change places."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import gradient_kind, is_kernel, replace_accesses, tensor_of, with_indices
from .mutation import mutation


@mutation(
    "transposed",
    "two indices are exchanged: the array is transposed",
    rank=260,
    steps="sifting, renaming, derivative of an entry",
)
def transpose_indices(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """m and n change places."""
    shape = context.shape(tensor_of(e.lhs, context))
    if len(e.lhs.indices) >= 2 and shape[-1] == shape[-2]:
        m, n = e.lhs.indices[-2:]
        if m.is_Symbol and n.is_Symbol:
            yield e.rhs.xreplace({m: n, n: m})
    new = replace_accesses(e.rhs, lambda x: _swap_last_axes(x, context))
    if new is not None:
        yield new


def _swap_last_axes(x: Indexed, context: NetworkContext) -> Indexed | None:
    tensor = tensor_of(x, context)
    shape = context.shape(tensor)
    if tensor.role != "parameter" or len(shape) < 2 or shape[-1] != shape[-2]:
        return None
    return with_indices(x, *x.indices[:-2], x.indices[-1], x.indices[-2])


@mutation(
    "channels_swapped",
    "input and output channels of the kernel are exchanged",
    rank=270,
    steps="sifting, derivative of an entry",
)
def channels_swapped(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """w[f, c, m, n] becomes w[c, f, m, n]; dC/dw gets its channels in the other order."""

    def swapped(x: Indexed) -> Indexed | None:
        if not is_kernel(x, context) or len(x.indices) != context.image_axes + 2:
            return None
        return with_indices(x, x.indices[1], x.indices[0], *x.indices[2:])

    new = replace_accesses(e.rhs, swapped)
    if new is not None:
        yield new
    if gradient_kind(e, context) == "kernel" and len(e.lhs.indices) == context.image_axes + 2:
        f, c = e.lhs.indices[:2]
        yield e.rhs.xreplace({f: c, c: f})
