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
        lines = [self.message]
        if self.text is not None and self.position is not None:
            start, stop = self.position
            # An escaped character is wider than itself, and the caret moves with it.
            before, under = (escape_line(t) for t in (self.text[:start], self.text[start:stop]))
            lines.append(f"  | {before}{under}{escape_line(self.text[stop:])}")
            lines.append(f"  | {' ' * len(before)}{'^' * max(1, len(under))}")
        if self.help:
            lines.append(f"  = help: {self.help}")
        return "\n".join(lines)


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
    return f"did you mean '{close[0]}'?" if close else f"known here: {', '.join(choices)}"
