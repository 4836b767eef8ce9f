"""The indices of a person's own equation: affine places, and how far each index runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NoReturn

from sympy import Add, Expr, Integer, Rational, Symbol, expand

from symconv.core.equation import Ranges
from symconv.core.errors import Unsupported
from symconv.core.tensor import Tensor, index, size
from symconv.core.tree import walk
from symconv.language.parser import ROUNDING
from symconv.language.tree import (
    Access,
    BinaryOperation,
    ElementwiseCall,
    EquationNode,
    Formula,
    IndexReduction,
    Negation,
    NumberLiteral,
    Range,
    Reference,
)
from symconv.layers.support.scope import Scope

from .functions import apply_to_numbers

Known = dict[str, Expr]
"""The indices that mean something at a place of the equation, with their extents."""


@dataclass(frozen=True)
class IndexTranslator:
    """Translates the index expressions of one equation to SymPy, in the scope of its layer."""

    formula: Formula
    text: str
    at: Scope

    def fail(self, message: str, node: EquationNode, help: str) -> NoReturn:  # noqa: A002
        raise Unsupported(message, text=self.text, position=node.span, help=help)

    @property
    def accesses(self) -> list[Access]:
        """The entries that the right side reads."""
        return list(walk(self.formula.right, Access))

    def is_size(self, name: str) -> bool:
        """Whether a name is a size of a tensor that is known."""
        return name in self.at.earlier.sizes

    def size(self, node: EquationNode) -> Expr:
        """The extent of a range: numbers and sizes, at least 1."""
        found = expand(self.place(node, {}))
        if found.is_positive is False:
            self.fail(f"an index cannot run over {found} values", node, "at least 1")
        return found

    def reach(self, node: EquationNode, known: Known) -> Expr:
        """One more than the largest value of a place, whose smallest must be 0 or more."""
        place = self.entry(node, known)
        if smallest_value(place, known).is_negative:
            self.fail(
                f"the place {place} can be negative", node, "places of new tensors start at 0"
            )
        return expand(largest_value(place, known) + 1)

    def entry(self, node: EquationNode, known: Known) -> Expr:
        """The place of an entry; a letter that means nothing is a forgotten index, no size.

        A stride or a dilation may be new, as it is a factor of an index, and so may a padding,
        which is subtracted where an index of a window is added.
        """
        place = self.place(node, known)
        indices = {index(v) for v in known}
        sizes = self.at.earlier.sizes | self.ranged
        moving = len(place.free_symbols & indices) > 1
        for term in Add.make_args(place):
            scale, rest = term.as_coeff_Mul()
            new = {str(s) for s in rest.free_symbols - indices if str(s) not in sizes}
            if not new or rest.free_symbols & indices or (moving and scale.is_negative):
                continue
            letter = min(new)
            message = f"the index {letter} is bound nowhere"
            help_ = f"sum({letter}<3) ..., an index of the left side, or a number"
            culprit = next((n for n in walk(node, Reference) if n.name == letter), node)
            self.fail(message, culprit, help_)
        return place

    @cached_property
    def ranged(self) -> frozenset[str]:
        """The names in the extents of the equation, which are sizes."""
        extents = (r.extent for r in walk(self.formula, Range))
        return frozenset(n.name for e in extents if e is not None for n in walk(e, Reference))

    def place(self, node: EquationNode, known: Known) -> Expr:
        """An affine expression of indices and sizes."""
        if isinstance(node, NumberLiteral):
            return Rational(Fraction(node.digits))
        if isinstance(node, Reference):
            return index(node.name) if node.name in known else size(node.name)
        if isinstance(node, Negation):
            return -self.place(node.of, known)
        if isinstance(node, BinaryOperation) and node.operator != "^":
            return self.combined(node, known)
        if isinstance(node, ElementwiseCall) and node.function in {"mod", *ROUNDING}:
            number = apply_to_numbers(
                node.function, tuple(self.place(a, known) for a in node.arguments)
            )
            if number is not None:
                return number
            help_ = "split the index: 2*i + m"
            self.fail(f"a {node.function} never enters a formula", node, help_)
        return self.fail("this is no index", node, "indices are sums of indices times sizes")

    def combined(self, node: BinaryOperation, known: Known) -> Expr:
        """Two places added, subtracted, scaled or divided by a size."""
        left, right = self.place(node.left, known), self.place(node.right, known)
        self.limit_terms(node, left, right)
        indices = {index(v) for v in known}
        if node.operator == "*" and left.free_symbols & indices and right.free_symbols & indices:
            self.fail("an index times an index is not affine", node, "sizes and numbers as factors")
        if node.operator == "/" and (right.free_symbols & indices or right == 0):
            self.fail("an index may be divided by sizes and numbers only", node, "(i + p)/s")
        by = {"+": left + right, "-": left - right, "*": left * right}
        return expand(by[node.operator] if node.operator in by else left / right)

    def limit_terms(self, node: BinaryOperation, left: Expr, right: Expr) -> None:
        """Refuse a product of sums that is longer, multiplied out, than a place may be."""
        if node.operator in {"*", "/"}:
            # Both are multiplied out already, so that this is the most that their product can have.
            terms = len(Add.make_args(left)) * len(Add.make_args(right))
        else:
            terms = len(Add.make_args(left)) + len(Add.make_args(right))
        if terms > MOST_TERMS:
            message = f"a place or an extent of {terms} terms, multiplied out"
            self.fail(message, node, f"at most {MOST_TERMS}: name a size of its own for a product")


MOST_TERMS = 40
"""The most terms of a place or an extent, multiplied out: i*H*W + j*W + k has three.

