"""The cost model: which form a contraction over windows takes, and why.

`batch_last` folds rows into blocks whose innermost run is the batch: one product a block of places,
all phases of a tile at once. It needs a batch that fills a product and few enough channels that the
field of a block stays small. `columns` copies the windows of one image at a time and multiplies
once an image: its products are long, its copies fit in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .contraction import Contraction

Form = Literal["batch_last", "columns"]
USUAL_BATCH = 32
FULL_BATCH = 12
FIELD = 2_000
"""The most entries of a field for which the products of `batch_last` stay in the cache."""


@dataclass(frozen=True)
class Choice:
    """A form, and the reason for it in words."""

    form: Form
    reason: str


def batch_of(made: Contraction) -> int:
    """The size of the batch; a usual one where it is a symbol."""
    return int(made.batch) if made.batch.is_Integer else USUAL_BATCH


def choose(made: Contraction) -> Choice:
    """The form with the lower cost."""
    batch = batch_of(made)
    if batch < FULL_BATCH:
        return Choice("columns", f"a batch of {batch} is too short to be the innermost axis")
    if any(a.dilation != 1 for a in made.axes):
        return Choice("columns", "dilated windows have gaps: a row block would hold zeros")
    field = made.channels * made.axes[0].taps * made.axes[1].taps
    if field > FIELD or min(made.channels, made.filters) >= 32:
        return Choice("columns", f"{field} entries a window fill the products of single images")
    return Choice("batch_last", f"{made.channels} channels: the batch is the longest run")
