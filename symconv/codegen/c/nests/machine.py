"""What a plan has to know of a machine: how wide its vectors are, and how many registers it has."""

from __future__ import annotations

from dataclasses import dataclass

CACHE_LINE = 64
"""The bytes of a line: what a vector that lies across two of them costs twice."""


@dataclass(frozen=True)
class Machine:
    """`bytes` of a vector, `registers` for vectors, `number` the bytes of a number.

    `tile` is how many places a tile of Winograd has along an axis; 0 where none are to be made.
    """

    bytes: int
    registers: int
    number: int
    tile: int = 0

    @property
    def lanes(self) -> int:
        """How many numbers a vector has."""
        return self.bytes // self.number

    def widths(self) -> tuple[int, ...]:
        """The vectors that are tried, in lanes: whole ones, halves, quarters."""
        return tuple(n for n in (self.lanes, self.lanes // 2, self.lanes // 4) if n >= 2)


VECTORS = {"avx512": (64, 32), "avx2": (32, 16), "neon": (16, 32)}
"""The bytes of a vector, and the number of registers, of the instructions that have vectors."""


def find_machine(isa: str, dtype: str, tile: int = 0) -> Machine | None:
    """The machine of a name; None where there are no vectors."""
    if isa not in VECTORS:
        return None
    return Machine(*VECTORS[isa], number=8 if dtype == "float64" else 4, tile=tile)
