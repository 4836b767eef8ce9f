r"""`\alpha` and `\epsilon` in a formula: a number of a layer, or the learning rate."""

from __future__ import annotations

from .ambiguity import Ambiguity

NUMBER, RATE = "number", "rate"

LAYER_NUMBER = Ambiguity(
    "layer number", {NUMBER: "{subject} is read as the number of the layer", RATE: ""}
)
