"""Errors that a person reads: the input, the place, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .printable import escape_line


class SymconvError(Exception):
    """Anything wrong with what the user gave us.

    `text` and `position` (a half-open span of characters) place a caret under the
    culprit; `help` says what would be right.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str | None = None,
        position: tuple[int, int] | None = None,
        help: str | None = None,  # noqa: A002 - the word that the printed message uses
    ) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.position = position
        self.help = help

    def __str__(self) -> str:
        lines = [_shorten(self.message)]
        if self.text is not None and self.position is not None:
            lines += _point_at(self.text, *self.position)
        if self.help:
            lines.append(f"  = help: {_shorten(self.help)}")
        return "\n".join(lines)


class MissingToolError(SymconvError):
    """What a module runs on is not installed: a compiler, a library."""


LONGEST_MESSAGE = 1000
"""How many characters of a message are shown, which may repeat a word of any length."""

LONGEST_TEXT, AROUND = 400, 80
"""The longest text that is shown whole, and how much of a longer one on either side of a mistake.

In a line of five terminals' width a caret is still found; in one of forty it is not.
"""


def _shorten(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]} ..."


def _point_at(text: str, start: int, stop: int) -> list[str]:
    """The text on one line, what is long cut off, and carets under a part of it."""
    around = len(text) if len(text) <= LONGEST_TEXT else AROUND
    first, last = max(0, start - around), min(len(text), start + around)
    stop = max(start, min(stop, last))
    # An escaped character is wider than itself, and the caret moves with it.
    before, under, after = (
        escape_line(part) for part in (text[first:start], text[start:stop], text[stop:last])
    )
    before = f"... {before}" if first else before
    after = f"{after} ..." if last < len(text) else after
    return [f"  | {before}{under}{after}", f"  | {' ' * len(before)}{'^' * max(1, len(under))}"]


class Unsupported(SymconvError):  # noqa: N818 - a verdict on a formula, not a failure of ours
    """A formula outside the index language; refused with the reason, never guessed."""


CLOSENESS = 0.5
"""How alike two words must be to be mixed up: the share of letters that they have in common.

Python's default, 0.6, would not find the tensor `w^1` for somebody who typed `w`.
"""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a sentence, or the list of what is known."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=CLOSENESS)
    return f"did you mean '{close[0]}'?" if close else f"known here: {list_some(choices)}"


MOST_LISTED = 40
"""How many names a message lists; all layers of the catalogue are 38, and nobody reads on."""


def list_some(names: Iterable[str]) -> str:
    """The names with commas between them; of very many the first ones, and how many follow."""
    listed = list(names)
    more = len(listed) - MOST_LISTED
    return ", ".join(listed[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
