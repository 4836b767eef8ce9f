"""`w_t`, `w_{t+1}`: an entry, or a weight before and after a step."""

from __future__ import annotations

from .ambiguity import Ambiguity

INDEX, MOMENT = "index", "moment"

MOMENT_BELOW = Ambiguity(
    "moment below",
    {INDEX: "", MOMENT: "what stands below a weight is read as the number of a step"},
)
