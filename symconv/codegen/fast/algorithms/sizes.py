"""The sizes of a contraction over windows, with short names for formulas."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from .contraction import Contraction
from .operation_count import Count

Pair: TypeAlias = tuple[int, int]

USUAL_BATCH = 32
"""The batch where it is a symbol, as costs are compared as numbers: the middle one of the three
(1, 32 and 256) at which modules are held against other libraries."""

BLOCK = 200_000
"""About how many numbers a block of work may hold to stay in the second-level cache: 0.8 MB of
float32. Windows that are copied and multiplied in blocks were fastest with about 1 MB a block."""


class ContractionSizes(NamedTuple):
    """Batch, channels, filters, and a pair for both axes of each of the others.

    Place i and tap m meet at stride * i + dilation * m - padding; `phases` share a maximum.
    """

    n: Count
    c: int
    f: int
    image: Pair
    places: Pair
    taps: Pair
    stride: Pair
    dilation: Pair
    phases: Pair

    @property
    def field(self) -> Pair:
        """What a block of phases sees: s (phases - 1) + taps."""
        (s, t), (a, b), (k, l) = self.stride, self.phases, self.taps
        return s * (a - 1) + k, t * (b - 1) + l

    @property
    def blocks(self) -> Pair:
        return self.places[0] // self.phases[0], self.places[1] // self.phases[1]

    @property
    def as_correlation(self) -> ContractionSizes:
        """The gradient of the image at stride 1: delta takes the image's part.

        Without phases, as a stage writes its planes as images before that.
        """
        return self._replace(
            c=self.f, f=self.c, image=self.places, places=self.image, phases=(1, 1)
        )


def read_sizes(contraction: Contraction, batch: Count, phases: Pair = (1, 1)) -> ContractionSizes:
    """The sizes of a contraction, with that batch."""
    a, b = contraction.axes
    return ContractionSizes(
        batch, contraction.channels, contraction.filters, (a.extent, b.extent),
        (a.places, b.places), (a.taps, b.taps), (a.stride, b.stride), (a.dilation, b.dilation),
        phases,
    )  # fmt: skip


def assume_batch(batch: Count) -> int:
    """The size of the batch; a usual one where it is a symbol."""
    return int(batch) if isinstance(batch, int) or batch.is_Integer else USUAL_BATCH
