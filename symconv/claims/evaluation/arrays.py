"""Values of formulas: scalars, and arrays that remember which tensor their axes belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from symconv.claims.model.facts import Shape


@dataclass(frozen=True)
class Block:
    """Axes that run over the entries of one tensor; `below` says that it is differentiated by.

    `row` marks a vector that was written with a transpose.
    """

    key: str
    shape: Shape
    below: bool = False
    row: bool = False


@dataclass(frozen=True)
class Array:
    """Entries row by row over the axes of all blocks."""

    blocks: tuple[Block, ...]
    entries: tuple[Any, ...]

    @property
    def shape(self) -> Shape:
        return tuple(n for b in self.blocks for n in b.shape)

    def map(self, function: Callable[[Any], Any]) -> Array:
        return Array(self.blocks, tuple(function(e) for e in self.entries))

    @property
    def is_row(self) -> bool:
        """Whether this is a vector that was written with a transpose."""
        return len(self.blocks) == 1 and self.blocks[0].row

    @property
    def is_vector(self) -> bool:
        """Whether there is one axis, or one that is longer than 1 among two."""
        return len(self.shape) <= 2 and len(self.grid()) == 1

    def grid(self) -> Shape:
        """The shape without the axes of extent 1."""
        return tuple(n for n in self.shape if n != 1)


Value = Any


def plain(shape: Shape, entries: Sequence[Any], key: str = "") -> Value:
    """An array of one block; a single entry is a scalar."""
    return Array((Block(key, tuple(shape)),), tuple(entries))


def scalar(value: Value) -> Value:
    """An array of one entry as that entry."""
    return value.entries[0] if isinstance(value, Array) and len(value.entries) == 1 else value


def zipped(left: Value, right: Value, function: Callable[[Any, Any], Any]) -> Value | None:
    """Entry by entry, a scalar against every entry; None where the shapes do not fit."""
    if isinstance(left, Array) and isinstance(right, Array):
        return _paired(left, right, function)
    if isinstance(left, Array):
        return left.map(lambda a: function(a, right))
    if isinstance(right, Array):
        return right.map(lambda b: function(left, b))
    return function(left, right)


def _paired(left: Array, right: Array, function: Callable[[Any, Any], Any]) -> Value | None:
    counts = len(left.entries), len(right.entries)
    if counts[0] == 1 and counts[1] != 1:
        return zipped(left.entries[0], right, function)
    if counts[1] == 1 and counts[0] != 1:
        return zipped(left, right.entries[0], function)
    if left.grid() != right.grid() and not _vectors(left, right):
        return None
    pairs = zip(left.entries, right.entries, strict=True)
    return Array(left.blocks, tuple(function(a, b) for a, b in pairs))


def _vectors(left: Array, right: Array) -> bool:
    """A flat list against a grid of as many entries."""
    same = len(left.entries) == len(right.entries)
    return same and 1 in {len(left.grid()), len(right.grid())}


def shared(left: Array, right: Array) -> tuple[int, int] | None:
    """The blocks that the chain rule sums over: d o / d .. times d C / d o."""
    for a, first in enumerate(left.blocks):
        for b, second in enumerate(right.blocks):
            if first.key and first.key == second.key and first.below != second.below:
                return a, b
    return None


def contracted(left: Array, right: Array, zero: Any) -> Value:
    """The sum over the shared block of the products."""
    pair = shared(left, right)
    assert pair is not None
    a, b = pair
    size = prod(left.blocks[a].shape)
    lefts, rights = _split(left, a), _split(right, b)
    entries = []
    for p in lefts:
        for q in rights:
            total = zero
            for k in range(size):
                total = total + p[k] * q[k]
            entries.append(total)
    blocks = _without(left.blocks, a) + _without(right.blocks, b)
    return Array(blocks, tuple(entries)) if blocks else entries[0]


def _without(blocks: tuple[Block, ...], n: int) -> tuple[Block, ...]:
    return (*blocks[:n], *blocks[n + 1 :])


def _split(array: Array, n: int) -> list[list[Any]]:
    """For each place of the other blocks, the entries along block n."""
    sizes = [prod(b.shape) for b in array.blocks]
    before, size, after = prod(sizes[:n]), sizes[n], prod(sizes[n + 1 :])
    return [
        [array.entries[(p * size + k) * after + q] for k in range(size)]
        for p, q in product(range(before), range(after))
    ]
