"""Untrusted text as a terminal may show it: control and invisible characters are written out.

A control sequence can clear a screen, forge a verdict or type a command; a bidirectional override
shows a text in another order than it has. The escapes are those of JSON, so that JSON which passes
through here stays what it was.
"""

from __future__ import annotations

import codecs
import json
import re

CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
"""C0 without the tab and the end of a line, DEL, and C1."""

INVISIBLE = (
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060"
    r"\u2062-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
"""Marks of direction, characters without width, separators of lines, fillers, and tags.

U+2061, the invisible sign between a function and its argument, is part of MathML.
"""

SURROGATES = r"\ud800-\udfff"
"""Halves of characters: what Python makes of the bytes of a path that is not UTF-8."""

HIDDEN = re.compile(f"[{CONTROLS}{INVISIBLE}{SURROGATES}]")

LONGEST_QUOTE = 60
"""How many characters of a text are repeated in a message about it."""


def escape_controls(text: str) -> str:
    r"""The text with `\u001b` and the like for what a terminal must not be sent; lines stay."""
    return HIDDEN.sub(lambda found: _escape(found[0]), text)


def escape_line(text: str) -> str:
    """The same for a text that is shown on one line: tabs and ends of lines become spaces."""
    return escape_controls(text.replace("\n", " ").replace("\t", " "))


def quote_text(text: str, most: int = LONGEST_QUOTE) -> str:
    """A text between quotation marks, on one line, cut where it is long."""
    return f"'{escape_line(text[:most])}{'...' if len(text) > most else ''}'"


def _escape(character: str) -> str:
    r"""`\u001b`; two of them for a character beyond the first 65,536, as in JSON."""
    # Without UTF-16, which Python loads when it is first used: the live page has no such file.
    return f"\\u{ord(character):04x}" if character <= "\uffff" else json.dumps(character)[1:-1]


def _escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    """What a stream that is no UTF-8 writes for a character that it has not."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_escape, error.object[error.start : error.end])), error.end


UNENCODABLE = "symconv-escape"
codecs.register_error(UNENCODABLE, _escape_unencodable)
