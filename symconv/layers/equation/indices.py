"""The places in a person's own equation: affine in the indices, or refused with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from sympy import Expr, Integer, Rational, Symbol, expand

from symconv.core.errors import Unsupported
from symconv.core.tensor import index, size
from symconv.language.reader import ROUNDING
from symconv.language.tree import (
    Access,
    Binary,
    Call,
    Formula,
    Negative,
    Node,
    Number,
    Reference,
    parts,
)
from symconv.layers.support.scope import Scope

Known = dict[str, Expr]
"""The indices that mean something at a place of the equation, with their extents."""


@dataclass(frozen=True)
class Places:
    """Reads the places of one equation, in the scope of its layer."""

    formula: Formula
    text: str
    at: Scope

    def fail(self, message: str, node: Node, help: str) -> NoReturn:  # noqa: A002
        raise Unsupported(message, text=self.text, position=node.span, help=help)

    @property
    def accesses(self) -> list[Access]:
        """The entries that the right side reads."""
        return [n for n in parts(self.formula.right) if isinstance(n, Access)]

    def is_size(self, name: str) -> bool:
        """Whether a name is a size of a tensor that is known."""
        shapes = (n for t in self.at.earlier.values() for n in t.shape)
        return any(str(s) == name for n in shapes for s in n.free_symbols)

    def size(self, node: Node) -> Expr:
        """The extent of a range: numbers and sizes, at least 1."""
        found = expand(self.place(node, {}))
        if found.is_positive is False:
            self.fail(f"an index cannot run over {found} values", node, "at least 1")
        return found

    def reach(self, node: Node, known: Known) -> Expr:
        """One more than the largest value of a place, whose smallest must be 0 or more."""
        place = self.place(node, known)
        if smallest(place, known).is_negative:
            self.fail(
                f"the place {place} can be negative", node, "places of new tensors start at 0"
            )
        return expand(largest(place, known) + 1)

    def place(self, node: Node, known: Known) -> Expr:
        """An affine expression of indices and sizes."""
        if isinstance(node, Number):
            return Rational(Fraction(node.digits))
        if isinstance(node, Reference):
            return index(node.name) if node.name in known else size(node.name)
        if isinstance(node, Negative):
            return -self.place(node.of, known)
        if isinstance(node, Binary) and node.operator != "^":
            return self.combined(node, known)
        if isinstance(node, Call) and node.function in ROUNDING:
            help_ = "split the index: 2*i + m"
            self.fail(f"a {node.function} never enters a formula", node, help_)
        return self.fail("this is no index", node, "indices are sums of indices times sizes")

    def combined(self, node: Binary, known: Known) -> Expr:
        """Two places added, subtracted, scaled or divided by a size."""
        left, right = self.place(node.left, known), self.place(node.right, known)
        indices = {index(v) for v in known}
        if node.operator == "*" and left.free_symbols & indices and right.free_symbols & indices:
            self.fail("an index times an index is not affine", node, "sizes and numbers as factors")
        if node.operator == "/" and (right.free_symbols & indices or right == 0):
            self.fail("an index may be divided by sizes and numbers only", node, "(i + p)/s")
        by = {"+": left + right, "-": left - right, "*": left * right}
        return expand(by[node.operator] if node.operator in by else left / right)


def alone(node: Node) -> str:
    """The name of an index that is a place by itself."""
    return node.name if isinstance(node, Reference) else ""


def largest(place: Expr, known: Known) -> Expr:
    """The largest value of an affine place."""
    for name, n in known.items():
        v: Symbol = index(name)
        place = expand(place.xreplace({v: Integer(0) if place.coeff(v).is_nonpositive else n - 1}))
    return place


def smallest(place: Expr, known: Known) -> Expr:
    """The smallest value of an affine place."""
    return -largest(expand(-place), known)
