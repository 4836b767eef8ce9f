"""Batch-last: windows as matrices whose rows run along places and batch, all phases at once."""

from __future__ import annotations

from .base import Algorithm, HelperCall, HelperCalls
from .contraction import Contraction
from .counts import RoleCounts, count_maxima, count_pixels, count_places
from .operation_count import OperationCount, count_copies, count_products
from .sizes import BLOCK, ContractionSizes, assume_batch

LONGEST_RUN = 512
"""About how many numbers a row of a product may hold; longer rows are cut at whole columns, as BLAS
is faster at products that are cut into blocks than at one whose rows are very long."""


def _apply(contraction: Contraction) -> bool:
    """A window is copied in whole rows, so that its taps are neighbours."""
    return all(a.dilation == 1 for a in contraction.axes)


def _count(s: ContractionSizes) -> RoleCounts:
    """All phases of a block at once: each sees the field of its block, zeros included."""
    # A row of blocks is a product (outer, inner) by (inner, run): `outer` counts the maps of all
    # phases, `inner` what a block sees in all channels, `run` the blocks of a row, times samples.
    (high, wide), (rows, columns), (a, b) = s.field, s.blocks, s.phases
    down, right = s.stride[0] * a, s.stride[1] * b
    inner, outer, run, pixels = high * wide * s.c, s.f * a * b, columns * s.n, count_pixels(s)
    parts = _count_parts(columns, assume_batch(s.n))
    count, some, across = rows * parts, columns // parts * s.n, -(-wide // right)
    # Blocks below each other share rows of the image in memory, so that no row counts twice.
    field = (down * (rows - 1) + high) * wide * s.c * run
    # Calls of NumPy in batch_last.py.j2: those of each helper, and one for every phase, and for
    # every column of a step, that it loops over.
    patches = OperationCount(calls=6 + right - across)
    patches += count_copies(pixels, s.n) + count_copies(field, run)
    staged = s.phases != (1, 1)  # then the maximum writes delta in the order that is read
    delta = OperationCount() if staged else count_copies(count_places(s), s.n)
    return {
        "places": (
            patches
            + count_products(count, outer, inner, some)
            + OperationCount(calls=8 + a * b)
            + count_maxima(s, s.f * run)
        ).holding(field),
        "kernel": (
            delta
            + count_products(count, inner, some, outer)
            + count_copies(count * outer * inner, outer * inner)
            + OperationCount(calls=10 + a * b)
        ).holding(field),
        "image": _count_image(s, parts, outer).holding(outer * run),
    }


def _count_image(s: ContractionSizes, parts: int, outer: int) -> OperationCount:
    """Products that sum over the rows that reach the same rows of the image, then added columns."""
    (high, wide), (rows, columns), (a, b) = s.field, s.blocks, s.phases
    down, right, run = s.stride[0] * a, s.stride[1] * b, columns * s.n
    reach, lines, across = -(-high // down), down * wide * s.c, -(-wide // right)
    height, whole = rows + reach - 1, max(0, rows - reach + 1)
    # -(-n // d) is n / d, rounded up.
    blocks = -(-height // max(1, int(BLOCK // (lines * columns * assume_batch(s.n)))))
    products = OperationCount(
        products=height * parts, multiplications=rows * reach * lines * outer * run
    )
    # 36 calls and one a column of a step; 9 more for a row of blocks at a border, which has a
    # product of its own; 16 for a block of rows, and 3 more a step across it.
    calls = 36 + right + 9 * (height - whole) + blocks * (16 + 3 * across)
    back = count_copies(height * lines * run, run) + count_copies(2 * count_pixels(s), s.n)
    return products + back + OperationCount(calls=calls)


def _count_parts(columns: int, n: int) -> int:
    """How many products a row of blocks is cut into."""
    fits = [k for k in range(1, columns) if columns % k == 0 and columns * n <= k * LONGEST_RUN]
    return min([*fits, columns])


BATCH_LAST = Algorithm(
    name="batch_last",
    why=(
        "copies windows as matrices whose rows run along places and batch: one product a row of "
        "blocks, all phases of a tile at once"
    ),
    applies=_apply,
    work=_count,
    layout=("h", "baf", "wn"),
    runs=("b", "a", "h", "f", "wn"),
    calls=HelperCalls(
        copy_image=HelperCall(
            "extract_patches_batch_last", ("image", "window", "workspace", "name"), "patches"
        ),
        copy_kernel=HelperCall("spread_kernel_batch_last", ("kernel", "window"), "taps"),
        correlate=HelperCall(
            "correlate_batch_last",
            ("patches", "spread_kernel", "window", "result_workspace", "name"),
        ),
        kernel_gradient=HelperCall(
            "kernel_gradient_batch_last", ("delta", "patches", "window", "workspace", "name")
        ),
        image_gradient=HelperCall(
            "image_gradient_batch_last",
            ("delta", "spread_kernel", "image_shape", "window", "workspace", "name"),
        ),
    ),
    template="batch_last",
    values={"longest_run": LONGEST_RUN},
)
