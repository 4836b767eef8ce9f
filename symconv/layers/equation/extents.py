"""How far the indices of a person's own equation run: as stated, or as the known tensors say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Integer, expand

from symconv.core.equation import Ranges
from symconv.core.tensor import Tensor, index
from symconv.language.tree import Node, Range, Reduction, Reference, parts

from .indices import Places, alone, largest


@dataclass(frozen=True)
class Extents:
    """Finds the extent of an index."""

    places: Places

    def outer(self) -> Ranges:
        """The indices of the left side with their extents, in the order in which they occur."""
        formula = self.places.formula
        stated = {r.index: r for r in formula.ranges}
        inside = (n for p in formula.left.places for n in parts(p) if isinstance(n, Reference))
        names = dict.fromkeys(n.name for n in inside if not self.places.is_size(n.name))
        for r in formula.ranges:
            if r.index not in names:
                message = f"the index {r.index} is not on the left side"
                self.places.fail(message, r, "sum over it, or leave it out")
        ranges = (stated.get(n) or Range(formula.left.span, n, None) for n in names)
        return tuple((index(r.index), self.extent(r)) for r in ranges)

    def extent(self, r: Range) -> Expr:
        """How far an index runs: as stated, or over an axis that it has alone, or as a window."""
        if r.extent is not None:
            return self.places.size(r.extent)
        found = next(iter([*self._alone(r.index), *self._windows(r.index)]), None)
        if found is None:
            message = f"how far the index {r.index} runs is not said"
            self.places.fail(message, r, f"write {r.index}<3")
        return found

    def _reads(self) -> Iterator[tuple[Tensor, int, Node]]:
        """Every axis of a known tensor that the equation reads, and the place that it reads."""
        for access in self.places.accesses:
            tensor = self.places.at.find(access.name)
            if tensor is not None and len(tensor.shape) == len(access.places):
                yield from ((tensor, axis, p) for axis, p in enumerate(access.places))

    def _alone(self, name: str) -> list[Expr]:
        """The extents of the axes that the index runs over alone."""
        return [t.shape[axis] for t, axis, p in self._reads() if alone(p) == name]

    def _windows(self, name: str) -> list[Expr]:
        """How many windows fit into the axes that it moves them over: a v + rest <= n - 1."""
        stated = self._stated()
        found: list[Expr] = []
        for tensor, axis, p in self._reads():
            names = {n.name for n in parts(p) if isinstance(n, Reference)}
            others = {n for n in names - {name} if not self.places.is_size(n)}
            if name not in names or not others <= set(stated):
                continue
            inner = {n: stated[n] for n in others}
            place = self.places.place(p, {name: Integer(1), **inner})
            stride = place.coeff(index(name))
            room = tensor.shape[axis] - 1 - largest(expand(place - stride * index(name)), inner)
            if stride.is_positive:
                found.append(self.places.at.rounded(tensor.shape[axis], expand(room), stride))
        return found

    def _stated(self) -> dict[str, Expr]:
        """The extents that sums and maxima state."""
        nodes = (n for n in parts(self.places.formula.right) if isinstance(n, Reduction))
        ranges = (r for n in nodes for r in n.ranges)
        return {r.index: self.places.size(r.extent) for r in ranges if r.extent is not None}
