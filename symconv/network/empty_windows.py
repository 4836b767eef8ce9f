"""A window that lies wholly in the padding has no maximum: refused when a network is built."""

from __future__ import annotations

from itertools import product

from sympy import Expr, Integer, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Ranges
from symconv.core.errors import Unsupported
from symconv.core.nodes import LogSumExp, MaxOver

LIMIT = 100_000
"""How many windows and places along one axis are looked at."""


def refuse_empty_windows(reducer: MaxOver | LogSumExp, around: Ranges) -> None:
    """Unsupported where every entry of a window is absent along an axis of known size."""
    access = reducer.function
    if not isinstance(access, Indexed):
        return
    bound = tuple((v, high + 1) for v, _, high in reducer.limits)
    for place, extent in zip(access.indices, access.base.shape, strict=True):
        where = _empty(place, extent, around, bound)
        if where:
            raise Unsupported(
                f"the window at {where} lies wholly beyond the border of "
                f"{access.base.label}, so it has no maximum",
                help="use less padding, a larger window or fewer windows",
            )


def _empty(place: Expr, extent: Expr, around: Ranges, bound: Ranges) -> str:
    """The first window along an axis that sees no entry, as `i = 0`; nothing if there is none."""
    outer = [(v, n) for v, n in around if v in place.free_symbols]
    inner = [(v, n) for v, n in bound if v in place.free_symbols]
    sizes = [n for _, n in (*outer, *inner)]
    slopes = [expand(place).coeff(v) for v, _ in (*outer, *inner)]
    start = expand(place).xreplace({v: Integer(0) for v, _ in (*outer, *inner)})
    numbers = [*sizes, *slopes, start, extent]
    if not all(n.is_Integer for n in numbers) or _count(sizes) > LIMIT:
        return ""
    out, into = [int(c) for c in slopes[: len(outer)]], [int(c) for c in slopes[len(outer) :]]
    reach = {_sum(into, m) for m in product(*(range(int(n)) for _, n in inner))}
    for i in product(*(range(int(n)) for _, n in outer)):
        first = int(start) + _sum(out, i)
        if not any(0 <= first + r < int(extent) for r in reach):
            return ", ".join(f"{v} = {n}" for (v, _), n in zip(outer, i, strict=True))
    return ""


def _sum(slopes: list[int], places: tuple[int, ...]) -> int:
    return sum(c * n for c, n in zip(slopes, places, strict=True))


def _count(sizes: list[Expr]) -> int:
    total = 1
    for n in sizes:
        total *= int(n)
    return total
