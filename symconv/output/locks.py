"""One process writes to a folder at a time, and no signal falls between two of its moves."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text

try:
    import fcntl
except ImportError:  # Windows, where a folder cannot be opened, and so not be locked
    fcntl = None  # type: ignore[assignment]

ENDINGS = tuple(getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n))
"""The signals that end a program and can be heard later."""


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold a folder; SymconvError where another process holds it.

    The system frees a lock when its process ends, however it ends: none is ever stale. Where
    folders cannot be locked (Windows, some network drives) nothing is held.
    """
    if fcntl is None:
        yield
        return
    handle = None
    try:
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
        if handle is not None:
            _lock(handle, folder)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SymconvError(
            f"another process is writing to {quote_text(str(folder))}",
            help="wait until it is done, or name another folder",
        ) from None
    except OSError:
        return


@contextmanager
def defer_signals() -> Iterator[None]:
    """Hear the signals that end a program only afterwards; in a thread there are none to hear."""
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    before = {}
    try:
        for number in ENDINGS:
            with suppress(ValueError):
                before[number] = signal.signal(number, hear)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        for number in dict.fromkeys(heard):
            signal.raise_signal(number)
