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
    # Along all paths a term that is 0 may hide one that is missing.
    conditions={ALL: ("all_paths", "right if each derivative is taken along all paths")},
)
