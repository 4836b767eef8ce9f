"""`da/dz` of two arrays of one shape: the Jacobian, or the derivative of each entry by its own."""

from __future__ import annotations

from .ambiguity import Ambiguity

JACOBIAN, ENTRIES = "jacobian", "entries"

DERIVATIVE_OF_ARRAYS = Ambiguity(
    "derivative of arrays",
    {
        JACOBIAN: "",
        ENTRIES: "the derivative of an array by an array is taken entry by entry",
    },
)
