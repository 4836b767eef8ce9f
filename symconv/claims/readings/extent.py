"""`W_h`: an entry of the tensor W, or the width of the image h."""

from __future__ import annotations

from .ambiguity import Ambiguity

ENTRY, EXTENT = "entry", "extent"

EXTENT_NAME = Ambiguity(
    "extent", {ENTRY: "", EXTENT: "{subject} is read as the size of a tensor along an axis"}
)
