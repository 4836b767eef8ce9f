"""`batch_last`: all phases of a block at once."""

from __future__ import annotations

from .base import USUAL_BATCH
from .blocks import BLOCK, LONGEST_RUN
from .shared import Roles, maxima, pixels_of, places_of
from .sizes import Sizes
from .work import Count, Work, copy, product


def batch_last(s: Sizes) -> Roles:
    """All phases of a block at once: each sees the field of its block, zeros included."""
    (high, wide), (rows, columns), (a, b) = s.field, s.blocks, s.phases
    down, right = s.stride[0] * a, s.stride[1] * b
    inner, outer, run, pixels = high * wide * s.c, s.f * a * b, columns * s.n, pixels_of(s)
    parts = _parts(columns, _number(s.n))
    count, some, across = rows * parts, columns // parts * s.n, -(-wide // right)
    field = (down * (rows - 1) + high) * wide * s.c * run
    patches = Work(calls=6 + right - across) + copy(pixels, s.n) + copy(field, run)
    delta = Work() if s.phases != (1, 1) else copy(places_of(s), s.n)  # made once
    return {
        "places": (
            patches
            + product(count, outer, inner, some)
            + Work(calls=8 + a * b)
            + maxima(s, s.f * run)
        ).holding(field),
        "kernel": (
            delta
            + product(count, inner, some, outer)
            + copy(count * outer * inner, outer * inner)
            + Work(calls=10 + a * b)
        ).holding(field),
        "image": _image(s, parts, outer).holding(outer * run),
    }


def _image(s: Sizes, parts: int, outer: int) -> Work:
    """Products that sum over the rows that reach the same rows of the image, then added columns."""
    (high, wide), (rows, columns), (a, b) = s.field, s.blocks, s.phases
    down, right, run = s.stride[0] * a, s.stride[1] * b, columns * s.n
    reach, lines, across = -(-high // down), down * wide * s.c, -(-wide // right)
    height, whole = rows + reach - 1, max(0, rows - reach + 1)
    blocks = -(-height // max(1, int(BLOCK // (lines * columns * _number(s.n)))))
    products = Work(products=height * parts, multiplications=rows * reach * lines * outer * run)
    calls = 36 + right + 9 * (height - whole) + blocks * (16 + 3 * across)
    back = copy(height * lines * run, run) + copy(2 * pixels_of(s), s.n)
    return products + back + Work(calls=calls)


def _number(n: Count) -> int:
    """The batch, or a usual one for an expression."""
    return n if isinstance(n, int) else USUAL_BATCH


def _parts(columns: int, n: int) -> int:
    """How many products a row of blocks is cut into."""
    fits = [k for k in range(1, columns) if columns % k == 0 and columns * n <= k * LONGEST_RUN]
    return min([*fits, columns])
