"""Which quantity a statement is about, however it is written: dC/dw_{m,n}, a delta, a nabla.

Two left sides are the same quantity where they are one formula after their free indices have got
the same names, error signals are written as derivatives, and an array without indices has all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symconv.claims.check import Checker
from symconv.claims.evaluation.assign import Values
from symconv.claims.model.context import DifferentiableNetwork
from symconv.claims.model.syntax_tree import (
    Differential,
    Identifier,
    Statement,
    SyntaxNode,
    TensorReference,
)
from symconv.core.errors import SymconvError
from symconv.core.tree import rewrite


@dataclass(frozen=True)
class Quantity:
    """A left side in one form; `entry` says that it is one entry with its numbers."""

    form: SyntaxNode
    entry: bool


@dataclass(frozen=True)
class QuantityReader:
    """Reads statements about one network."""

    network: DifferentiableNetwork
    values: Values

    def parse(self, text: str) -> Statement | None:
        """A statement; None where it is none."""
        checker = Checker(self.network, self.values, {}, explain=False)
        try:
            return checker.parsed(text, self.network.notation.index_base)[0]
        except SymconvError:
            return None

    def read_left(self, text: str) -> Quantity | None:
        """The quantity on the left of a statement, or of a left side alone."""
        statement = self.parse(text) or self.parse(f"{text.split('=', 1)[0]} = 0")
        return None if statement is None else self.unify(statement.parts[0])

    def unify(self, left: SyntaxNode) -> Quantity:
        """The one form of a left side."""
        cost = TensorReference(self.network.program.output)

        def change(part: object) -> SyntaxNode | None:
            if isinstance(part, TensorReference) and part.kind == "delta":
                return Differential(cost, _drop_free(replace(part, kind="")))
            if isinstance(part, Differential) and _is_cost(part.of, cost.letter):
                return Differential(cost, _drop_free(part.by))
            return None

        form = rewrite(left, change)
        if isinstance(form, TensorReference):
            form = _drop_free(form)
        inner = form.by if isinstance(form, Differential) else form
        entry = isinstance(inner, TensorReference) and inner.indices is not None
        return Quantity(form, entry)


def _is_cost(node: SyntaxNode, letter: str) -> bool:
    return isinstance(node, TensorReference | Identifier) and letter in {
        getattr(node, "letter", ""),
        getattr(node, "name", ""),
    }


def _drop_free(reference: TensorReference) -> TensorReference:
    """An entry with free indices, all different, as the whole array."""
    indices = reference.indices or ()
    names = [i.name for i in indices if isinstance(i, Identifier)]
    free = len(names) == len(indices) and len(set(names)) == len(names)
    return replace(reference, indices=None if free else reference.indices, bracket=False)


def holds_derivative(node: SyntaxNode) -> bool:
    """Whether a formula is in terms of derivatives or of error signals."""
    return any(isinstance(n, Differential) or getattr(n, "kind", "") for n in node.walk())
