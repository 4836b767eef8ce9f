"""Grids of numbers as pictures: cells tinted by sign and size, every number written in its cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .html import escape_html

POSITIVE, NEGATIVE = (33, 102, 172), (217, 119, 6)
"""Blue and orange: told apart with every kind of colour blindness; the sign is written, too."""
STRONGEST = 0.55
"""The share of colour in the cell of the largest number: black digits stay legible on it."""

INK, LINE = "#16202c", "#8794a3"
HEIGHT, LETTER, NARROWEST, DOT = 32, 8.2, 44, 10
"""In pixels: height of a cell, width of a character, least width of a cell, side of a bare one.

A monospaced character of 13 pixels is 7.8 wide; bare cells are those without their numbers.
"""

MOST_NUMBERS = 400
"""The most cells with their numbers written in: 20 x 20. Larger grids show colours alone."""


@dataclass(frozen=True)
class SvgCells:
    """Rows of numbers, and how each of them is written."""

    values: tuple[tuple[float, ...], ...]
    texts: tuple[tuple[str, ...], ...]

    @property
    def numbered(self) -> bool:
        """Whether there is room for the numbers."""
        return sum(map(len, self.texts)) <= MOST_NUMBERS

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a cell."""
        if not self.numbered:
            return DOT, DOT
        longest = max(len(text) for row in self.texts for text in row)
        return max(NARROWEST, LETTER * longest + 14), HEIGHT


def draw_grid(cells: SvgCells, label: str) -> str:
    """The picture; `label` says what it shows to those who do not see it."""
    width, height = cells.size
    columns = max(map(len, cells.texts))
    across, down = columns * width + 2, len(cells.texts) * height + 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape_html(label)}" '
        f'width="{across:g}" height="{down:g}" viewBox="-1 -1 {across:g} {down:g}">'
    )
    return head + "".join(_draw_cells(cells)) + "</svg>"


def _draw_cells(cells: SvgCells) -> Iterator[str]:
    width, height = cells.size
    largest = max((abs(v) for row in cells.values for v in row), default=0)
    for y, (values, texts) in enumerate(zip(cells.values, cells.texts, strict=True)):
        for x, (value, text) in enumerate(zip(values, texts, strict=True)):
            yield (
                f'<rect x="{x * width:g}" y="{y * height:g}" width="{width:g}" '
                f'height="{height:g}" fill="{tint(value, largest)}" stroke="{LINE}"/>'
            )
            if cells.numbered:
                yield (
                    f'<text x="{(x + 0.5) * width:g}" y="{y * height + 21:g}" fill="{INK}" '
                    'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" '
                    f'text-anchor="middle">{escape_html(text)}</text>'
                )


def tint(value: float, largest: float) -> str:
    """White for 0, blue for positive and orange for negative numbers, the stronger the larger."""
    share = STRONGEST * abs(value) / largest if largest else 0
    colour: Sequence[int] = POSITIVE if value > 0 else NEGATIVE
    return "#" + "".join(f"{round(255 + (c - 255) * share):02x}" for c in colour)
