"""A tape of scalar operations over any algebra: all derivatives of one number at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from .protocol import SLOPES, Algebra, Map, Scalar, shifted_log_sum_exp


class Node:
    """One scalar of a computation: its value, and each number it came from with its slope."""

    __slots__ = ("order", "parents", "tape", "value")

    def __init__(self, tape: Tape, value: Scalar, parents: tuple[tuple[Node, Scalar], ...]) -> None:
        self.tape = tape
        self.value = value
        self.parents = parents
        self.order = len(tape.nodes)
        tape.nodes.append(self)

    def __add__(self, other: Any) -> Node:
        if isinstance(other, Node):
            return Node(self.tape, self.value + other.value, ((self, 1), (other, 1)))
        return Node(self.tape, self.value + other, ((self, 1),)) if other else self

    __radd__ = __add__

    def __mul__(self, other: Any) -> Node:
        if isinstance(other, Node):
            parents = ((self, other.value), (other, self.value))
            return Node(self.tape, self.value * other.value, parents)
        if other == 1:
            return self
        return Node(self.tape, self.value * other, ((self, other),))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """A number on the tape is never dropped, because its derivative may matter."""
        return True


class Tape:
    """The algebra of recorded scalars; plain scalars of the base are constants."""

    def __init__(self, base: Algebra) -> None:
        self.base = base
        self.nodes: list[Node] = []

    def value(self, x: Scalar) -> Scalar:
        """The number that a scalar stands for."""
        return x.value if isinstance(x, Node) else x

    def adjoints(self, seeds: Mapping[Node, Scalar]) -> list[Scalar]:
        """For each node of the tape, d(sum of seed * number)/d(node)."""
        found: list[Scalar] = [0] * len(self.nodes)
        for node, seed in seeds.items():
            found[node.order] = found[node.order] + seed
        for node in reversed(self.nodes):
            if found[node.order]:
                for parent, slope in node.parents:
                    found[parent.order] = found[parent.order] + found[node.order] * slope
        return found

    def number(self, value: int | Fraction) -> Scalar:
        return self.base.number(value)

    def constant(self, value: float, name: str) -> Scalar:
        return self.base.constant(value, name)

    def function(self, name: str) -> Map:
        function, slope = self.base.function(name), SLOPES[name]
        return self._lift(function, lambda x, y: slope(self.base, x, y))

    def power(self, exponent: Fraction) -> Map:
        factor, lower = self.number(exponent), self.base.power(exponent - 1)
        return self._lift(self.base.power(exponent), lambda x, _: factor * lower(x))

    def _lift(self, function: Map, slope: Any) -> Map:
        def lifted(x: Scalar) -> Scalar:
            if not isinstance(x, Node):
                return function(x)
            y = function(x.value)
            return Node(self, y, ((x, slope(x.value, y)),))

        return lifted

    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        return self.base.first_maximiser([self.value(v) for v in values])

    def maximum(self, values: Sequence[Scalar]) -> Scalar:
        return values[self.first_maximiser(values)]

    def log_sum_exp(self, values: Sequence[Scalar]) -> Scalar:
        return shifted_log_sum_exp(self, values)

    def entry(self, value: Scalar) -> Node:
        """A node of its own for every entry, so that a copied tensor has derivatives of its own."""
        parents = ((value, 1),) if isinstance(value, Node) else ()
        return Node(self, self.value(value), parents)
