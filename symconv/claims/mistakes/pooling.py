"""Pooling: who in the window gets the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Expr, Integer, KroneckerDelta, Mul, Rational
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .record import broken
from .shapes import accesses, changed, tensor_of


def _masked(e: Equation, facts: Facts, value: Callable[[Indexed], Expr]) -> Iterator[Expr]:
    """The equation with something else in the place of the mask of a maximum."""
    new = changed(e.rhs, lambda x: value(x) if tensor_of(x, facts).role == "mask" else None)
    if new is not None:
        yield new


@broken(
    "pool_spread",
    "the gradient is spread over the whole window; max-pooling passes it to the maximum alone",
    rank=200,
    steps="selection",
)
def pool_everywhere(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The mask of a maximum becomes 1: every entry of the window gets the gradient."""
    yield from _masked(e, facts, lambda _: Integer(1))


@broken(
    "pool_averaged",
    "the gradient is shared out over the window, as average-pooling does; max-pooling passes it to "
    "the maximum alone",
    rank=210,
    steps="selection",
)
def pool_average(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The mask of a maximum becomes 1/(k1 k2), as in average-pooling."""

    def share(x: Indexed) -> Expr:
        shape = facts.shape(tensor_of(x, facts))
        return Rational(1, shape[-1] * shape[-2])

    yield from _masked(e, facts, share)


@broken(
    "pool_corner",
    "the gradient goes to the first entry of every window; it belongs to the maximum, wherever in "
    "the window that is",
    rank=220,
    steps="selection",
)
def pool_corner(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The mask becomes [m = 0] [n = 0]."""
    yield from _masked(e, facts, lambda x: Mul(*(KroneckerDelta(i, 0) for i in x.indices[-2:])))


@broken(
    "average_missing",
    "the 1/(k1 k2) of average-pooling is missing",
    rank=230,
    steps="linearity, definition",
)
def average_missing(e: Equation, facts: Facts) -> Iterator[Expr]:
    """The 1/(k1 k2) of average-pooling is left out."""
    plain = facts.program.tensor(e.lhs).name.plain.key
    readers = [
        q for q in facts.forward.equations if plain in {str(x.base.label) for x in accesses(q.rhs)}
    ]
    factor = e.rhs.as_coeff_Mul()[0]
    if any("average" in q.title for q in readers) and 0 < abs(factor) < 1:
        yield e.rhs / factor
