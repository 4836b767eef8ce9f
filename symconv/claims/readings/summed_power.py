"""`sum (x - t)^2`: the sum of squares, or the square of the sum."""

from __future__ import annotations

from .ambiguity import Ambiguity

INSIDE, OUTSIDE = "inside", "outside"

SUMMED_POWER = Ambiguity(
    "power behind a sum",
    {
        INSIDE: "the power behind the sum is read as that of its terms",
        OUTSIDE: "the power behind the sum is read as that of the whole sum",
    },
)
