"""im2col: the windows of one image at a time are the columns of a matrix."""

from __future__ import annotations

from .base import Algorithm, HelperCall, HelperCalls, apply_always
from .counts import RoleCounts, count_maxima, count_pixels, count_unstaging
from .operation_count import OperationCount, count_copies, count_products
from .sizes import ContractionSizes


def _count(s: ContractionSizes) -> RoleCounts:
    """The windows of one image at a time, written again for the gradient of the kernel."""
    (k, l), (rows, columns) = s.taps, s.places
    inner, area = s.c * k * l, rows * columns
    # At a stride the numbers of a run are no neighbours in the image: taken as runs of half the
    # length.
    windows = count_copies(s.n * inner * area, columns if s.stride[1] == 1 else columns / 2)
    margin, delta = count_copies(count_pixels(s), s.image[1]), count_unstaging(s)
    # The way back adds taps along rows into strips first, then strips along columns: k + l
    # additions an image in place of k l.
    back = count_copies(s.n * inner * area, columns)
    back += count_copies(s.n * s.c * k * rows * s.image[1], s.image[1])
    sums = count_copies(s.n * s.f * inner, s.f * inner)
    # Calls of NumPy in im2col.py.j2: those of a whole sum, and those of each image, which are one
    # for each row and for each column of taps where the image's gradient is added up.
    calls = OperationCount(calls=12 + s.n * (5 + 2.5 * (k + l)))
    return {
        "places": (
            margin
            + windows
            + count_products(s.n, s.f, inner, area)
            + OperationCount(calls=10 + 2.5 * s.n)
            + count_maxima(s, 1)
        ).holding(inner * area),
        "kernel": (
            delta
            + windows
            + count_products(s.n, s.f, area, inner)
            + sums
            + OperationCount(calls=8 + 4 * s.n)
        ).holding(inner * area),
        "image": (delta + count_products(s.n, inner, s.f, area) + back + calls).holding(
            inner * area
        ),
    }


IM2COL = Algorithm(
    name="columns",
    synonyms=("im2col",),
    why="copies the windows of one image at a time and multiplies once an image",
    applies=apply_always,
    work=_count,
    calls=HelperCalls(
        copy_image=HelperCall("pad_image", ("image", "window", "workspace", "name"), "patches"),
        correlate=HelperCall(
            "correlate_im2col", ("patches", "kernel", "window", "result_workspace", "name")
        ),
        kernel_gradient=HelperCall(
            "kernel_gradient_im2col", ("delta", "patches", "window", "workspace", "name")
        ),
        image_gradient=HelperCall(
            "image_gradient_im2col",
            ("delta", "kernel", "image_shape", "window", "workspace", "name"),
        ),
    ),
    template="im2col",
)
