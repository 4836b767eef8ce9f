"""Dual numbers over any algebra: exact forward-mode derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any

from .protocol import SLOPES, Algebra, Map, Scalar

Slope = Callable[[Scalar, Scalar], Scalar]
"""f'(x) from x and f(x)."""


class Lifting(ABC):
    """An algebra over `base` whose scalars remember slopes; plain scalars are constants."""

    def __init__(self, base: Algebra) -> None:
        self.base = base

    @abstractmethod
    def value(self, x: Scalar) -> Scalar:
        """The number of the base that a scalar stands for."""

    @abstractmethod
    def lifted(self, function: Map, slope: Slope) -> Map:
        """A function of the base, and its slope, as a function of scalars that carry slopes."""

    def number(self, value: int | Fraction) -> Scalar:
        return self.base.number(value)

    def constant(self, value: float, name: str) -> Scalar:
        return self.base.constant(value, name)

    def function(self, name: str) -> Map:
        function, slope = self.base.function(name), SLOPES[name]
        return self.lifted(function, lambda x, y: slope(self.base, x, y))

    def power(self, exponent: Fraction) -> Map:
        factor, lower = self.number(exponent), self.base.power(exponent - 1)
        return self.lifted(self.base.power(exponent), lambda x, _: factor * lower(x))

    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        return self.base.first_maximiser([self.value(v) for v in values])

    def mark_winner(self, values: Sequence[Scalar]) -> Sequence[Scalar]:
        return self.base.mark_winner([self.value(v) for v in values])

    def compare_label(self, place: int | None, label: Scalar) -> Scalar:
        return self.base.compare_label(place, self.value(label))

    def maximum(self, values: Sequence[Scalar]) -> Scalar:
        """The winner, whose slopes alone count: the sum of [value n wins] * value n."""
        return self._weigh(values, self.mark_winner(values))

    def log_sum_exp(self, values: Sequence[Scalar]) -> Scalar:
        """L = log sum exp x_n, which has the slopes exp(x_n - L)."""
        plain = [self.value(v) for v in values]
        total, exp = self.base.log_sum_exp(plain), self.base.function("exp")
        slopes = self._weigh(values, [exp(p + -1 * total) for p in plain])
        # The number is the base's own, the slopes are those of the weighted sum.
        return slopes + (total + -1 * self.value(slopes))

    def _weigh(self, values: Sequence[Scalar], weights: Sequence[Scalar]) -> Scalar:
        """The sum of weight * value, the weights being constants."""
        found = self.number(0)
        for value, weight in zip(values, weights, strict=True):
            if weight:
                found = found + value * weight
        return found

    def entry(self, value: Scalar) -> Scalar:
        """What is stored as an entry of a tensor."""
        return value


class Dual:
    """value + slope * epsilon with epsilon^2 = 0.

    `level` tells nested derivatives apart: a dual number of a lower level is a constant here.
    """

    __slots__ = ("level", "slope", "value")

    def __init__(self, value: Scalar, slope: Scalar, level: int = 1) -> None:
        self.value = value
        self.slope = slope
        self.level = level

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Dual) or other.level < self.level:
            return Dual(self.value + other, self.slope, self.level)
        # The other one is a derivative further inside, and this number is a constant to it.
        if other.level > self.level:
            return other + self
        return Dual(self.value + other.value, self.slope + other.slope, self.level)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        """(a, a')(b, b') = (ab, a'b + ab')."""
        if not isinstance(other, Dual) or other.level < self.level:
            return Dual(self.value * other, self.slope * other, self.level)
        if other.level > self.level:
            return other * self
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope, self.level)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        # 0 with a slope is no constant 0: products stop at what is false.
        return bool(self.value) or bool(self.slope)


