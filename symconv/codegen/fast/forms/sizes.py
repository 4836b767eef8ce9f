"""The sizes of a contraction over windows, with short names for formulas."""

from __future__ import annotations

from typing import NamedTuple

from .contraction import Contraction
from .work import Count

Pair = tuple[int, int]


class Sizes(NamedTuple):
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
    def turned(self) -> Sizes:
        """The gradient of the image as a correlation: at stride 1, delta takes the image's part."""
        return self._replace(
            c=self.f, f=self.c, image=self.places, places=self.image, phases=(1, 1)
        )


def sizes_of(made: Contraction, batch: Count, phases: Pair = (1, 1)) -> Sizes:
    """The sizes of a contraction, with that batch."""
    a, b = made.axes
    return Sizes(
        batch, made.channels, made.filters, (a.extent, b.extent), (a.places, b.places),
        (a.taps, b.taps), (a.stride, b.stride), (a.dilation, b.dilation), phases,
    )  # fmt: skip
