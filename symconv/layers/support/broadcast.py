"""Entries of given tensors whose shapes broadcast, as NumPy has it: from the last axis on."""

from __future__ import annotations

from sympy import Expr, Integer

from symconv.core.equation import Ranges
from symconv.core.errors import SymconvError

from .ranges import indices_or_zero
from .scope import Scope


def read_broadcast(  # noqa: PLR0913 - a tensor, its axes, and where it is read
    role: str, name: str, own: Ranges, over: Ranges, at: Scope, *, positive: bool = False
) -> Expr:
    """The entry of the given tensor in the field `role` at the indices `over`.

    By itself the tensor has the axes `own`. What stands before and has its name may have any shape
    that broadcasts to `over`: SymconvError where it does not.
    """
    if role in at.names or at.value(name).shape == tuple(n for _, n in own):
        return at.given(role, name, own, positive=positive)[indices_or_zero(own)]
    shape = at.value(name).shape
    pairs = list(zip(over[max(0, len(over) - len(shape)) :], shape, strict=False))
    if len(shape) > len(over) or any(s not in {1, n} for (_, n), s in pairs):
        have, full, alone = (
            " x ".join(map(str, some))
            for some in (shape, [n for _, n in over], [n for _, n in own] or [Integer(1)])
        )
        raise SymconvError(
            f"'{name}' has the shape {have}, which does not broadcast to {full}",
            help=f"the shape {alone}, or {full} with some axes of length 1",
        )
    axes = tuple((v, s) for (v, _), s in pairs)
    where = tuple(Integer(0) if s == 1 else v for v, s in axes)
    return at.given(role, name, axes, positive=positive)[where]
