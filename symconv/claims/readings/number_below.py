"""`a_1`, `a1`, `W_2`: the number of an entry, of a layer, or a part of the name."""

from __future__ import annotations

from .ambiguity import Ambiguity

ENTRY, LAYER, NAME = "entry", "layer", "name"

NUMBER_BELOW = Ambiguity(
    "number below",
    {
        ENTRY: "",
        LAYER: "the number at '{subject}' is read as the number of a layer",
        NAME: "",
    },
)
