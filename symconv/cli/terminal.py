"""How lines are laid out for a person: to the width of a terminal, and in colour on one.

Colours are the codes of ANSI, written here and nowhere else: a dependency would read markup in
brackets, which formulas are full of.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from symconv.core.printable import escape_controls

from .line_wrapping import count_columns, wrap_line

OTHERWISE = 80
"""The columns of what is no terminal, a file or a pipe: as many as everything can show."""

NARROWEST = 40
"""The fewest columns that lines are laid out for: in less a formula has one symbol a line."""


class Colour(StrEnum):
    """When there are colours."""

    auto = "auto"
    always = "always"
    never = "never"


class Tone(StrEnum):
    """What a colour says, as the number of the code that switches it on."""

    good = "32"
    bad = "31"
    condition = "33"
    unread = "35"
    bold = "1"
    label = "2"
    """Faint: the words that stand before what is said."""


@dataclass(frozen=True)
class Terminal:
    """The width of a line, and whether there are colours."""

    width: int = OTHERWISE
    coloured: bool = False

    def paint(self, text: str, tone: Tone | None) -> str:
        """A text in a colour, where there are colours."""
        return f"\033[{tone.value}m{text}\033[0m" if self.coloured and tone and text else text

    def lay_out(
        self, text: str, *, head: str = "", tone: Tone | None = None, hang: int | None = None
    ) -> str:
        """A line with its `head` in a tone, broken at the width.

        What follows the first line begins below the end of the head, or `hang` columns in. Nothing
        in it is a command for a terminal but the colour of the head.
        """
        head, text = escape_controls(head), escape_controls(text)
        # A line with carets below it, or the carets, says nothing where it is broken.
        if text.startswith("  | "):
            return self.paint(head, tone) + text
        taken = count_columns(head)
        lines = wrap_line(text, self.width, taken if hang is None else hang, taken)
        return "\n".join((self.paint(head, tone) + lines[0], *lines[1:]))


def find_terminal(chosen: Colour = Colour.auto, stream: TextIO | None = None) -> Terminal:
    """The terminal that a stream is, standard output where none is named.

    `COLUMNS` in the environment is a width that somebody wants, terminal or not.
    """
    found = sys.stdout if stream is None else stream
    return Terminal(_count_columns(found), _wants_colours(chosen, found))


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sees what is written; False where a stream is closed."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _count_columns(stream: TextIO | None) -> int:
    wanted = os.environ.get("COLUMNS", "")
    if is_terminal(stream) or (wanted.isascii() and wanted.isdigit()):
        return max(NARROWEST, shutil.get_terminal_size((OTHERWISE, 24)).columns)
    return OTHERWISE


def _wants_colours(chosen: Colour, stream: TextIO | None) -> bool:
    """What was chosen; else `NO_COLOR`, `FORCE_COLOR`, and whether there is a terminal."""
    if chosen is not Colour.auto:
        return chosen is Colour.always
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"
