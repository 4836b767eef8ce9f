"""Shifted GEMM: an image is copied once for every tap along its rows; along columns it is shifted.

A tap along a column is a shift of a view by whole rows, which BLAS multiplies without a copy.
"""

from __future__ import annotations

from .base import Algorithm, CorrelatedGradient, HelperCall, HelperCalls
from .contraction import Contraction
from .counts import RoleCounts, count_maxima, count_unstaging
from .operation_count import Count, OperationCount, count_copies, count_products
from .sizes import ContractionSizes


def _apply(contraction: Contraction) -> bool:
    """At stride 1 the rows that a tap sees at neighbouring places are neighbours."""
    return all(a.stride == 1 for a in contraction.axes)


def _count(s: ContractionSizes) -> RoleCounts:
    """One image once for every tap along its rows; its gradient is the same, turned around."""
    k, l = s.taps
    delta, back = count_unstaging(s), s.as_correlation
    lines, area = s.c * l, s.places[0] * s.places[1]
    held = _count_copied(s)
    sums = count_copies(s.n * k * lines * s.f, lines * s.f)
    sums += count_copies(s.n * held, s.places[1])
    # Calls of NumPy in shifted_gemm.py.j2: of a whole sum, of an image, of a tap along each axis.
    calls = OperationCount(calls=8 + s.n * (10 + 2.5 * l + 3.5 * k))
    return {
        "places": (_count_shifts(s) + count_maxima(s, 1)).holding(held),
        "kernel": (delta + count_products(s.n * k, lines, area, s.f) + sums + calls).holding(held),
        "image": (delta + _count_shifts(back)).holding(_count_copied(back)),
    }


def _count_shifts(s: ContractionSizes) -> OperationCount:
    """The copies of all images, and a product for every tap along a column."""
    (k, l), area = s.taps, s.places[0] * s.places[1]
    copies = count_copies(s.n * _count_copied(s), s.places[1])
    # The product of the first tap goes where the result stands; the others are added to it.
    copies += count_copies(s.n * (k - 1) * s.f * area, area)
    calls = OperationCount(calls=8 + s.n * (10 + 2.5 * l + 3 * k))
    return copies + count_products(s.n * k, s.f, s.c * l, area) + calls


def _count_copied(s: ContractionSizes) -> Count:
    rows = s.places[0] + s.dilation[0] * (s.taps[0] - 1)
    return s.c * s.taps[1] * rows * s.places[1]


SHIFTED_GEMM = Algorithm(
    name="folded",
    synonyms=("shifted_gemm",),
    why=(
        "copies an image once for every tap along its rows, in blocks that fit in the cache; a tap "
        "along its columns is then a shift of a view that is multiplied without a copy"
    ),
    applies=_apply,
    work=_count,
    calls=HelperCalls(
        correlate=HelperCall(
            "correlate_shifted_gemm",
            ("image", "kernel", "window", "workspace", "name", "in_workspace"),
        ),
        kernel_gradient=HelperCall(
            "kernel_gradient_shifted_gemm", ("delta", "image", "window", "workspace", "name")
        ),
        image_gradient=CorrelatedGradient(images="interleave_phases_shifted_gemm"),
    ),
    template="shifted_gemm",
)
