"""The order of the loops around a tile: what moves most bytes when it goes on stands outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from sympy import Symbol

from .accesses import ArrayAccess
from .nest import Nest


def order_loops(
    nest: Nest, indices: Iterable[Symbol], steps: Mapping[Symbol, int], visit: Mapping[Symbol, int]
) -> list[Symbol]:
    """The outer indices, the outermost loop first.

    `steps` is how far an index goes on from tile to tile, `visit` how far every index runs while a
    tile is computed. An index that replaces all that a large operand has in the cache is outermost;
    one that moves a window by an entry is innermost.
    """
    weights = {u: sum(_moved(a, u, steps, visit) for a in nest.operands) for u in indices}
    return sorted(weights, key=lambda u: -weights[u])


def _moved(
    access: ArrayAccess, u: Symbol, steps: Mapping[Symbol, int], visit: Mapping[Symbol, int]
) -> float:
    """How many entries of an operand are other ones when an index goes on."""
    reaches = [1 + sum(abs(c) * (visit.get(w, 1) - 1) for w, c in f.terms) for f in access.forms]
    shares = (
        min(1.0, abs(c) * steps.get(u, 1) / reach)
        for f, reach in zip(access.forms, reaches, strict=True)
        for w, c in f.terms
        if w == u
    )
    return prod(reaches) * max(shares, default=0.0)
