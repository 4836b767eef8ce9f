r"""`\delta_{ij}`: an error signal, or Kronecker's delta."""

from __future__ import annotations

from .ambiguity import Ambiguity

SIGNAL, KRONECKER = "error signal", "kronecker"

DELTA_OF_TWO = Ambiguity(
    "delta of two indices",
    {
        SIGNAL: "",
        KRONECKER: "delta with two indices is read as Kronecker's: 1 where they are equal, else 0",
    },
)
