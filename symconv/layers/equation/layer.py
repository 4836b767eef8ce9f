"""A layer of your own, from one equation."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from symconv.core.equation import Equation
from symconv.core.tensor import Tensor
from symconv.language.reader import read
from symconv.language.tree import Access, Formula, Range, Reference, parts
from symconv.layers.base import EquationText, Layer, TensorName
from symconv.layers.support.scope import Scope

from .indices import Places
from .meaning import Meaning


@dataclass(frozen=True)
class EquationLayer(Layer):
    """y[...] = right side, as a person writes it.

        EquationLayer("y[i,j] = sum(m<3, n<3) w[m,n] * x[i+m, j+n] for i<6, j<6")

    A name with indices is a value that came before, or else a parameter of the layer. The range of
    an index may be left out where the index alone runs over an axis of a known tensor, and where it
    moves a window over one.
    """

    title = "own equation"
    letter = "y"

    text: EquationText

    @cached_property
    def formula(self) -> Formula:
        """The equation as it was written."""
        return read(self.text)

    def names(self, known: AbstractSet[str]) -> dict[str, TensorName]:
        """The parameters: every tensor that is not known."""
        left = (n for p in self.formula.left.places for n in parts(p))
        indices = {n.name for n in left if isinstance(n, Reference)}
        indices |= {n.index for n in parts(self.formula) if isinstance(n, Range)}
        values = [n.name for n in _values(self.formula)]
        return {n: n for n in values if n not in known | indices}

    def output_name(self) -> TensorName:
        return self.formula.left.name

    def forward(self, x: Tensor, at: Scope) -> Equation:
        return Meaning(Places(self.formula, self.text, at), at).equation(batch=x.batch)


def _values(formula: Formula) -> list[Access | Reference]:
    """The names on the right side that stand for numbers, not for places or extents."""
    inside = {
        id(n) for a in parts(formula) if isinstance(a, Access) for p in a.places for n in parts(p)
    }
    inside |= {id(n) for r in parts(formula) if isinstance(r, Range) for n in parts(r)}
    found = (n for n in parts(formula.right) if isinstance(n, Access | Reference))
    return [n for n in found if id(n) not in inside]