class Duals(Lifting):
    """Dual numbers of one level over `base`; plain scalars of the base are constants."""

    def __init__(self, base: Algebra, level: int = 1) -> None:
        super().__init__(base)
        self.level = level
        self.zero = base.number(0)

    def value(self, x: Scalar) -> Scalar:
        """The value of a scalar without its slope."""
        return x.value if isinstance(x, Dual) and x.level == self.level else x

    def slope(self, x: Scalar) -> Scalar:
        """The slope of a scalar; 0 for a constant."""
        return x.slope if isinstance(x, Dual) and x.level == self.level else self.zero

    def lifted(self, function: Map, slope: Slope) -> Map:
        """F as (x, x') -> (f(x), f'(x) x')."""

        def result(x: Scalar) -> Scalar:
            if not isinstance(x, Dual) or x.level != self.level:
                return function(x)
            y = function(x.value)
            return Dual(y, slope(x.value, y) * x.slope, self.level)

        return result


class TapeNode:
    """One scalar of a computation: its value, and each number it came from with its slope."""

    __slots__ = ("order", "parents", "tape", "value")

    def __init__(
        self, tape: Tape, value: Scalar, parents: tuple[tuple[TapeNode, Scalar], ...]
    ) -> None:
        self.tape = tape
        self.value = value
        self.parents = parents
        self.order = len(tape.nodes)
        tape.nodes.append(self)

    def __add__(self, other: Any) -> TapeNode:
        if isinstance(other, TapeNode):
            return TapeNode(self.tape, self.value + other.value, ((self, 1), (other, 1)))
        # No node for + 0 and * 1, with which every sum and every product begins: the tape would be
        # much longer.
        return TapeNode(self.tape, self.value + other, ((self, 1),)) if other else self

    __radd__ = __add__

    def __mul__(self, other: Any) -> TapeNode:
        if isinstance(other, TapeNode):
            parents = ((self, other.value), (other, self.value))
            return TapeNode(self.tape, self.value * other.value, parents)
        if other == 1:
            return self
        return TapeNode(self.tape, self.value * other, ((self, other),))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """A number on the tape is never dropped, because its derivative may matter."""
        return True


class Tape(Lifting):
    """The algebra of recorded scalars; plain scalars of the base are constants."""

    def __init__(self, base: Algebra) -> None:
        super().__init__(base)
        self.nodes: list[TapeNode] = []

    def value(self, x: Scalar) -> Scalar:
        """The number that a scalar stands for."""
        return x.value if isinstance(x, TapeNode) else x

    def adjoints(self, seeds: Mapping[TapeNode, Scalar]) -> list[Scalar]:
        """For each node of the tape, d(sum of seed * number)/d(node)."""
        found: list[Scalar] = [0] * len(self.nodes)
        for node, seed in seeds.items():
            found[node.order] = found[node.order] + seed
        # In the order of making every number comes after those that it was made from.
        for node in reversed(self.nodes):
            if found[node.order]:
                for parent, slope in node.parents:
                    found[parent.order] = found[parent.order] + found[node.order] * slope
        return found

    def slopes(
        self,
        result: TapeNode,
        most: int | None = None,
        held: Container[int] = frozenset(),
    ) -> dict[int, Scalar] | None:
        """d(result)/d(node) by the order of the node, for the nodes that it was made from alone.

        Nodes whose order is among those that are `held` depend on nothing. None where there are
        more nodes than `most`.
        """
        found: dict[int, Scalar] = {result.order: 1}
        waiting = [-result.order]
        while waiting:
            if most is not None and len(found) > most:
                return None
            # Every number comes after those that it was made from, so that its slope is whole.
            order = -heappop(waiting)
            if order in held and order != result.order:
                continue
            for parent, slope in self.nodes[order].parents:
                if parent.order not in found:
                    heappush(waiting, -parent.order)
                    found[parent.order] = found[order] * slope
                else:
                    found[parent.order] = found[parent.order] + found[order] * slope
        return found

    def lifted(self, function: Map, slope: Slope) -> Map:
        """F as a node that remembers f'(x)."""

        def result(x: Scalar) -> Scalar:
            if not isinstance(x, TapeNode):
                return function(x)
            y = function(x.value)
            return TapeNode(self, y, ((x, slope(x.value, y)),))

        return result

    def entry(self, value: Scalar) -> TapeNode:
        """A node of its own for every entry, so that a copied tensor has derivatives of its own."""
        parents = ((value, 1),) if isinstance(value, TapeNode) else ()
        return TapeNode(self, self.value(value), parents)
