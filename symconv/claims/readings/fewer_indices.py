"""`x_n` of a tensor with more axes: one number for all entries, or a whole row of them."""

from __future__ import annotations

from .ambiguity import Ambiguity

ROW_MAJOR, LEADING = "row by row", "leading"

FEWER_INDICES = Ambiguity(
    "fewer indices",
    {
        ROW_MAJOR: "",
        LEADING: "where an entry has fewer indices than axes, the last axes are meant as a whole",
    },
)
