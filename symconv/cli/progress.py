"""What is going on, for what takes a while: on a terminal's standard error, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import TYPE_CHECKING

from symconv.core.printable import escape_line

from .terminal import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 2.0
"""Seconds until something is shown: what is faster needs no word, and most commands are."""

Tell = Callable[[str], None]


@dataclass
class WaitingLine:
    """One line at the bottom of a terminal: what is going on, and for how long."""

    words: str
    progress: Progress | None = None
    ended: bool = False
    lock: Lock = field(default_factory=Lock)

    def tell(self, words: str) -> None:
        """What is going on now."""
        with self.lock:
            self.words = words
            if self.progress is not None:
                self.progress.update(self.progress.task_ids[0], description=self._shown)

    def start(self) -> None:
        """Show the line, unless what it is about has ended."""
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
        made = Progress(
            *columns, TimeElapsedColumn(), console=Console(file=sys.stderr), transient=True
        )
        with self.lock:
            if not self.ended:
                made.add_task(self._shown)
                made.start()
                self.progress = made

    def end(self) -> None:
        """Take the line away; what is written next begins where it stood."""
        with self.lock:
            self.ended = True
            if self.progress is not None:
                self.progress.stop()

    @property
    def _shown(self) -> str:
        return escape_line(self.words)


@contextmanager
def show_waiting(words: str, patience: float = PATIENCE) -> Iterator[Tell]:
    """Say what is going on while it lasts, once it has lasted so many seconds.

    Nothing is written in between to standard output. What is given back tells what comes next.
    """
    line = WaitingLine(words)
    if not is_terminal(sys.stderr) or not _has_rich():
        yield line.tell
        return
    timer = Timer(patience, line.start)
    timer.daemon = True
    timer.start()
    try:
        yield line.tell
    finally:
        timer.cancel()
        line.end()


def _has_rich() -> bool:
    """Whether rich is there, which typer brings along."""
    from importlib.util import find_spec

    return find_spec("rich") is not None
