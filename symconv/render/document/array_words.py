"""Arrays as wholes: what every sentence on a structure is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.tensor import Name, key_of
from symconv.notation.index_letters import rebase
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import DisplayNames, display_entry, tensor_name
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import DisplayNumber, DisplayRelation, DisplaySum, DisplayTree
from symconv.render.formula.tree_helpers import make_quotient
from symconv.structure.findings import Finding
from symconv.structure.sliding_window import SlidingWindow, WindowAxis

from .displays import factor_kernel_span
from .symbol_notes import Sentence


@dataclass(frozen=True)
class WholeArrays:
    """Writes arrays without their indices."""

    names: DisplayNames

    def whole(self, access: Indexed) -> DisplayTree:
        """A tensor as a whole."""
        return display_entry(tensor_name(key_of(access)), (), self.names)

    def left(self, finding: Finding) -> DisplayTree:
        return self.whole(finding.derivation.equation.lhs)

    def factor(self, finding: Finding) -> Sentence:
        """The number in front."""
        if finding.coefficient == 1:
            return ()
        return (self.formula(finding.coefficient), " times ")

    def formula(self, e: Expr) -> DisplayTree:
        return arrange(e, self.names)

    def place(self, e: Expr) -> DisplayTree:
        """A place, counted as the notation counts."""
        base = self.names.notation.index_base
        return arrange_position(rebase(e, base) + base, self.names.order)

    def over(self, variables: Sequence[Symbol]) -> Iterator[str | DisplayTree]:
        """; summed over b, i."""
        yield "; summed over " if variables else ""
        yield from self.listed(variables)

    @staticmethod
    def listed(variables: Sequence[Symbol]) -> Iterator[str | DisplayTree]:
        """b, i, j."""
        for number, v in enumerate(variables):
            yield ", " if number else ""
            yield arrange_position(v)


@dataclass(frozen=True)
class WindowPlaces:
    """Writes places in the names of a network."""

    names: DisplayNames

    def ratio(self, numerator: Expr, reach: WindowAxis) -> DisplayTree:
        """An output as a place in the input over the stride, counted as the notation counts."""
        base, stride = self.names.notation.index_base, reach.stride
        moved = rebase(numerator, base)
        if (moved / stride).is_Integer or stride == 1:
            return arrange_position(
                factor_kernel_span(expand(moved / stride) + base), self.names.order
            )
        above = arrange_position(factor_kernel_span(expand(moved)), self.names.order)
        ratio = make_quotient(above, arrange_position(stride))
        return DisplaySum(((False, ratio), (False, DisplayNumber(base)))) if base else ratio

    def output(self, sweep: SlidingWindow) -> DisplayTree:
        return self.entry(sweep.equation.lhs, sweep.equation.lhs.indices)

    def entry(self, access: Indexed, places: tuple[Expr, ...]) -> DisplayTree:
        """The tensor of an access, at other places."""
        return display_entry(self.name(access), self.shown(places), self.names)

    @staticmethod
    def name(access: Indexed) -> Name:
        return tensor_name(key_of(access))

    def tensor(self, access: Indexed) -> DisplayTree:
        return display_entry(self.name(access), (), self.names)

    def between(self, reach: WindowAxis, low: Expr, high: Expr) -> DisplayTree:
        sides = (self.ratio(low, reach), self.place(reach.out), self.ratio(high, reach))
        return DisplayRelation(sides, ("<=", "<="))

    def shown(self, places: tuple[Expr, ...]) -> tuple[DisplayTree, ...]:
        return tuple(map(self.place, places))

    def place(self, e: Expr) -> DisplayTree:
        """A place, counted as the notation counts."""
        base = self.names.notation.index_base
        return arrange_position(rebase(e, base) + base, self.names.order)

    def places(self, places: list[Expr]) -> Iterator[str | DisplayTree]:
        yield from self.corner([self.place(place) for place in places])

    @staticmethod
    def corner(places: list[DisplayTree]) -> Iterator[str | DisplayTree]:
        """(a, b), or a alone."""
        yield "(" if len(places) > 1 else ""
        for number, place in enumerate(places):
            yield ", " if number else ""
            yield place
        yield ")" if len(places) > 1 else ""