Bounds are proved by multiplying such sums with each other, 1,600 terms at most.
"""


def lone_index(node: EquationNode) -> str:
    """The name of an index that is the whole index expression; empty for anything else."""
    return node.name if isinstance(node, Reference) else ""


def largest_value(place: Expr, known: Known) -> Expr:
    """The largest value of an affine place."""
    for name, n in known.items():
        v: Symbol = index(name)
        # The corner of the box at which an affine form is largest, an index at a time.
        place = expand(place.xreplace({v: Integer(0) if place.coeff(v).is_nonpositive else n - 1}))
    return place


def smallest_value(place: Expr, known: Known) -> Expr:
    """The smallest value of an affine place."""
    return -largest_value(expand(-place), known)


@dataclass(frozen=True)
class ExtentInference:
    """Finds the extent of an index."""

    places: IndexTranslator

    def outer(self) -> Ranges:
        """The indices of the left side with their extents, in the order in which they occur."""
        formula = self.places.formula
        stated = {r.index: r for r in formula.ranges}
        inside = (n for p in formula.left.places for n in walk(p, Reference))
        names = dict.fromkeys(n.name for n in inside if not self.places.is_size(n.name))
        for r in formula.ranges:
            if r.index not in names:
                message = f"the index {r.index} is not on the left side"
                self.places.fail(message, r, "sum over it, or leave it out")
        ranges = (stated.get(n) or Range(formula.left.span, n, None) for n in names)
        return tuple((index(r.index), self.extent(r)) for r in ranges)

    def extent(self, r: Range, body: EquationNode | None = None) -> Expr:
        """How far an index runs: as stated, or over an axis that it has alone, or as a window.

        An index that is summed over means something in the `body` of its sum alone.
        """
        if r.extent is not None:
            return self.places.size(r.extent)
        inside = self.places.formula.right if body is None else body
        alone = self._alone(r.index, inside)
        if len(set(alone)) > 1:
            several = " and ".join(map(str, dict.fromkeys(alone)))
            message = f"the index {r.index} runs along axes of {several} entries"
            self.places.fail(message, r, f"write how far it runs: {r.index}<{alone[0]}")
        found = next(iter([*alone, *self._windows(r.index, inside)]), None)
        if found is None:
            message = f"how far the index {r.index} runs is not said"
            self.places.fail(message, r, f"write {r.index}<3")
        return found

    def _reads(self, body: EquationNode) -> Iterator[tuple[Tensor, int, EquationNode]]:
        """Every axis of a known tensor that is read, and the place that is read of it."""
        for access in walk(body, Access):
            tensor = self.places.at.find(access.name)
            if tensor is not None and len(tensor.shape) == len(access.places):
                yield from ((tensor, axis, p) for axis, p in enumerate(access.places))

    def _alone(self, name: str, body: EquationNode) -> list[Expr]:
        """The extents of the axes that the index runs over alone."""
        return [t.shape[axis] for t, axis, p in self._reads(body) if lone_index(p) == name]

    def _windows(self, name: str, body: EquationNode) -> list[Expr]:
        """How many windows fit into the axes that it moves them over: a v + rest <= n - 1."""
        stated = self._stated()
        found: list[Expr] = []
        for tensor, axis, p in self._reads(body):
            names = {n.name for n in walk(p, Reference)}
            others = {n for n in names - {name} if not self.places.is_size(n)}
            if name not in names or not others <= set(stated):
                continue
            inner = {n: stated[n] for n in others}
            place = self.places.place(p, {name: Integer(1), **inner})
            stride = place.coeff(index(name))
            room = (
                tensor.shape[axis] - 1 - largest_value(expand(place - stride * index(name)), inner)
            )
            if stride.is_positive:
                # a v + rest <= n - 1 leaves v the values 0 .. floor(room / a).
                found.append(self.places.at.rounded(tensor.shape[axis], expand(room), stride))
        return found

    def _stated(self) -> dict[str, Expr]:
        """The extents that sums and maxima state."""
        nodes = walk(self.places.formula.right, IndexReduction)
        ranges = (r for n in nodes for r in n.ranges)
        return {r.index: self.places.size(r.extent) for r in ranges if r.extent is not None}
