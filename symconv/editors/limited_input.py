"""An input of which no message is larger than any text that is judged."""

from __future__ import annotations

from typing import BinaryIO

MOST_MESSAGE = 128_000_000
"""The largest message in bytes: a notebook of 50 MB, each character of which may be an escape."""

MOST_HEADER = 10_000
"""The longest line of a header; those of the protocol have some thirty characters."""

PART = 1_000_000
"""How much of a message that is too large is read at a time, to be thrown away."""

NO_MESSAGE = b"{}"


class LimitedInput:
    """Reads as a binary file does; in place of what is too large stands a message of nothing."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source

    def readline(self) -> bytes:
        """The next line, or a part of one that is too long for a header; empty at the end."""
        return self.source.readline(MOST_HEADER)

    def read(self, count: int) -> bytes:
        """So many bytes; fewer at the end of the input."""
        if count <= MOST_MESSAGE:
            return self.source.read(count)
        left = count
        while left > 0 and (part := self.source.read(min(left, PART))):
            left -= len(part)
        return NO_MESSAGE if left == 0 else b""

    def close(self) -> None:
        self.source.close()
