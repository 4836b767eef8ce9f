r"""`\bar x`: the adjoint of x, dC/dx, or the mean of its entries."""

from __future__ import annotations

from .ambiguity import Ambiguity

ADJOINT, MEAN = "adjoint", "mean"

BAR = Ambiguity(
    "bar",
    {
        ADJOINT: "the bar is read as the adjoint: the derivative of the cost by {subject}",
        MEAN: "the bar is read as the mean of the entries of {subject}",
    },
)
