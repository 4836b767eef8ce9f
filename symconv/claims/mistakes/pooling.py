"""Pooling: who in the window gets the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import cast

from sympy import Expr, Integer, KroneckerDelta, Mul, Rational
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation
from symconv.core.nodes import OneHot
from symconv.core.tensor import key_of

from .equation_parts import accesses, replace_accesses, tensor_of
from .mutation import mutation

AVERAGING = {"avgpool", "global_avgpool"}
"""The layers that average over a window, by their keywords."""


def _replace_mask(
    e: Equation, context: NetworkContext, value: Callable[[Indexed], Expr]
) -> Iterator[Expr]:
    """The equation with something else in the place of the mask of a maximum."""
    new = replace_accesses(
        e.rhs, lambda x: value(x) if tensor_of(x, context).role == "mask" else None
    )
    if new is not None:
        yield new


@mutation(
    "pool_spread",
    "the gradient is spread over the whole window; max-pooling passes it to the maximum alone",
    rank=200,
    steps="selection",
)
def pool_everywhere(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The mask of a maximum becomes 1: every entry of the window gets the gradient."""
    yield from _replace_mask(e, context, lambda _: Integer(1))


@mutation(
    "pool_averaged",
    "the gradient is shared out over the window, as average-pooling does; max-pooling passes it to "
    "the maximum alone",
    rank=210,
    steps="selection",
)
def pool_average(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The mask of a maximum becomes 1/(k1 k2), as in average-pooling."""

    def share(x: Indexed) -> Expr:
        window = context.shape(tensor_of(x, context))[-_window_axes(x, context) :]
        return Rational(1, prod(window))

    yield from _replace_mask(e, context, share)


@mutation(
    "pool_corner",
    "the gradient goes to the first entry of every window; it belongs to the maximum, wherever in "
    "the window that is",
    rank=220,
    steps="selection",
)
def pool_corner(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The mask becomes [m = 0] [n = 0]."""
    yield from _replace_mask(
        e,
        context,
        lambda x: Mul(*(KroneckerDelta(i, 0) for i in x.indices[-_window_axes(x, context) :])),
    )


def _window_axes(x: Indexed, context: NetworkContext) -> int:
    """How many axes a window has, which are the last ones of its mask: one, over a vector."""
    equation = context.equation(tensor_of(x, context).key)
    assert equation is not None
    return len(cast("OneHot", equation.rhs).position)


@mutation(
    "average_missing",
    "the 1/(k1 k2) of average-pooling is missing",
    rank=230,
    steps="linearity, definition",
)
def average_missing(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The 1/(k1 k2) of average-pooling is left out."""
    plain = context.program.tensor(e.lhs).name.plain.key
    readers = [
        q for q in context.forward.equations if plain in {key_of(x) for x in accesses(q.rhs)}
    ]
    factor = e.rhs.as_coeff_Mul()[0]
    if any(q.kind in AVERAGING for q in readers) and 0 < abs(factor) < 1:
        yield e.rhs / factor
