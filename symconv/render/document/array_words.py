"""Arrays as wholes: what every sentence on a structure is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol
from sympy.tensor.indexed import Indexed

from symconv.notation.rebase import rebase
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import Names, entry_form, tensor_name
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import Form
from symconv.structure.findings import Finding

from .symbol_notes import Sentence


@dataclass(frozen=True)
class Wholes:
    """Writes arrays without their indices."""

    names: Names

    def whole(self, access: Indexed) -> Form:
        """A tensor as a whole."""
        return entry_form(tensor_name(str(access.base.label)), (), self.names)

    def left(self, finding: Finding) -> Form:
        return self.whole(finding.derivation.equation.lhs)

    def factor(self, finding: Finding) -> Sentence:
        """The number in front."""
        if finding.coefficient == 1:
            return ()
        return (self.formula(finding.coefficient), " times ")

    def formula(self, e: Expr) -> Form:
        return arrange(e, self.names)

    def place(self, e: Expr) -> Form:
        """A place, counted as the notation counts."""
        base = self.names.notation.index_base
        return arrange_position(rebase(e, base) + base)

    def over(self, variables: Sequence[Symbol]) -> Iterator[str | Form]:
        """; summed over b, i."""
        yield "; summed over " if variables else ""
        yield from self.listed(variables)

    @staticmethod
    def listed(variables: Sequence[Symbol]) -> Iterator[str | Form]:
        """b, i, j."""
        for number, v in enumerate(variables):
            yield ", " if number else ""
            yield arrange_position(v)
