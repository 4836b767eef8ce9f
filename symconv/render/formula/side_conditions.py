"""Where the terms of a sum count: indices that can leave the range of their tensor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Expr, fraction, together
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.core.equation import Equation, Ranges
from symconv.core.tensor import Name
from symconv.notation.rebase import rebase

from .names import Names, tensor_name
from .positions import arrange_position
from .tree import Form, Number, Relation

Sentence = tuple[str | Form, ...]


@dataclass(frozen=True)
class Place:
    """An index expression that can be out of bounds, the extent of its axis, and what it reads."""

    place: Expr
    extent: Expr
    tensor: Name

    @property
    def divides(self) -> bool:
        return bool(fraction(together(self.place))[1] != 1)


def support(equation: Equation, names: Names) -> Sentence:
    """Only terms with 0 <= (i' + p - d m)/s < H count; () where every index is always in range."""
    places = _distinct(outside(equation.rhs, equation.ranges, names))
    if not places:
        return ()
    return (*_bounded("Terms count only where ", places, names), f"; {_others(places)}.")


def side_condition(before: Expr, after: Expr, ranges: Ranges, names: Names) -> Sentence:
    """The same for the indices that a step makes leave their range."""
    known = {(p.place, p.extent) for p in outside(before, ranges, names)}
    places = [
        p for p in _distinct(outside(after, ranges, names)) if (p.place, p.extent) not in known
    ]
    return (*_bounded("for ", places, names), "; 0 elsewhere") if places else ()


def _distinct(places: Iterable[Place]) -> list[Place]:
    """Every bound once; for an error signal where one is among the tensors that it bounds."""
    found: dict[tuple[Expr, Expr], Place] = {}
    for place in places:
        key = (place.place, place.extent)
        if key not in found or place.tensor.kind == "delta":
            found[key] = place
    return list(found.values())


def _others(places: Iterable[Place]) -> str:
    """Why the other terms are 0: an error signal stands for an output, a value for an input."""
    if all(place.tensor.kind == "delta" for place in places):
        return "for all others there is no such output, and the term is 0"
    return "all others are 0"


def _bounded(words: str, places: list[Place], names: Names) -> Sentence:
    """Words and bounds, and whether there are quotients."""
    sentence: Sentence = (words,)
    for number, place in enumerate(places):
        comma = "" if number == 0 else " and " if number == len(places) - 1 else ", "
        sentence += (*((comma,) if comma else ()), bounds(place.place, place.extent, names))
    return (*sentence, *_integers(places))


def _integers(places: list[Place]) -> Sentence:
    count = sum(place.divides for place in places)
    words = ("", " and that quotient is an integer", " and those quotients are integers")
    return (words[min(count, 2)],)


def outside(e: Expr, ranges: Ranges, names: Names) -> Iterator[Place]:
    """The index expressions that can be out of bounds."""
    if isinstance(e, ExprWithLimits):
        ranges = (*ranges, *((v, high + 1) for v, _, high in e.limits))
    if isinstance(e, Indexed):
        for place, extent in zip(e.indices, e.base.shape, strict=True):
            if not always_inside(place, extent, ranges, names.sizes):
                yield Place(place, extent, tensor_name(str(e.base.label)))
        return
    for part in sorted(e.args, key=str):
        yield from outside(part, ranges, names) if isinstance(part, Expr) else ()


def bounds(place: Expr, extent: Expr, names: Names) -> Form:
    """0 <= place < extent, in indices that start where the notation says."""
    base = names.notation.index_base
    shown = arrange_position(rebase(place, base) + base)
    return Relation(
        (Number(base), shown, arrange_position(extent)), ("<=", "<" if base == 0 else "<=")
    )
