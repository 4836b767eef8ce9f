"""Operations without windows in words: products, sums, multiples, copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sympy.tensor.indexed import Indexed

from symconv.core.tensor import key_of
from symconv.render.formula.tree import DisplayDerivative, DisplayTree
from symconv.structure.array_operations import ArrayOperation, Kind
from symconv.structure.findings import Finding

from .array_words import WholeArrays
from .symbol_notes import Sentence

SIGNS: Mapping[Kind, str] = {
    "outer product": " ⊗ ",
    "entry-wise product": " ⊙ ",
    "difference": " − ",
}


@dataclass(frozen=True)
class ArrayOperationWords:
    """Writes about operations of one or two arrays in the names of a network."""

    wholes: WholeArrays

    def sentence(self, finding: Finding, o: ArrayOperation) -> Sentence:
        """What the result is, in words, and in operators where there is a sign for it."""
        words: Mapping[Kind, Callable[[Finding, ArrayOperation], Iterator[str | DisplayTree]]] = {
            "sum": self._sum,
            "copy": self._copy,
            "spread": self._spread,
            "multiple": self._multiple,
            "scaled": self._scaled,
            "sum of products": self._products,
            "matrix product": self._matrix,
        }
        said = words.get(o.kind, self._signed)(finding, o)
        return ("In words: ", *self.wholes.factor(finding), *said, ".")

    def _signed(self, finding: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        """The outer product of delta and v; dE/dW = delta ⊗ v."""
        assert o.second is not None
        first, second = self.wholes.whole(o.first), self.wholes.whole(o.second)
        if o.kind == "outer product" and self._is_transposed(finding.derivation.equation.lhs):
            first, second = second, first
        yield from (f"the {o.kind} of ", first, " and ", second)
        if finding.coefficient == 1:
            yield from ("; ", self.wholes.left(finding), " = ", first, SIGNS[o.kind], second)

    def _sum(self, _: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        yield from ("the sum of ", self.wholes.whole(o.first), " over ")
        yield from self.wholes.listed([*o.form.bound])

    def _copy(self, finding: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        first = self.wholes.whole(o.first)
        yield first
        if finding.coefficient == 1:
            yield from (" itself; ", self.wholes.left(finding), " = ", first)

    def _spread(self, _: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        missing = [v for v in o.form.free if v not in o.first.indices]
        yield from (self.wholes.whole(o.first), ", the same for all ")
        yield from self.wholes.listed(missing)

    def _multiple(self, _: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        assert o.second is not None
        number = self.wholes.formula(o.second)
        yield from (self.wholes.whole(o.first), " times the number ", number)

    def _scaled(self, _: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        assert o.second is not None
        first, second = self.wholes.whole(o.first), self.wholes.whole(o.second)
        shared = [v for v in o.form.free if v in o.second.indices]
        yield from ("each entry of ", first, " times the entry of ", second, " with the same ")
        yield from self.wholes.listed(shared)

    def _products(self, _: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        assert o.second is not None
        first, second = self.wholes.whole(o.first), self.wholes.whole(o.second)
        yield from ("the entries of ", first, " times those of ", second, ", added up over ")
        yield from self.wholes.listed([*o.form.bound])

    def _matrix(self, finding: Finding, o: ArrayOperation) -> Iterator[str | DisplayTree]:
        """A matrix product, left = A B, each transposed where its indices are swapped.

        All is transposed, (A B)' = B' A', where the hand has the other factor in front, and where
        the left side as a whole is a transpose.
        """
        assert o.second is not None
        (summed,) = o.form.bound
        first, second = self._in_order(finding, o)
        lhs = finding.derivation.equation.lhs
        turned = self._is_transposed(lhs) or self._wants_other_order(lhs, first, second)
        factors = [(first, first.indices[0] == summed), (second, second.indices[-1] == summed)]
        if turned:
            factors = [(f, not swapped) for f, swapped in factors[::-1]]
        alone = finding.coefficient == 1
        yield from ("a matrix product, ", self.wholes.left(finding)) if alone else ()
        yield self._mark(lhs, turned) if alone else ""
        yield " = " if alone else "the matrix product "
        for number, (factor, swapped) in enumerate(factors):
            yield " " if number else ""
            yield self.wholes.whole(factor)
            yield self._mark(factor, swapped)

    def _mark(self, array: Indexed, swapped: bool) -> str:
        """The sign of a transpose, for a matrix whose indices are swapped."""
        turned = swapped != self._is_transposed(array)
        return "ᵀ" if len(array.indices) == 2 and turned else ""

    def _is_transposed(self, array: Indexed) -> bool:
        """Whether a derivative by a matrix is written as a whole with its axes swapped."""
        form = self.wholes.whole(array)
        numerator = self.wholes.names.notation.hand.layout == "numerator"
        return numerator and len(array.indices) == 2 and isinstance(form, DisplayDerivative)

    def _wants_other_order(self, lhs: Indexed, first: Indexed, second: Indexed) -> bool:
        """Whether the weights stand in front and the hand has them behind, or the other way."""
        names, order = self.wholes.names, self.wholes.names.notation.hand.product
        weights = [names.roles.get(key_of(a)) == "parameter" for a in (first, second)]
        unwanted = {"xW": [True, False], "Wx": [False, True]}.get(order)
        return weights == unwanted and not self._is_transposed(lhs)

    @staticmethod
    def _in_order(finding: Finding, o: ArrayOperation) -> tuple[Indexed, Indexed]:
        """The factor with the first index of the result stands first."""
        assert o.second is not None
        lead = finding.derivation.equation.lhs.indices[0]
        return (o.first, o.second) if lead in o.first.indices else (o.second, o.first)
