"""Values of formulas: scalars, and arrays that remember which tensor their axes belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from .facts import Shape


@dataclass(frozen=True)
class Block:
    """Axes that run over the entries of one tensor; `below` says that it is differentiated by."""

    key: str
    shape: Shape
    below: bool = False


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

    def grid(self) -> Shape:
        """The shape without the axes of extent 1, two axes at least."""
        kept = tuple(n for n in self.shape if n != 1)
        return kept


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
        if len(left.entries) == 1 and len(right.entries) != 1:
            return zipped(left.entries[0], right, function)
        if len(right.entries) == 1 and len(left.entries) != 1:
            return zipped(left, right.entries[0], function)
        if left.grid() != right.grid() and not _vectors(left, right):
            return None
        pairs = zip(left.entries, right.entries, strict=True)
        return Array(left.blocks, tuple(function(a, b) for a, b in pairs))
    if isinstance(left, Array):
        return left.map(lambda a: function(a, right))
    if isinstance(right, Array):
        return right.map(lambda b: function(left, b))
    return function(left, right)


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


def windowed(big: Array, small: Array, zero: Any, *, flip: bool) -> Array | None:
    """The correlation of two images without padding (convolution with `flip`); None if none fits."""
    shapes = [_image(big), _image(small)]
    if None in shapes:
        return None
    (height, width), (k1, k2) = shapes  # type: ignore[misc]
    if k1 > height or k2 > width:
        return None
    entries = []
    for i, j in product(range(height - k1 + 1), range(width - k2 + 1)):
        total = zero
        for m, n in product(range(k1), range(k2)):
            weight = (k1 - 1 - m) * k2 + k2 - 1 - n if flip else m * k2 + n
            total = total + big.entries[(i + m) * width + j + n] * small.entries[weight]
        entries.append(total)
    return plain((height - k1 + 1, width - k2 + 1), entries)


def _image(array: Array) -> tuple[int, int] | None:
    shape = array.shape
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    return (shape[0], shape[1]) if len(shape) == 2 else None


def matrix_product(left: Array, right: Array, zero: Any) -> Value | None:
    """Rows times columns; a vector is a column on the right and a row on the left."""
    a = left.shape if len(left.shape) == 2 else (1, len(left.entries))
    b = right.shape if len(right.shape) == 2 else (len(right.entries), 1)
    if a[1] != b[0]:
        return None
    entries = []
    for p, q in product(range(a[0]), range(b[1])):
        total = zero
        for k in range(a[1]):
            total = total + left.entries[p * a[1] + k] * right.entries[k * b[1] + q]
        entries.append(total)
    return plain((a[0], b[1]), entries)


def transposed(array: Array) -> Array:
    """Rows as columns."""
    rows, columns = array.shape if len(array.shape) == 2 else (1, len(array.entries))
    return plain(
        (columns, rows),
        [array.entries[r * columns + c] for c in range(columns) for r in range(rows)],
    )


def turned(array: Array) -> Array:
    """Both axes of an image reversed."""
    return Array(array.blocks, array.entries[::-1])


def quarter_turned(array: Array) -> Array:
    """A quarter turn against the clock."""
    rows, columns = array.shape
    return plain(
        (columns, rows),
        [array.entries[r * columns + c] for c in reversed(range(columns)) for r in range(rows)],
    )
