"""Work on many files in one process or in several, its results in the order of the files.

A process is forked where that is safe, so that SymPy is imported once; elsewhere each imports it.
"""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 4
"""So few files are judged in this process: another takes as long to begin as one of them."""


@dataclass(frozen=True)
class Workshop(Generic[Item, Result]):
    """What is done to each item, in any process, and what stands for one whose process ended.

    `told` hears of each result with how many are ready, in this process.
    """

    work: Callable[[Item], Result]
    lost: Callable[[Item], Result]
    told: Callable[[Result, int], None] = lambda _result, _done: None

    def run(self, items: Sequence[Item], *, jobs: int = 0) -> list[Result]:
        """The results in order; `jobs` processes, 0 for one for each core, one for few items."""
        count = count_processes(len(items), jobs)
        if count > 1:
            return self._run_apart(items, count)
        found: list[Result] = []
        for item in items:
            found.append(self.work(item))
            self.told(found[-1], len(found))
        return found

    def _run_apart(self, items: Sequence[Item], count: int) -> list[Result]:
        """The results of several processes; where one ends, what is left is done one by one."""
        found: dict[int, Result] = {}
        context = _choose_context()  # before there are threads of pools
        with ProcessPoolExecutor(count, mp_context=context) as pool:
            waiting = self._submit(pool, items)
            try:
                while waiting:
                    ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in ready:
                        number = waiting.pop(future)
                        found[number] = future.result()
                        self.told(found[number], len(found))
            except BrokenProcessPool:
                pass
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        for number, item in enumerate(items):
            if number not in found:
                found[number] = self._run_alone(item, context)
                self.told(found[number], len(found))
        return [found[number] for number in range(len(items))]

    def _submit(
        self, pool: ProcessPoolExecutor, items: Sequence[Item]
    ) -> dict[Future[Result], int]:
        with warnings.catch_warnings():
            # The thread that the pool itself starts is no danger: a child does not use it.
            warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
            return {pool.submit(self.work, item): n for n, item in enumerate(items)}

    def _run_alone(self, item: Item, context: BaseContext) -> Result:
        """The result of a process for this item only."""
        with suppress(BrokenProcessPool), ProcessPoolExecutor(1, mp_context=context) as pool:
            return next(iter(self._submit(pool, [item]))).result()
        return self.lost(item)


def count_processes(items: int, jobs: int) -> int:
    """How many processes work on so many items."""
    if jobs:
        return min(jobs, items)
    return 1 if items <= FEW else min(_count_cores(), items)


def _count_cores() -> int:
    """The cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _choose_context() -> BaseContext:
    """Forking keeps what is imported, and is safe on Linux where no other thread runs."""
    return multiprocessing.get_context("fork" if _count_threads() == 1 else "spawn")


def _count_threads() -> int:
    """The threads of this process, those of libraries too; more than 1 where that is not told."""
    try:
        return len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return 2
