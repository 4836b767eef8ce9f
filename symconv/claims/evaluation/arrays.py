"""Values of formulas: scalars, arrays that remember the tensors of their axes, and products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from symconv.claims.model.context import Shape


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
class ArrayValue:
    """Entries row by row over the axes of all blocks."""

    blocks: tuple[Block, ...]
    entries: tuple[Any, ...]

    @property
    def shape(self) -> Shape:
        return tuple(n for b in self.blocks for n in b.shape)

    def map(self, function: Callable[[Any], Any]) -> ArrayValue:
        return ArrayValue(self.blocks, tuple(function(e) for e in self.entries))

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


def make_array(shape: Shape, entries: Sequence[Any], key: str = "") -> Value:
    """An array of one block; a single entry is a scalar."""
    return ArrayValue((Block(key, tuple(shape)),), tuple(entries))


def unwrap_scalar(value: Value) -> Value:
    """An array of one entry as that entry."""
    return value.entries[0] if isinstance(value, ArrayValue) and len(value.entries) == 1 else value


def apply_elementwise(
    left: Value, right: Value, function: Callable[[Any, Any], Any]
) -> Value | None:
    """Entry by entry, a scalar against every entry; None where the shapes do not fit."""
    if isinstance(left, ArrayValue) and isinstance(right, ArrayValue):
        return _apply_to_pairs(left, right, function)
    if isinstance(left, ArrayValue):
        return left.map(lambda a: function(a, right))
    if isinstance(right, ArrayValue):
        return right.map(lambda b: function(left, b))
    return function(left, right)


def _apply_to_pairs(
    left: ArrayValue, right: ArrayValue, function: Callable[[Any, Any], Any]
) -> Value | None:
    counts = len(left.entries), len(right.entries)
    if counts[0] == 1 and counts[1] != 1:
        return apply_elementwise(left.entries[0], right, function)
    if counts[1] == 1 and counts[0] != 1:
        return apply_elementwise(left, right.entries[0], function)
    if counts[0] != counts[1]:
        return None
    if left.grid() != right.grid() and not _is_list_against_grid(left, right):
        return None
    pairs = zip(left.entries, right.entries, strict=True)
    return ArrayValue(left.blocks, tuple(function(a, b) for a, b in pairs))


def _is_list_against_grid(left: ArrayValue, right: ArrayValue) -> bool:
    """A flat list against a grid of as many entries."""
    same = len(left.entries) == len(right.entries)
    return same and 1 in {len(left.grid()), len(right.grid())}


def find_chain_blocks(left: ArrayValue, right: ArrayValue) -> tuple[int, int] | None:
    """The blocks that the chain rule sums over: d o / d .. times d C / d o."""
    for a, first in enumerate(left.blocks):
        for b, second in enumerate(right.blocks):
            # The chain rule sums over a tensor that stands below one d and above the other.
            if first.key and first.key == second.key and first.below != second.below:
                return a, b
    return None


def contract_chain(left: ArrayValue, right: ArrayValue, zero: Any) -> Value:
    """The sum over the shared block of the products."""
    pair = find_chain_blocks(left, right)
    assert pair is not None
    a, b = pair
    size = prod(left.blocks[a].shape)
    lefts, rights = _slices_along(left, a), _slices_along(right, b)
    entries = []
    for p in lefts:
        for q in rights:
            total = zero
            for k in range(size):
                total = total + p[k] * q[k]
            entries.append(total)
    blocks = _without(left.blocks, a) + _without(right.blocks, b)
    return ArrayValue(blocks, tuple(entries)) if blocks else entries[0]


def _without(blocks: tuple[Block, ...], n: int) -> tuple[Block, ...]:
    return (*blocks[:n], *blocks[n + 1 :])


def _slices_along(array: ArrayValue, n: int) -> list[list[Any]]:
    """For each place of the other blocks, the entries along block n."""
    sizes = [prod(b.shape) for b in array.blocks]
    before, size, after = prod(sizes[:n]), sizes[n], prod(sizes[n + 1 :])
    return [
        [array.entries[(p * size + k) * after + q] for k in range(size)]
        for p, q in product(range(before), range(after))
    ]


def slide_kernel(big: ArrayValue, small: ArrayValue, zero: Any, *, flip: bool) -> ArrayValue | None:
    """The correlation of two images without padding, or the convolution; None where none fits."""
    shapes = [_image_shape(big), _image_shape(small)]
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
    return make_array((height - k1 + 1, width - k2 + 1), entries)


def _image_shape(array: ArrayValue) -> tuple[int, int] | None:
    shape = array.shape
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    return (shape[0], shape[1]) if len(shape) == 2 else None


def multiply_matrices(left: ArrayValue, right: ArrayValue, zero: Any) -> Value | None:
    """Rows times columns; None where no reading of the vectors fits."""
    pairs = (
        (a, b) for a in _matrix_shapes(left, row=True) for b in _matrix_shapes(right, row=False)
    )
    a, b = next(((a, b) for a, b in pairs if a[1] == b[0]), ((0, 0), (0, 0)))
    if not a[1]:
        return None
    entries = []
    for p, q in product(range(a[0]), range(b[1])):
        total = zero
        for k in range(a[1]):
            total = total + left.entries[p * a[1] + k] * right.entries[k * b[1] + q]
        entries.append(total)
    return make_array((a[0], b[1]), entries)


def _matrix_shapes(array: ArrayValue, *, row: bool) -> list[tuple[int, int]]:
    """The shapes a factor may have: a plain vector is a row on the left, a column on the right."""
    if len(array.shape) == 2:
        return [(array.shape[0], array.shape[1])]
    count = len(array.entries)
    lying, standing = (1, count), (count, 1)
    return [lying, standing] if row else [standing, lying]


def transpose_array(array: ArrayValue) -> ArrayValue:
    """Rows as columns; a plain vector, which stands, is laid down."""
    rows, columns = array.shape if len(array.shape) == 2 else (len(array.entries), 1)
    entries = [array.entries[r * columns + c] for c in range(columns) for r in range(rows)]
    return ArrayValue((Block("", (columns, rows), row=columns == 1),), tuple(entries))


def rotate_half_turn(array: ArrayValue) -> ArrayValue:
    """Both axes of an image reversed."""
    return ArrayValue(array.blocks, array.entries[::-1])


def rotate_quarter_turn(array: ArrayValue) -> ArrayValue:
    """A quarter turn against the clock."""
    rows, columns = array.shape
    return make_array(
        (columns, rows),
        [array.entries[r * columns + c] for c in reversed(range(columns)) for r in range(rows)],
    )
