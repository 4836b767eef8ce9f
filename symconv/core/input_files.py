"""Files that a person names: read where they are regular files of an acceptable size, or refused.

The size is asked of the system before anything is read. A pipe is opened without waiting for
somebody to write into it, and then refused, as devices and folders are.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .errors import SymconvError
from .printable import quote_text

UNBLOCKED = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""A pipe is not waited for, and a terminal does not become the program's own."""


def read_regular_file(path: Path, most: int) -> bytes:
    """The bytes of a file of at most so many; SymconvError, in one line, for anything else."""
    name = quote_text(path.name or str(path))
    too_large = SymconvError(f"{name} is larger than {most:,} bytes")
    try:
        with open(path, "rb", opener=_open_unblocked) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SymconvError(
                    f"{name} is no regular file", help="- reads what comes through a pipe"
                )
            if status.st_size > most:
                raise too_large
            # One more than may be there: the size of a file in /proc is 0, and a file may grow.
            raw = file.read(most + 1)
    except FileNotFoundError:
        raise SymconvError(f"there is no file {name}") from None
    except (OSError, ValueError) as error:
        raise SymconvError(f"{name} cannot be read: {explain_os_error(error)}") from None
    if len(raw) > most:
        raise too_large
    return raw


def explain_os_error(error: Exception) -> str:
    """What the system says in a few words; a ValueError is about a text that can be no path."""
    return getattr(error, "strerror", None) or "this is no name of a file"


def _open_unblocked(path: str, flags: int) -> int:
    return os.open(path, flags | UNBLOCKED)
