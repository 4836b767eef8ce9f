"""Where the terms of a sum count: indices that can leave the range of their tensor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Expr, fraction, together
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.calculus.affine import always_inside
from symconv.core.equation import Equation, Ranges
from symconv.core.tensor import Name, key_of
from symconv.notation.index_letters import rebase

from .names import DisplayNames, tensor_name
from .positions import arrange_position
from .tree import DisplayNumber, DisplayRelation, DisplayTree

Sentence = tuple[str | DisplayTree, ...]


@dataclass(frozen=True)
class RangeCondition:
    """An index that can leave the range of its axis: expression, extent of the axis, tensor."""

    place: Expr
    extent: Expr
    tensor: Name

    @property
    def divides(self) -> bool:
        return bool(fraction(together(self.place))[1] != 1)


def describe_support(equation: Equation, names: DisplayNames) -> Sentence:
    """Only terms with 0 <= (i' + p - d m)/s < H count; () where every index is always in range."""
    places = _drop_repeated(find_range_conditions(equation.rhs, equation.ranges, names))
    if not places:
        return ()
    return (
        *_join_conditions("Terms count only where ", places, names),
        f"; {_explain_others(places)}.",
    )


def describe_side_condition(
    before: Expr, after: Expr, ranges: Ranges, names: DisplayNames
) -> Sentence:
    """The same for the indices that a step makes leave their range."""
    known = {(p.place, p.extent) for p in find_range_conditions(before, ranges, names)}
    places = [
        p
        for p in _drop_repeated(find_range_conditions(after, ranges, names))
        if (p.place, p.extent) not in known
    ]
    return (*_join_conditions("for ", places, names), "; 0 elsewhere") if places else ()


def _drop_repeated(places: Iterable[RangeCondition]) -> list[RangeCondition]:
    """Every bound once; for an error signal where one is among the tensors that it bounds."""
    found: dict[tuple[Expr, Expr], RangeCondition] = {}
    for place in places:
        key = (place.place, place.extent)
        if key not in found or place.tensor.kind == "delta":
            found[key] = place
    return list(found.values())


def _explain_others(places: Iterable[RangeCondition]) -> str:
    """Why the other terms are 0: an error signal stands for an output, a value for an input."""
    if all(place.tensor.kind == "delta" for place in places):
        return "for all others there is no such output, and the term is 0"
    return "all others are 0"


def _join_conditions(words: str, places: list[RangeCondition], names: DisplayNames) -> Sentence:
    """The conditions in one sentence, and that their quotients are integers where there are any."""
    sentence: Sentence = (words,)
    for number, place in enumerate(places):
        comma = "" if number == 0 else " and " if number == len(places) - 1 else ", "
        sentence += (
            *((comma,) if comma else ()),
            bounds_relation(place.place, place.extent, names),
        )
    return (*sentence, *_require_integers(places))


def _require_integers(places: list[RangeCondition]) -> Sentence:
    count = sum(place.divides for place in places)
    words = ("", " and that quotient is an integer", " and those quotients are integers")
    return (words[min(count, 2)],)


def find_range_conditions(e: Expr, ranges: Ranges, names: DisplayNames) -> Iterator[RangeCondition]:
    """The index expressions that can be out of bounds."""
    if isinstance(e, ExprWithLimits):
        ranges = (*ranges, *((v, high + 1) for v, _, high in e.limits))
    if isinstance(e, Indexed):
        for place, extent in zip(e.indices, e.base.shape, strict=True):
            if not always_inside(place, extent, ranges, names.sizes):
                yield RangeCondition(place, extent, tensor_name(key_of(e)))
        return
    # By their text, so that nothing is left to SymPy's own order of arguments.
    for part in sorted(e.args, key=str):
        yield from find_range_conditions(part, ranges, names) if isinstance(part, Expr) else ()


def bounds_relation(place: Expr, extent: Expr, names: DisplayNames) -> DisplayTree:
    """0 <= place < extent, in indices that start where the notation says."""
    base = names.notation.index_base
    shown = arrange_position(rebase(place, base) + base, names.order)
    return DisplayRelation(
        (DisplayNumber(base), shown, arrange_position(extent)), ("<=", "<" if base == 0 else "<=")
    )
