"""No entry of a value is written twice: the place on the left side determines every index."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

from sympy import Expr, Integer, Symbol, expand

from symconv.core.equation import Equation
from symconv.core.errors import Unsupported

MOST_DIGITS = 5


def refuse_overwriting(equation: Equation) -> None:
    """Unsupported where two values of the indices may name the same entry on the left side."""
    unknown = undetermined(equation)
    if not unknown:
        return
    name, indices = str(equation.lhs.base.label), ", ".join(map(str, equation.lhs.indices))
    several = " and ".join(map(str, unknown))
    raise Unsupported(
        f"{name}[{indices}] may name the same entry for several values of {several}",
        help="every entry of a value is written once; add up under a sum on the right side",
    )


def undetermined(equation: Equation) -> list[Symbol]:
    """The indices that the place of an entry on the left side does not determine."""
    unknown = {v: n for v, n in equation.ranges if n != 1}
    places = [expand(e) for e in equation.lhs.indices]
    while unknown:
        solved = next((vs for e in places if (vs := _digits(e, unknown))), ())
        if not solved:
            break
        unknown = {v: n for v, n in unknown.items() if v not in solved}
    return list(unknown)


def _digits(place: Expr, extents: Mapping[Symbol, Expr]) -> tuple[Symbol, ...]:
    """The indices in a place, if they are digits in mixed radix, as in c*H*W + i*W + j."""
    inside = [v for v in extents if v in place.free_symbols]
    if len(inside) > MOST_DIGITS:
        return ()
    return next((o for o in permutations(inside) if _increasing(place, o, extents)), ())


def _increasing(place: Expr, order: tuple[Symbol, ...], extents: Mapping[Symbol, Expr]) -> bool:
    """Whether every coefficient exceeds all that the indices before it add up to."""
    reach: Expr = Integer(0)
    for v in order:
        c = place.coeff(v, 1)
        size = c if c.is_positive else -c
        if not expand(size - reach).is_positive:
            return False
        reach = expand(reach + size * (extents[v] - 1))
    return True
