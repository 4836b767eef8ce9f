"""A tape of scalar operations over any algebra: all derivatives of one number at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .lifting import Lifting, Slope
from .protocol import Algebra, Map, Scalar


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


class Tape(Lifting):
    """The algebra of recorded scalars; plain scalars of the base are constants."""

    def __init__(self, base: Algebra) -> None:
        super().__init__(base)
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

    def lifted(self, function: Map, slope: Slope) -> Map:
        """F as a node that remembers f'(x)."""

        def result(x: Scalar) -> Scalar:
            if not isinstance(x, Node):
                return function(x)
            y = function(x.value)
            return Node(self, y, ((x, slope(x.value, y)),))

        return result

    def entry(self, value: Scalar) -> Node:
        """A node of its own for every entry, so that a copied tensor has derivatives of its own."""
        parents = ((value, 1),) if isinstance(value, Node) else ()
        return Node(self, self.value(value), parents)
