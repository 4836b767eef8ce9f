"""Arrays as NumPy lays them out: entries in memory, and views that skip, repeat and overlap.

A view is a shape, where its first entry is, and how far the next one along each axis is. So the
windows of an image cost nothing until some of them are looked at, and a change through a view
changes the array that it is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symconv.claims.arrays.dense_array import DenseArray, limit_entries
from symconv.claims.model.context import Shape

from .arrays import Value
from .dense_values import as_value


class Memory:
    """Entries that several arrays may share; `changes` counts how often they were changed."""

    def __init__(self, cells: Sequence[Any]) -> None:
        self.cells = list(cells)
        self.changes = 0


@dataclass
class ArrayView:
    """An array in memory: the entry at (i, j) is at `offset` + i * steps[0] + j * steps[1].

    `fixed` says that it may be a view of what is not followed, so that it must not be changed.
    """

    memory: Memory
    shape: Shape
    offset: int
    steps: tuple[int, ...]
    fixed: bool = False
    seen: tuple[int, Value] | None = None

    def select(self, spans: Sequence[range | int | None]) -> ArrayView:
        """The view at some places: a range keeps its axis, a number drops it, None is a new one."""
        offset, shape, steps = self.offset, list[int](), list[int]()
        axes = iter(self.steps)
        for span in spans:
            if span is None:
                shape.append(1)
                steps.append(0)
                continue
            step = next(axes)
            if isinstance(span, int):
                offset += span * step
            else:
                offset += span.start * step if span else 0
                shape.append(len(span))
                steps.append(span.step * step)
        return replace(self, shape=tuple(shape), offset=offset, steps=tuple(steps), seen=None)

    def slide(self, axes: Sequence[int], window: Sequence[int]) -> ArrayView:
        """Every window along some axes, its own axes behind all others."""
        shape = list(self.shape)
        for axis, extent in zip(axes, window, strict=True):
            shape[axis] -= extent - 1
        steps = (*self.steps, *(self.steps[axis] for axis in axes))
        return replace(self, shape=(*shape, *window), steps=steps, fixed=True, seen=None)

    def addresses(self) -> list[int]:
        """Where the entries are, in their order."""
        limit_entries(self.shape)
        found = [self.offset]
        for extent, step in zip(self.shape, self.steps, strict=True):
            found = [place + i * step for place in found for i in range(extent)]
        return found

    def dense(self) -> DenseArray:
        """The entries as they are now."""
        cells = self.memory.cells
        return DenseArray(self.shape, tuple([cells[n] for n in self.addresses()]))

    def value(self) -> Value:
        """The entries as a value, kept until they change."""
        if self.seen is None or self.seen[0] != self.memory.changes:
            self.seen = self.memory.changes, as_value(self.dense())
        return self.seen[1]


def view_array(array: DenseArray, *, fixed: bool = False) -> ArrayView:
    """An array in memory of its own."""
    return ArrayView(Memory(array.entries), array.shape, 0, tuple(array.steps), fixed)
