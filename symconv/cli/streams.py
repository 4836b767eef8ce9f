"""The three standard streams, as they are found: closed, full, or in another encoding."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from symconv.core.errors import SymconvError
from symconv.core.input_files import explain_os_error
from symconv.core.printable import UNENCODABLE


class NobodyReadsError(Exception):
    """The other end of a pipe is closed.

    No OSError: typer would take that for its own and end in 1, which says that a claim is wrong.
    """


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What the system says of a standard output that takes no more."""


def prepare_streams() -> None:
    """Texts are UTF-8, unless PYTHONIOENCODING or a terminal says otherwise.

    A character that a stream has not is written as its escape.
    """
    _fill_descriptors()
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stays open
    forced = bool(os.environ.get("PYTHONIOENCODING"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            kept = forced or stream.isatty()
            stream.reconfigure(encoding=None if kept else "utf-8", errors=UNENCODABLE)
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding=None if forced else "utf-8", errors="replace")


def _fill_descriptors() -> None:
    """A file that is opened must not become the standard output of a program that has none."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def read_standard_input(most: int) -> str:
    """All of standard input; SymconvError where it has more than so many characters."""
    if sys.stdin is None:
        raise SymconvError("standard input is closed", help="name a file")
    try:
        text = sys.stdin.read(most + 1)
    except (OSError, ValueError) as error:
        reason = "it is not UTF-8" if isinstance(error, ValueError) else explain_os_error(error)
        raise SymconvError(f"standard input cannot be read: {reason}") from None
    if len(text) > most:
        raise SymconvError(f"standard input is longer than {most:,} characters")
    return text


def write_output(content: str | bytes) -> None:
    """Write to standard output; SymconvError where it cannot be written to."""
    if sys.stdout is None:
        raise SymconvError("standard output is closed", help="write to a file with -o")
    try:
        if isinstance(content, bytes):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content)
    except BrokenPipeError:
        raise NobodyReadsError from None
    except OSError as error:
        raise output_error(error) from None


def flush_output() -> None:
    """What was written is now where it should be; SymconvError where it cannot."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise NobodyReadsError from None
    except OSError as error:
        raise output_error(error) from None


def close_streams() -> None:
    """What cannot be written is dropped: Python would complain about it once more at its end."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _drop_unwritten(stream)


def _drop_unwritten(stream: TextIO) -> None:
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def output_error(error: OSError) -> SymconvError:
    """Standard output is full, or is not to be written to."""
    return SymconvError(f"standard output cannot be written: {explain_os_error(error)}")
