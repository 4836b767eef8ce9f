"""What is done to whole images and matrices: windows, products of matrices, turns."""

from __future__ import annotations

from itertools import product
from typing import Any

from .arrays import Array, Block, Value, plain


def windowed(big: Array, small: Array, zero: Any, *, flip: bool) -> Array | None:
    """The correlation of two images without padding, or the convolution; None where none fits."""
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
    """Rows times columns; None where no reading of the vectors fits."""
    pairs = ((a, b) for a in _forms(left, row=True) for b in _forms(right, row=False))
    a, b = next(((a, b) for a, b in pairs if a[1] == b[0]), ((0, 0), (0, 0)))
    if not a[1]:
        return None
    entries = []
    for p, q in product(range(a[0]), range(b[1])):
        total = zero
        for k in range(a[1]):
            total = total + left.entries[p * a[1] + k] * right.entries[k * b[1] + q]
        entries.append(total)
    return plain((a[0], b[1]), entries)


def _forms(array: Array, *, row: bool) -> list[tuple[int, int]]:
    """The shapes a factor may have: a plain vector is a row on the left, a column on the right."""
    if len(array.shape) == 2:
        return [(array.shape[0], array.shape[1])]
    count = len(array.entries)
    lying, standing = (1, count), (count, 1)
    return [lying, standing] if row else [standing, lying]


def transposed(array: Array) -> Array:
    """Rows as columns; a plain vector, which stands, is laid down."""
    rows, columns = array.shape if len(array.shape) == 2 else (len(array.entries), 1)
    entries = [array.entries[r * columns + c] for c in range(columns) for r in range(rows)]
    return Array((Block("", (columns, rows), row=columns == 1),), tuple(entries))


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
