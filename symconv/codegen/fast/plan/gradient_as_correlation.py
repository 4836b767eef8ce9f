"""Gather instead of scatter: at stride 1 the gradient of an image is a correlation itself.

dx[u] = sum of delta[u + p - d m] w[m], and with m = k - 1 - m' this is the sum of
delta[u + d m' - (d (k - 1) - p)] w[k - 1 - m'] over m': the image takes the part of the places,
delta that of the image; the kernel counts from the end and trades filters for channels.
"""

from __future__ import annotations

from dataclasses import replace

from symconv.codegen.fast.forms.contraction import Axis, Contraction


def turned(made: Contraction) -> Contraction | None:
    """The image of a contraction as the places of another; None at any stride but 1."""
    if made.computes != "image" or any(a.stride != 1 for a in made.axes):
        return None
    filters, channels, *taps = made.kernel.order
    first, second = made.kernel.flipped
    kernel = replace(made.kernel, order=(channels, filters, *taps), flipped=(not first, not second))
    return replace(
        made,
        computes="places",
        image=made.places,
        kernel=kernel,
        places=made.image,
        axes=(_turned(made.axes[0]), _turned(made.axes[1])),
        channels=made.filters,
        filters=made.channels,
    )


def _turned(axis: Axis) -> Axis:
    before = axis.dilation * (axis.taps - 1) - axis.before
    return Axis(axis.places, axis.extent, axis.taps, 1, axis.dilation, before)
