"""Gather instead of scatter: at stride 1 the gradient of an image is a correlation itself.

dx[u] = sum of delta[u + p - d m] w[m], and with m = k - 1 - m' this is the sum of
delta[u + d m' - (d (k - 1) - p)] w[k - 1 - m'] over m': the image takes the part of the places,
delta that of the image; the kernel counts from the end and trades filters for channels.
"""

from __future__ import annotations

from dataclasses import replace

from symconv.codegen.fast.algorithms.contraction import AxisGeometry, Contraction


def rewrite_as_correlation(contraction: Contraction) -> Contraction | None:
    """The image of a contraction as the places of another; None at any stride but 1.

    In: delta (b, f, i, j) as places, kernel (f, c, m, n), dx (b, c, i, j) as the image. Out: the
    same three arrays with delta as the image, the kernel seen as (c, f, k - 1 - m, l - 1 - n), dx
    as places.
    """
    if contraction.computes != "image" or any(a.stride != 1 for a in contraction.axes):
        return None
    filters, channels, *taps = contraction.kernel.order
    first, second = contraction.kernel.flipped
    # The kernel stays the array that it is: only the view that reads it changes.
    order, flipped = (channels, filters, *taps), (not first, not second)
    return replace(
        contraction,
        computes="places",
        image=contraction.places,
        kernel=replace(contraction.kernel, order=order, flipped=flipped),
        places=contraction.image,
        axes=(_reverse(contraction.axes[0]), _reverse(contraction.axes[1])),
        channels=contraction.filters,
        filters=contraction.channels,
    )


def _reverse(axis: AxisGeometry) -> AxisGeometry:
    """The axis with image and places traded; the new padding is d (k - 1) - p."""
    before = axis.dilation * (axis.taps - 1) - axis.before
    return AxisGeometry(axis.places, axis.extent, axis.taps, 1, axis.dilation, before)
