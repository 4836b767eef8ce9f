r"""`x^2`, `a^{(1)}`, `h^l`: a power or the number of a layer."""

from __future__ import annotations

from .ambiguity import Ambiguity

POWER, LAYER, LEFT_OUT = "power", "layer", "left out"

SUPERSCRIPT = Ambiguity(
    "superscript",
    {
        POWER: "",
        LAYER: "the superscript of '{subject}' is read as the number of a layer",
    },
)
"""A number above a letter that stands for one tensor."""

LAYER_OF_ONE = Ambiguity(
    "layer of one tensor",
    {
        LEFT_OUT: "",
        LAYER: "layers are counted by their parameters: the input is layer 0",
    },
)
"""A letter such as l above a letter that stands for one tensor: left out, or its layer."""
