"""Where the terms of a sum count: indices that can leave the range of their tensor."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Sum, fraction, together
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.core.equation import Equation, Ranges

from .form import Form, Number, Relation
from .names import Names
from .positions import arrange_position

Sentence = tuple[str | Form, ...]
Place = tuple[Expr, Expr]


def support(equation: Equation, names: Names) -> Sentence:
    """Only terms with 0 <= (i' + p - d m)/s < H count; "" where every index is always in range."""
    places = list(dict.fromkeys(outside(equation.rhs, equation.ranges)))
    return _said("Terms count only where ", places, names, "all others are 0") if places else ()


def side_condition(before: Expr, after: Expr, ranges: Ranges, names: Names) -> Sentence:
    """The same for the indices that a step makes leave their range."""
    known = set(outside(before, ranges))
    places = [p for p in dict.fromkeys(outside(after, ranges)) if p not in known]
    return _said("for ", places, names, "0 elsewhere") if places else ()


def _said(words: str, places: list[Place], names: Names, others: str) -> Sentence:
    """Words and bounds, and what holds outside of them."""
    integers = any(_divides(place) for place, _ in places)
    sentence: Sentence = (words,)
    for number, (place, extent) in enumerate(places):
        comma = "" if number == 0 else " and " if number == len(places) - 1 else ", "
        sentence += (
            (comma, bounds(place, extent, names)) if comma else (bounds(place, extent, names),)
        )
    integer = " and those quotients are integers" if integers else ""
    stop = "." if words[0].isupper() else ""
    return (*sentence, f"{integer}; {others}{stop}")


def outside(e: Expr, ranges: Ranges) -> Iterator[Place]:
    """The index expressions that can be out of bounds, with the extent of their axis."""
    if isinstance(e, Sum):
        ranges = (*ranges, *((v, high + 1) for v, _, high in e.limits))
    if isinstance(e, Indexed):
        for place, extent in zip(e.indices, e.base.shape, strict=True):
            if not always_inside(place, extent, ranges):
                yield place, extent
        return
    for part in sorted(e.args, key=str):
        yield from outside(part, ranges) if isinstance(part, Expr) else ()


def bounds(place: Expr, extent: Expr, names: Names) -> Form:
    """0 <= place < extent, in indices that start where the notation says."""
    from symconv.notation.rebase import rebase

    base = names.notation.index_base
    shown = arrange_position(rebase(place, base) + base)
    return Relation(
        (Number(base), shown, arrange_position(extent)), ("<=", "<" if base == 0 else "<=")
    )


def _divides(place: Expr) -> bool:
    return bool(fraction(together(place))[1] != 1)
