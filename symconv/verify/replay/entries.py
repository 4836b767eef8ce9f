"""Entries of tensors: where they stand, whether they are there, and which of them were read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .indices import Environment, Place, index
from .scalars import Node, Number, value_of
from .tree import Tree, refused


@dataclass(frozen=True)
class Entries:
    """The shapes of tensors and where their entries come from; what is read is put on `watched`."""

    shapes: Mapping[str, Place]
    entry: Callable[[str, Place], Number]
    watched: dict[tuple[str, Place], Node] | None = None

    def place(self, e: Tree, at: Environment) -> Place | None:
        """Where an entry stands; None where it is absent."""
        key = str(e.leaf)
        if key not in self.shapes or len(self.shapes[key]) != len(e.args):
            raise refused(f"an entry of {key!a}, which has no such shape")
        place = [index(a, at) for a in e.args]
        inside = (
            p.denominator == 1 and 0 <= p < n for p, n in zip(place, self.shapes[key], strict=True)
        )
        return tuple(int(p) for p in place) if all(inside) else None

    def read(self, e: Tree, at: Environment) -> Number | None:
        """An entry; None where it is absent. A derivative watches what is read."""
        place = self.place(e, at)
        if place is None:
            return None
        x = self.entry(str(e.leaf), place)
        if self.watched is None:
            return x
        return self.watched.setdefault((str(e.leaf), place), Node(value_of(x)))
