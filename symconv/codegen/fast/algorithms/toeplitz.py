"""Toeplitz: the kernel as the full matrix between all entries of an image and all places."""

from __future__ import annotations

from .base import Algorithm, HelperCall, HelperCalls, LookupTable, apply_always
from .contraction import Contraction
from .counts import RoleCounts, count_maxima, count_places
from .operation_count import OperationCount, count_products
from .sizes import ContractionSizes


def _count(s: ContractionSizes) -> RoleCounts:
    """Every entry of an image times every place: a product for pairs that never meet, too."""
    area = s.places[0] * s.places[1]
    places, pixels = s.f * area, s.c * s.image[0] * s.image[1]
    table = places * pixels
    # Calls of NumPy in toeplitz.py.j2: each of its three sums is a handful.
    kernel = OperationCount(fetched=area * s.f * s.c * s.taps[0] * s.taps[1], calls=5)
    return {
        "places": (
            OperationCount(fetched=table, calls=5)
            + count_products(1, places, pixels, s.n)
            + count_maxima(s, count_places(s) / 4)  # a phase is one run; a usual tile has 4
        ).holding(table + s.n * places),
        "kernel": (count_products(1, places, s.n, pixels) + kernel).holding(table),
        "image": (count_products(1, s.n, places, pixels) + OperationCount(calls=4)).holding(table),
    }


def _table_arguments(contraction: Contraction) -> tuple[object, ...]:
    first, second = contraction.axes
    return contraction.channels, contraction.filters, (first.extent, second.extent)


def _count_entries(contraction: Contraction) -> int:
    first, second = contraction.axes
    return contraction.filters * contraction.channels * first.taps * second.taps


TOEPLITZ = Algorithm(
    name="matrix",
    synonyms=("toeplitz",),
    why=(
        "writes the kernel as the full matrix between an image and all places: more "
        "multiplications, but few calls"
    ),
    applies=apply_always,
    work=_count,
    layout=("bafhw", "n"),
    runs=("b", "a", "fhwn"),
    calls=HelperCalls(
        copy_kernel=HelperCall("build_toeplitz_matrix", ("kernel", "table"), "matrix"),
        correlate=HelperCall(
            "correlate_toeplitz", ("image", "spread_kernel", "result_workspace", "name")
        ),
        kernel_gradient=HelperCall(
            "kernel_gradient_toeplitz", ("delta", "image", "inverse", "kernel_shape")
        ),
        image_gradient=HelperCall(
            "image_gradient_toeplitz", ("delta", "spread_kernel", "channels", "image_shape")
        ),
    ),
    template="toeplitz",
    needs=("index_tables",),
    table=LookupTable("build_toeplitz_indices", _table_arguments, _count_entries),
)
