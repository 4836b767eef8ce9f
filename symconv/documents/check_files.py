"""Many files, in one process or in several, each with a budget of its own.

A process is forked where that is safe, so that SymPy is imported once; elsewhere each imports it.
The reports come in the order of the files, whichever is ready first.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext

from symconv.core.exit_codes import ExitCode
from symconv.core.printable import escape_line

from .check_file import CheckTask, NamedText, check_file
from .model.records import FAULT_KIND, FILE_KIND, FileReport, Place, report_trouble

FEW = 4
"""So few files are judged in this process: another takes as long to begin as one of them."""

ENDED = "the process that judged it ended, perhaps for lack of memory; the file alone shows more"
Told = Callable[[FileReport, int], None]


def check_files(
    task: CheckTask, files: Sequence[str | NamedText], *, jobs: int = 0, told: Told | None = None
) -> list[FileReport]:
    """The reports on files in their order; `told` hears of each with how many are ready.

    `jobs` is the number of processes; 0 is one for each core, and one alone for few files.
    """
    count = count_processes(len(files), jobs)
    told = told or (lambda _report, _done: None)
    if count > 1:
        return _check_apart(task, files, count, told)
    found: list[FileReport] = []
    for file in files:
        found.append(check_file(task, file))
        told(found[-1], len(found))
    return found


def count_processes(files: int, jobs: int) -> int:
    """How many processes judge so many files."""
    if jobs:
        return min(jobs, files)
    return 1 if files <= FEW else min(_count_cores(), files)


def _count_cores() -> int:
    """The cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _choose_context() -> BaseContext:
    """Forking keeps what is imported, and is safe on Linux where no other thread runs."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if forks else "spawn")


def _check_apart(
    task: CheckTask, files: Sequence[str | NamedText], count: int, told: Told
) -> list[FileReport]:
    """The reports of several processes; where one ends, its files are judged one by one."""
    found: dict[int, FileReport] = {}
    with ProcessPoolExecutor(count, mp_context=_choose_context()) as pool:
        waiting = _submit_all(pool, task, files)
        try:
            while waiting:
                ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    number = waiting.pop(future)
                    found[number] = future.result()
                    told(found[number], len(found))
        except BrokenProcessPool:
            pass
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for number, file in enumerate(files):
        if number not in found:
            found[number] = _check_alone(task, file)
            told(found[number], len(found))
    return [found[number] for number in range(len(files))]


def _submit_all(
    pool: ProcessPoolExecutor, task: CheckTask, files: Sequence[str | NamedText]
) -> dict[Future[FileReport], int]:
    with warnings.catch_warnings():
        # Threads of libraries that wait for work are no danger: a child calls none of them.
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        return {pool.submit(check_file, task, file): n for n, file in enumerate(files)}


def _check_alone(task: CheckTask, file: str | NamedText) -> FileReport:
    """The report of a process for this file only; one that says so where it ends, too."""
    try:
        with ProcessPoolExecutor(1, mp_context=_choose_context()) as pool:
            return next(iter(_submit_all(pool, task, [file]))).result()
    except BrokenProcessPool:
        name = escape_line(file.name if isinstance(file, NamedText) else file)
        return report_trouble(Place(name, 1), ENDED, FAULT_KIND)


def find_exit_code(report: FileReport, *, allow_unread: bool) -> ExitCode | None:
    """The exit code of one file, after the table; None for one that was passed over.

    A file, or a network of one, that cannot be read counts, whatever else is allowed.
    """
    from symconv.claims.model.verdict import exit_code

    if report.unmarked:
        return None
    kinds = {v.kind for v in report.verdicts}
    code = exit_code([v for v in report.verdicts if v.kind != FILE_KIND], allow_unread=allow_unread)
    if FAULT_KIND in kinds:
        return ExitCode.FAULT
    return ExitCode.UNREAD if FILE_KIND in kinds and code != ExitCode.WRONG else code
