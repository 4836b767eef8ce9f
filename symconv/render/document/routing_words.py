"""Errors on their way back, in words: through maxima, means, copies and functions of an entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.core.tensor import key_of
from symconv.core.tree import rewrite
from symconv.render.formula.names import tensor_name
from symconv.render.formula.tree import DisplayEntry, DisplaySum, DisplayTree
from symconv.structure.findings import Finding
from symconv.structure.pointwise import PointwiseProduct
from symconv.structure.routing import Routing
from symconv.structure.softmax import SoftmaxDifference

from .array_words import WholeArrays
from .symbol_notes import Sentence


@dataclass(frozen=True)
class RoutingWords:
    """Writes about errors that go back entry by entry in the names of a network."""

    wholes: WholeArrays

    def carried(self, finding: Finding, o: Routing) -> Sentence:
        """Where the entries of an error signal go."""
        error, source = self.wholes.whole(o.first), self.wholes.whole(o.access)
        if o.mask is not None:
            mask = self.wholes.whole(o.mask)
            said: Sentence = ("each entry of ", error, " goes to the maximum of its window, which ")
            said += (mask, " marks; the other places of the window get 0 from it")
            return ("In words: ", *said, ".")
        if o.way == "sum":
            said = ("each entry of ", error, ", times ", self.wholes.formula(finding.coefficient))
            said = said if finding.coefficient != 1 else said[:2]
            return ("In words: ", *said, ", is added at every place of its window.")
        said = ("each entry of ", error, " goes back to the entry of ", source)
        return ("In words: ", *said, " that was copied to its place", *self._several(o), ".")

    @staticmethod
    def _several(o: Routing) -> Sentence:
        """Several copies of an entry are added up."""
        counted = set(o.access.free_symbols)
        many = any(v not in counted and n != 1 for v, n in o.ranges)
        return ("; errors of copies of the same entry are added up",) if many else ()

    def pointwise(self, finding: Finding, o: PointwiseProduct) -> Sentence:
        """Entry by entry, dC/dx = delta ⊙ f'(x)."""
        said: list[str | DisplayTree] = ["Entry by entry: ", self.wholes.left(finding), " = "]
        if finding.coefficient != 1:
            said += [self.wholes.formula(finding.coefficient), " "]
        alone = len(o.factors) == 1 and finding.coefficient == 1
        for number, factor in enumerate(self._in_reading_order(o)):
            form = strip_indices(self.wholes.formula(factor))
            several = isinstance(form, DisplaySum) and not alone
            said += [" ⊙ " if number else "", "(" if several else "", form, ")" if several else ""]
        return (*said, ".")

    def _in_reading_order(self, o: PointwiseProduct) -> Iterator[Expr]:
        """Error signals first, then bare arrays."""
        yield from sorted(o.factors, key=lambda f: (not self._error(f), not f.is_Indexed))

    @staticmethod
    def _error(factor: Expr) -> bool:
        if not isinstance(factor, Indexed):
            return False
        return tensor_name(key_of(factor)).kind == "delta"

    def difference(self, finding: Finding, o: SoftmaxDifference) -> Sentence:
        """The difference of softmax(x) and t, where the entries of t add up to 1."""
        logits, target = self.wholes.whole(o.logits), self.wholes.whole(o.target)
        said: Sentence = ("the difference of softmax(", logits, ") and ")
        if o.labels:
            said += ("the one-hot vectors of ", target)
        else:
            said += (target, ", where the entries of ", target, " add up to 1")
        return ("In words: ", *self.wholes.factor(finding), *said, ".")


def strip_indices(form: DisplayTree) -> DisplayTree:
    """The form with arrays as wholes."""
    return rewrite(
        form, lambda part: replace(part, places=()) if isinstance(part, DisplayEntry) else None
    )
