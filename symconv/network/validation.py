"""What the index language cannot say soundly is refused when a network is built.

A tensor is absent beyond its border. Under a sum absent means 0 and under a maximum or log-sum-exp
it means minus infinity, so that a formula around an absent entry, such as `2*x[i + m]` or
`w[m]*x[i + m]`, would have two meanings there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations, product

from sympy import Basic, Expr, Integer, Sum, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.calculus.binders import bare_entries
from symconv.core.equation import Equation, Ranges
from symconv.core.errors import Unsupported
from symconv.core.nodes import LogSumExp, MaxOver
from symconv.core.tensor import key_of

LIMIT = 100_000
"""How many windows and places along one axis are looked at."""


def refuse_empty_windows(reducer: MaxOver | LogSumExp, around: Ranges) -> None:
    """Unsupported where every entry of a window is absent along an axis of known size."""
    access = reducer.function
    if not isinstance(access, Indexed):
        return
    bound = tuple((v, high + 1) for v, _, high in reducer.limits)
    for place, extent in zip(access.indices, access.base.shape, strict=True):
        where = _first_empty_window(place, extent, around, bound)
        if where:
            raise Unsupported(
                f"the window at {where} lies wholly beyond the border of "
                f"{key_of(access)}, so it has no maximum",
                help="use less padding, a larger window or fewer windows",
            )


def _first_empty_window(place: Expr, extent: Expr, around: Ranges, bound: Ranges) -> str:
    """The first window along an axis that sees no entry, as `i = 0`; nothing if there is none."""
    outer = [(v, n) for v, n in around if v in place.free_symbols]
    inner = [(v, n) for v, n in bound if v in place.free_symbols]
    sizes = [n for _, n in (*outer, *inner)]
    slopes = [expand(place).coeff(v) for v, _ in (*outer, *inner)]
    start = expand(place).xreplace({v: Integer(0) for v, _ in (*outer, *inner)})
    numbers = [*sizes, *slopes, start, extent]
    # Open sizes are not refused: for some of their values the window may well have an entry.
    if not all(n.is_Integer for n in numbers) or _count_windows(sizes) > LIMIT:
        return ""
    out, into = [int(c) for c in slopes[: len(outer)]], [int(c) for c in slopes[len(outer) :]]
    reach = {_dot_product(into, m) for m in product(*(range(int(n)) for _, n in inner))}
    for i in product(*(range(int(n)) for _, n in outer)):
        first = int(start) + _dot_product(out, i)
        if not any(0 <= first + r < int(extent) for r in reach):
            return ", ".join(f"{v} = {n}" for (v, _), n in zip(outer, i, strict=True))
    return ""


def _dot_product(slopes: list[int], places: tuple[int, ...]) -> int:
    return sum(c * n for c, n in zip(slopes, places, strict=True))


def _count_windows(sizes: list[Expr]) -> int:
    total = 1
    for n in sizes:
        total *= int(n)
    return total


MOST_DIGITS = 5
"""The most indices in one place of a left side: their orders are tried, 5! = 120 at most."""


def refuse_overwriting(equation: Equation) -> None:
    """Unsupported where two values of the indices may name the same entry on the left side."""
    unknown = ambiguous_indices(equation)
    if not unknown:
        return
    name, indices = key_of(equation.lhs), ", ".join(map(str, equation.lhs.indices))
    several = " and ".join(map(str, unknown))
    raise Unsupported(
        f"{name}[{indices}] may name the same entry for several values of {several}",
        help="every entry of a value is written once; add up under a sum on the right side",
    )


def ambiguous_indices(equation: Equation) -> list[Symbol]:
    """The indices that the place of an entry on the left side does not determine."""
    unknown = {v: n for v, n in equation.ranges if n != 1}
    places = [expand(e) for e in equation.lhs.indices]
    while unknown:
        solved = next((vs for e in places if (vs := _radix_digits(e, unknown))), ())
        if not solved:
            break
        unknown = {v: n for v, n in unknown.items() if v not in solved}
    return list(unknown)


def _radix_digits(place: Expr, extents: Mapping[Symbol, Expr]) -> tuple[Symbol, ...]:
    """The indices in a place, if they are digits in mixed radix, as in c*H*W + i*W + j."""
    inside = [v for v in extents if v in place.free_symbols]
    if len(inside) > MOST_DIGITS:
        return ()
    return next((o for o in permutations(inside) if _is_mixed_radix(place, o, extents)), ())


def _is_mixed_radix(place: Expr, order: tuple[Symbol, ...], extents: Mapping[Symbol, Expr]) -> bool:
    """Whether every coefficient exceeds all that the indices before it add up to."""
    reach: Expr = Integer(0)
    for v in order:
        c = place.coeff(v, 1)
        size = c if c.is_positive else -c
        # None, where SymPy does not know, counts as no.
        if not expand(size - reach).is_positive:
            return False
        reach = expand(reach + size * (extents[v] - 1))
    return True


Reducer = MaxOver | LogSumExp


def refuse_unsound(equation: Equation) -> None:
    """Unsupported where an entry may be written twice, or absent where a maximum needs it."""
    refuse_overwriting(equation)
    for reducer, around in _find_reducers(equation.rhs, equation.ranges):
        refuse_empty_windows(reducer, around)
        if isinstance(reducer.function, Indexed):
            continue
        ranges = (*around, *_bound_ranges(reducer))
        for access, inside in bare_entries(reducer.function, ranges):
            if not _is_present(access, inside):
                raise _refusal(reducer, access)


def _find_reducers(e: Basic, around: Ranges) -> Iterator[tuple[Reducer, Ranges]]:
    """Every reducer of a formula with the ranges of the indices around it."""
    if isinstance(e, Reducer):
        yield e, around
    inner = (*around, *_bound_ranges(e)) if isinstance(e, Sum | MaxOver | LogSumExp) else around
    for a in e.args:
        yield from _find_reducers(a, inner)


def _bound_ranges(e: Sum | Reducer) -> Ranges:
    """What a binder binds; every range starts at 0."""
    return tuple((v, high + 1) for v, _, high in e.limits)


def _is_present(access: Indexed, ranges: Ranges) -> bool:
    pairs = zip(access.indices, access.base.shape, strict=True)
    return all(always_inside(place, extent, ranges) for place, extent in pairs)


def _refusal(reducer: Reducer, access: Indexed) -> Unsupported:
    name, rest = key_of(access), ", ".join(map(str, access.indices))
    word = "maximum" if isinstance(reducer, MaxOver) else "log-sum-exp"
    return Unsupported(
        f"{name}[{rest}] may lie beyond the border of {name}, where it would count as minus "
        f"infinity, but it is only a part of what the {word} is taken of",
        help=f"let it be the whole body of the {word} (name the rest as a value of its own "
        "before), or let its indices run inside the tensor only",
    )
