"""A document ready for its template: every string written and escaped, no layout yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Display:
    """`left` = `lines`, the right side already broken; with its number and words beside it.

    `ranges` says for which free indices it holds, `bound` over what its sums run (only where the
    markup does not show the limits of a sum).
    """

    left: str
    lines: tuple[str, ...]
    number: int | None = None
    note: str = ""
    ranges: str = ""
    bound: str = ""


@dataclass(frozen=True)
class StepLine:
    """One rule applied: its name, the reason and the side conditions in words, what it gave."""

    rule: str
    reason: str
    conditions: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One result of the backward pass and how it comes about.

    `start` is the formula before the first step, empty where that is `result.left` itself.
    `reason_width` is the room that words have beside the left side.
    """

    words: str
    symbol: str
    through: tuple[int, ...]
    start: tuple[str, ...]
    steps: tuple[StepLine, ...]
    result: Display
    reason_width: int


@dataclass(frozen=True)
class Page:
    """A document, part by part."""

    title: str
    network: tuple[Display, ...]
    sizes: tuple[Display, ...]
    conventions: tuple[str, ...]
    sections: tuple[Section, ...]
    unrolled: tuple[Display, ...]
