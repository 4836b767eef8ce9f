r"""`\delta *_{full} w`: a window that turns the kernel, or one that does not."""

from __future__ import annotations

from .ambiguity import Ambiguity

CORRELATION, CONVOLUTION = "correlation", "convolution"

WINDOW_SIGN = Ambiguity(
    "window sign",
    {
        CORRELATION: "the star with a mode is read as correlation (not flipped)",
        CONVOLUTION: "the star with a mode is read as convolution (flipped)",
    },
    {
        CORRELATION: (
            "star_meaning",
            "right if * means the correlation, in which the kernel is not turned",
        ),
        CONVOLUTION: ("star_meaning", "right if * means the convolution with a flipped kernel"),
    },
)
