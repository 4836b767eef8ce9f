"""`batch_last`: all phases of a block at once."""

from __future__ import annotations

from symconv.plan.blocks import BLOCK, LONGEST_RUN
from symconv.plan.forms import USUAL_BATCH
from symconv.plan.sizes import Sizes
from symconv.plan.work import Count, Work, copy, product

from .shared import Roles, maxima, pixels_of, places_of


def batch_last(s: Sizes) -> Roles:
    """All phases of a block at once: each sees the field of its block, zeros included."""
    (high, wide), (rows, columns), (a, b) = s.field, s.blocks, s.phases
    down, right = s.stride[0] * a, s.stride[1] * b
    inner, outer, run, pixels = high * wide * s.c, s.f * a * b, columns * s.n, pixels_of(s)
    parts = _parts(columns, _number(s.n))
    count, some, field = rows * parts, columns // parts * s.n, rows * inner * run
    blocks = -(-rows // max(1, int(BLOCK // (inner * columns * _number(s.n)))))
    adds = -(-high // down) * -(-wide // right)
    patches = Work(calls=6 + right - (-wide // right)) + copy(pixels, s.n) + copy(field, run)
    delta = Work() if s.phases != (1, 1) else copy(places_of(s), s.n)
    sums = copy(count * outer * inner, outer * inner)
    back = copy(field, run) + copy(2 * pixels, s.n)
    calls = 12 + right + blocks * (4 + 2.5 * adds)
    return {
        "places": (
            patches
            + product(count, outer, inner, some)
            + Work(calls=8 + a * b)
            + maxima(s, s.f * run)
        ).holding(field),
        "kernel": (
            delta + product(count, outer, some, inner) + sums + Work(calls=10 + a * b)
        ).holding(field),
        "image": (delta + product(count, inner, outer, some) + back + Work(calls=calls)).holding(
            outer * run
        ),
    }


def _number(n: Count) -> int:
    """The batch, or a usual one for an expression."""
    return n if isinstance(n, int) else USUAL_BATCH


def _parts(columns: int, n: int) -> int:
    """How many products a row of blocks is cut into."""
    fits = [k for k in range(1, columns) if columns % k == 0 and columns * n <= k * LONGEST_RUN]
    return min([*fits, columns])
