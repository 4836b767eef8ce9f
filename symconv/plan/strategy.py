"""The cost model: which form a contraction over windows takes, and why.

`batch_last` folds rows into blocks whose innermost run is the batch: one product a block of places,
all phases of a tile at once. It needs a batch that fills a product and few enough channels that the
field of a block stays small. `columns` copies the windows of one image at a time and multiplies
once an image: its products are long, its copies fit in the cache. `gathered` fetches the columns of
a small batch by a table of places, phase by phase, and keeps them. `matrix` writes the kernel as
the full matrix between an image and all places: more multiplications, but few calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .contraction import Contraction

Form = Literal["batch_last", "columns", "gathered", "matrix"]
USUAL_BATCH = 32
FULL_BATCH = 12
GATHERED = 40_000
"""The most numbers that are fetched by a table."""

TABLE = 4_096
"""The most entries of a full matrix between an image and its places."""

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
    batch, (first, second) = batch_of(made), made.axes
    if batch < FULL_BATCH:
        copied = batch * made.channels * first.taps * second.taps * first.places * second.places
        if made.batch.is_Integer and copied <= GATHERED:
            return Choice("gathered", f"{copied} numbers are fetched faster than cut into windows")
        return Choice("columns", f"a batch of {batch} is too short to be the innermost axis")
    pixels = made.channels * first.extent * second.extent
    table = pixels * made.filters * first.places * second.places
    if table <= TABLE:
        return Choice("matrix", f"a full matrix of {table} entries costs less than its calls")
    if any(a.dilation != 1 for a in made.axes):
        return Choice("columns", "dilated windows have gaps: a row block would hold zeros")
    field = made.channels * made.axes[0].taps * made.axes[1].taps
    if field > FIELD or min(made.channels, made.filters) >= 32:
        return Choice("columns", f"{field} entries a window fill the products of single images")
    return Choice("batch_last", f"{made.channels} channels: the batch is the longest run")
