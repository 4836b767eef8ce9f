"""Gather: the windows of all images are fetched by a table of places, and kept."""

from __future__ import annotations

from .base import Algorithm, HelperCall, HelperCalls, LookupTable
from .contraction import Contraction
from .counts import RoleCounts, count_maxima, count_pixels, count_places
from .operation_count import OperationCount, count_copies, count_products
from .sizes import ContractionSizes


def _apply(contraction: Contraction) -> bool:
    """The table names entries of all images, so that their number has to be known."""
    return bool(contraction.batch.is_Integer)


def _count(s: ContractionSizes) -> RoleCounts:
    """The windows of all images by a table, and the sums of an image by its inverse."""
    (k, l), area, pixels = s.taps, s.places[0] * s.places[1], count_pixels(s)
    inner = s.c * k * l
    # The most windows that see one entry of an image: so many rows has the inverse of the table.
    most = -(-k // s.stride[0]) * -(-l // s.stride[1])
    windows = s.n * inner * area
    staged = s.phases != (1, 1)  # then the maximum writes delta in the order that is read
    order = OperationCount() if staged else count_copies(count_places(s), s.blocks[1])
    fetched = OperationCount(fetched=windows) + count_copies(pixels, s.image[1])
    back = OperationCount(fetched=most * pixels)
    run = s.n * s.blocks[0] * s.blocks[1]
    # Calls of NumPy in gather.py.j2: each of its three sums is a handful.
    return {
        "places": (
            fetched
            + count_products(1, s.f, inner, s.n * area)
            + OperationCount(calls=6)
            + count_maxima(s, run)
        ).holding(windows),
        "kernel": (
            order + count_products(1, s.f, s.n * area, inner) + OperationCount(calls=4)
        ).holding(windows),
        "image": (
            count_products(1, inner, s.f, s.n * area) + back + OperationCount(calls=6)
        ).holding(windows),
    }


def _shape(contraction: Contraction) -> tuple[int, int, int, int]:
    """The shape (n, c, i, j) of the images."""
    first, second = contraction.axes
    return int(contraction.batch), contraction.channels, first.extent, second.extent


def _count_entries(contraction: Contraction) -> int:
    n, c, height, width = _shape(contraction)
    return n * c * height * width


GATHER = Algorithm(
    name="gathered",
    synonyms=("gather",),
    why="fetches the windows of all images by a table of places and keeps them",
    applies=_apply,
    work=_count,
    layout=("f", "abnhw"),
    runs=("b", "a", "f", "nhw"),
    calls=HelperCalls(
        copy_image=HelperCall(
            "extract_patches_gather", ("image", "table", "workspace", "name"), "patches"
        ),
        correlate=HelperCall("correlate_gather", ("patches", "kernel")),
        kernel_gradient=HelperCall("kernel_gradient_gather", ("delta", "patches", "kernel_shape")),
        image_gradient=HelperCall(
            "image_gradient_gather",
            ("delta", "kernel", "image_shape", "inverse", "workspace", "name"),
        ),
    ),
    template="gather",
    needs=("index_tables",),
    table=LookupTable("build_gather_indices", lambda c: (_shape(c),), _count_entries),
)
