r"""`a \otimes b`: the outer product, or a convolution, or the product entry by entry."""

from __future__ import annotations

from .ambiguity import Ambiguity

OUTER, WINDOW, ENTRIES = "outer", "window", "entries"

CIRCLED_TIMES = Ambiguity(
    "circled times",
    {
        OUTER: "⊗ is read as the outer product",
        WINDOW: "⊗ is read as the convolution of the network",
        ENTRIES: "⊗ is read as the product entry by entry",
    },
)
