"""Products with second derivatives as documents: the Hessian, or the Gauss-Newton matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from symconv.calculus.forward_mode import gauss_newton_product
from symconv.calculus.second_order import SecondOrder, hessian_vector_product
from symconv.core.equation import Program
from symconv.core.tensor import Name, Tensor
from symconv.network.directions import direction_names
from symconv.notation.index_letters import separate_letters
from symconv.notation.presets import Notation

from .derivation_document import DerivationDocument

Matrix = Literal["Hessian", "Gauss-Newton matrix"]
PRODUCTS: dict[Matrix, Callable[[Program, tuple[Tensor, ...], tuple[Name, ...]], SecondOrder]] = {
    "Hessian": hessian_vector_product,
    "Gauss-Newton matrix": gauss_newton_product,
}


@dataclass(frozen=True)
class MatrixProduct:
    """A matrix of second derivatives by the tensors `wrt`, times directions of these names.

    `direction` is one name, numbered where there are several tensors, or a name for each.
    """

    matrix: Matrix
    wrt: tuple[Tensor, ...]
    direction: str | Sequence[str]

    def document(
        self, program: Program, notation: Notation, title: str, conventions: tuple[str, ...]
    ) -> DerivationDocument:
        """The derivation, with a sentence that says what its scalar is.

        SymconvError where the product does not exist, or where a name is taken.
        """
        names = direction_names(self.direction, self.wrt, program)
        found = PRODUCTS[self.matrix](program, self.wrt, names)
        by = " and ".join(t.key for t in found.passes.wrt)
        product = f"{self.matrix} of {program.output} times {' and '.join(n.key for n in names)}"
        said = f"The gradient of {found.passes.cost.key} by {by} is the {product}."
        apart = separate_letters(found.forward, found.passes, (name.letter for name in names))
        shown = replace(notation, letters={**dict(notation.shown_letters), **apart})
        notes = (*conventions, said)
        return DerivationDocument(found.forward, found.passes, shown, f"{title}: {product}", notes)
