"""Places, bounds and tensors of sliding windows as forms, counted as a notation counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, expand
from sympy.tensor.indexed import Indexed

from symconv.core.tensor import Name
from symconv.notation.rebase import rebase
from symconv.render.formula.names import Names, entry_form, tensor_name
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import Form, Number, Relation, Total
from symconv.render.formula.tree_helpers import quotient
from symconv.structure.reach import Reach, Sweep

from .size_displays import with_reach


@dataclass(frozen=True)
class Places:
    """Writes places in the names of a network."""

    names: Names

    def ratio(self, numerator: Expr, reach: Reach) -> Form:
        """An output as a place in the input over the stride, counted as the notation counts."""
        base, stride = self.names.notation.index_base, reach.stride
        moved = rebase(numerator, base)
        if (moved / stride).is_Integer or stride == 1:
            return arrange_position(with_reach(expand(moved / stride) + base))
        ratio = quotient(arrange_position(with_reach(expand(moved))), arrange_position(stride))
        return Total(((False, ratio), (False, Number(base)))) if base else ratio

    def output(self, sweep: Sweep) -> Form:
        return self.entry(sweep.equation.lhs, sweep.equation.lhs.indices)

    def entry(self, access: Indexed, places: tuple[Expr, ...]) -> Form:
        """The tensor of an access, at other places."""
        return entry_form(self.name(access), self.shown(places), self.names)

    @staticmethod
    def name(access: Indexed) -> Name:
        return tensor_name(str(access.base.label))

    def tensor(self, access: Indexed) -> Form:
        return entry_form(self.name(access), (), self.names)

    def between(self, reach: Reach, low: Expr, high: Expr) -> Form:
        sides = (self.ratio(low, reach), self.place(reach.out), self.ratio(high, reach))
        return Relation(sides, ("<=", "<="))

    def shown(self, places: tuple[Expr, ...]) -> tuple[Form, ...]:
        return tuple(map(self.place, places))

    def place(self, e: Expr) -> Form:
        """A place, counted as the notation counts."""
        base = self.names.notation.index_base
        return arrange_position(rebase(e, base) + base)

    def places(self, places: list[Expr]) -> Iterator[str | Form]:
        yield from self.corner([self.place(place) for place in places])

    @staticmethod
    def corner(places: list[Form]) -> Iterator[str | Form]:
        """(a, b), or a alone."""
        yield "(" if len(places) > 1 else ""
        for number, place in enumerate(places):
            yield ", " if number else ""
            yield place
        yield ")" if len(places) > 1 else ""
