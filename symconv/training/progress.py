"""What is shown while a run goes on: a bar of rich with the epoch, the cost and the accuracy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from symconv.core.errors import SymconvError

from .run import EpochRecord

Show = Callable[[Sequence[EpochRecord], int, float], None]


@contextmanager
def open_progress(epochs: int, batches: int, wanted: bool | None) -> Iterator[Show]:
    """A function that is told the epochs that are over, the batches of this one, and its last cost.

    Without a wish there is a bar where a terminal and rich are. SymconvError where it is wished for
    without rich.
    """
    if wanted is False or (wanted is None and not sys.stderr.isatty()):
        yield lambda *_: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        if wanted:
            raise SymconvError("progress is shown with rich", help="pip install rich") from None
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=epochs * batches)

        def show(history: Sequence[EpochRecord], done: int, cost: float) -> None:
            over = len(history) - (done == batches)
            words = [f"epoch {over + 1} of {epochs}", f"cost {cost:.4f}"]
            if history and history[-1].accuracy is not None:
                words.append(f"accuracy {history[-1].accuracy:.2%}")
            bar.update(task, completed=over * batches + done, description=", ".join(words))

        yield show
