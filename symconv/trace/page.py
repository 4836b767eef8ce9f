"""A trace ready for its template: every number and every formula written and escaped."""

from __future__ import annotations

from dataclasses import dataclass

from symconv.render.document.page import Display


@dataclass(frozen=True)
class Grid:
    """A tensor, or one of its planes, as rows of written numbers; `left` is its symbol.

    `picture` shows the same as an SVG, in HTML only.
    """

    left: str
    rows: tuple[tuple[str, ...], ...]
    picture: str = ""

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(max(map(len, column)) for column in zip(*self.rows, strict=True))


@dataclass(frozen=True)
class TracePart:
    """One equation in numbers: its formula, its entries with their terms, the whole tensor."""

    words: str
    symbol: str
    formula: Display
    lines: tuple[Display, ...]
    left_out: int
    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class TracePage:
    """A trace ready for its template."""

    title: str
    precision: str
    given: tuple[Grid, ...]
    parts: tuple[TracePart, ...]
    missing: tuple[str, ...]
    losses: tuple[tuple[str, str], ...]
    loss: str
    rate: str
    summary: str
    weights: tuple[Grid, ...]
