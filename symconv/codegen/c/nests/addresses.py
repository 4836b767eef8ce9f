"""Places in memory as text: a pointer, strides of indices, and where they start."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Symbol

from .accesses import ArrayAccess
from .packing import Packing


def plain_packing(shape: tuple[int, ...]) -> Packing:
    """The layout of an array of the caller."""
    zeros = (0,) * len(shape)
    return Packing(shape, tuple(range(len(shape))), zeros, zeros, copied=False)


def write_place(
    pointer: str, access: ArrayAccess, packing: Packing, letters: Mapping[Symbol, str]
) -> str:
    """`x_[48*i + j + 1]`."""
    strides, start = packing.address(access)
    return f"{pointer}[{write_offset(strides, start, letters)}]"


def write_offset(strides: Mapping[Symbol, int], start: int, letters: Mapping[Symbol, str]) -> str:
    """The sum of strides times indices, and the start."""
    text = ""
    for v, c in sorted(strides.items(), key=lambda item: (item[1] < 0, -abs(item[1]))):
        word = letters[v] if abs(c) == 1 else f"{abs(c)} * {letters[v]}"
        text = f"{text} {'-' if c < 0 else '+'} {word}" if text else f"{'-' if c < 0 else ''}{word}"
    if not text:
        return str(start)
    return text if not start else f"{text} {'-' if start < 0 else '+'} {abs(start)}"
