r"""`\delta_{ij}`: an error signal, or Kronecker's delta; `\delta_k`: its index, or whose it is."""

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

INDEX, OWNER = "index", "owner"

LETTER_AT_DELTA = Ambiguity(
    "letter at a delta",
    {
        INDEX: "",
        OWNER: "delta with '{subject}' is read as the error signal of {subject}",
    },
)
"""Where a value of the network has the letter of an index."""
