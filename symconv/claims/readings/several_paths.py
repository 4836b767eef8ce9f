"""dE/dx = sum dE/dy dy/dx + sum dE/dz dz/dx: in a chain rule over several paths, one path each."""

from __future__ import annotations

from .ambiguity import Ambiguity

ALL, DIRECT = "all", "direct"

SEVERAL_PATHS = Ambiguity(
    "derivatives of several paths",
    {
        DIRECT: "each derivative by {subject} is read as that of one path: other values are held",
        ALL: "each derivative by {subject} is read as that along all paths",
    },
)
