"""What every part of a page is written with: the names, the markup and the equation numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sympy import Expr, KroneckerDelta, Sum, Symbol, sympify

from symconv.calculus.affine import solve
from symconv.core.equation import Equation, Ranges
from symconv.core.errors import SymconvError
from symconv.core.nodes import MaxOver
from symconv.notation.index_letters import rebase
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import DisplayNames
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import DisplayLimit, DisplayRelation, DisplayTree
from symconv.render.formula.tree_helpers import limit_relation

from .markup_settings import MarkupSettings
from .page_model import Display

Triple = tuple[Expr, Expr, Expr]


@dataclass(frozen=True)
class EquationWriter:
    """Writes equations in one notation and one markup."""

    names: DisplayNames
    scribe: MarkupSettings
    numbers: Mapping[str, int]

    def form(self, formula: Expr) -> DisplayTree:
        return arrange(formula, self.names)

    def display(self, equation: Equation, note: str = "", beside: float = 0) -> Display:
        """An equation with its number, its ranges and a word beside it.

        `beside` is the width of the widest left side that it is aligned with.
        """
        left = self.form(equation.lhs)
        width = 0.0 if self.scribe.narrow else max(beside, self.scribe.width(left))
        return Display(
            self.scribe.write(left),
            self.scribe.lines(self.form(equation.rhs), width),
            self.numbers[equation.key],
            self.scribe.words(note),
            self.ranges(equation.ranges),
            "" if self.scribe.shows_limits else self.bound(equation.rhs),
        )

    def ranges(self, ranges: Ranges) -> str:
        """0 <= b < B, 0 <= i < H_o."""
        return self._listed([(v, sympify(0), n - 1) for v, n in ranges])

    def bound(self, formula: Expr) -> str:
        """The ranges of the indices that sums and maxima bind."""
        nodes = sorted(formula.atoms(Sum, MaxOver), key=str)
        limits = [limit for node in nodes for limit in node.limits]
        return self._listed(sorted({(v, first, last) for v, first, last in limits}, key=str))

    def limits(self, limits: Sequence[DisplayLimit]) -> str:
        """0 <= b < B, 0 <= i < H_o, of limits that are arranged already."""
        return self._relations(limits)

    def solved(self, before: Expr, after: Expr) -> str:
        """: i = (i' + p - d m)/s and j = ..., for the indices that a step has solved for."""
        base = self.names.notation.index_base
        said: list[str | DisplayTree] = []
        for number, (variable, value) in enumerate(solve_bound_indices(before, after)):
            sides = tuple(
                arrange_position(rebase(e, base) + base, self.names.order)
                for e in (variable, value)
            )
            said += [" and " if number else ": ", DisplayRelation(sides, ("=",))]
        return self.scribe.mixed(["", *said])

    def _listed(self, limits: Sequence[Triple]) -> str:
        base = self.names.notation.index_base
        return self._relations(
            [
                DisplayLimit(
                    *map(arrange_position, (v, first + base, last + base, last + base + 1))
                )
                for v, first, last in limits
            ]
        )

    def _relations(self, limits: Sequence[DisplayLimit]) -> str:
        listed = ((", ", limit_relation(limit)) for limit in limits)
        return self.scribe.mixed([part for pair in listed for part in pair][1:])


Solution = tuple[Symbol, Expr]


def solve_bound_indices(before: Expr, after: Expr) -> tuple[Solution, ...]:
    """i = (i' + p - d m)/s for every index i that sums bind before and no sum binds after.

    Nothing where an index has two values, as in a sum of several terms.
    """
    gone = _bound_indices(before) - _bound_indices(after)
    brackets = sorted(before.atoms(KroneckerDelta) - after.atoms(KroneckerDelta), key=str)
    found = dict.fromkeys(s for bracket in brackets for s in _solve_bracket(bracket, gone, after))
    variables = [variable for variable, _ in found]
    return tuple(found) if len(set(variables)) == len(variables) else ()


def _bound_indices(e: Expr) -> set[Symbol]:
    """The indices that the sums of a formula bind."""
    return {v for node in e.atoms(Sum) for v, *_ in node.limits}


def _solve_bracket(bracket: Expr, gone: set[Symbol], after: Expr) -> Iterator[Solution]:
    left, right = (cast("Expr", side) for side in bracket.args)
    for variable in sorted(gone & bracket.free_symbols, key=str):
        try:
            value = solve(left, right, variable)
        except SymconvError:
            continue
        if value.free_symbols <= after.atoms(Symbol):
            yield variable, value
