"""Gives a process of judges its texts: the newest state of each, the text asked for last first.

A state that is not the newest is never finished. Where the process ends, or says nothing for a long
time, another one begins, and what it worked on is reported and not tried again.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from .findings import WARNING, JudgedText, JudgeTask, TextFinding
from .judging_process import judge_texts
from .text_lines import TextLines

SILENT_SECONDS = 30.0
"""How long a process may say nothing: a statement takes 2 s of work, on a busy machine more."""

ENDED = "the process that judged this text ended, perhaps for lack of memory"
SILENT = f"judging this text took {SILENT_SECONDS:g} s without a word, and was ended"

Told = Callable[[JudgeTask, JudgedText], None]


@dataclass
class Foreman:
    """Has one process judge texts. `told` hears of each that is ready, in a thread of its own."""

    explain: bool
    told: Told
    silent_seconds: float = SILENT_SECONDS
    waiting: OrderedDict[str, JudgeTask] = field(default_factory=OrderedDict)
    current: JudgeTask | None = None
    process: BaseProcess | None = None
    closed: bool = False

    def __post_init__(self) -> None:
        self.changed = threading.Condition()
        self.hears, self.wakes = multiprocessing.Pipe(duplex=False)
        self.connection: Connection | None = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self) -> None:
        """Begin, so that the process has loaded what it needs when the first text comes."""
        self.thread.start()

    def submit(self, task: JudgeTask) -> None:
        """Have a state of a text judged, in place of every earlier one."""
        with self.changed:
            self.waiting[task.address] = task
            self.waiting.move_to_end(task.address)
            self._announce()

    def forget(self, address: str) -> None:
        """A text is closed: it is not judged any more."""
        with self.changed:
            self.waiting.pop(address, None)
            if self.current is not None and self.current.address == address:
                self.current = None
            self._announce()

    def close(self) -> None:
        """End the process."""
        with self.changed:
            self.closed = True
            self._announce()
        self.thread.join(timeout=5)

    def _announce(self) -> None:
        """Wake the thread, whichever it waits for."""
        self.changed.notify_all()
        with suppress(OSError):
            self.wakes.send_bytes(b"\0")

    def run(self) -> None:
        """Hand out one text after another."""
        self._begin()
        while (task := self._take()) is not None:
            found = self._have_judged(task)
            if found is None:
                continue
            with self.changed:
                wanted = self.current is task
                self.current = None
            if wanted:
                self.told(task, found)
        self._end()

    def _take(self) -> JudgeTask | None:
        """The text that was asked for last; None when there will be no more."""
        with self.changed:
            while not self.waiting and not self.closed:
                self.changed.wait()
            if self.closed:
                return None
            self.current = self.waiting.popitem(last=True)[1]
            return self.current

    def _have_judged(self, task: JudgeTask) -> JudgedText | None:
        """The findings on a text; None where it was left for another one."""
        if self.connection is None:
            self._begin()
        assert self.connection is not None
        left = False
        try:
            self.connection.send(task)
            while True:
                ready = wait([self.connection, self.hears], timeout=self.silent_seconds)
                if self.hears in ready:
                    self.hears.recv_bytes()
                    if not left and self._is_overtaken(task):
                        self.connection.send(None)
                        left = True
                if self.connection in ready:
                    answer = self.connection.recv()
                    if isinstance(answer, JudgedText):
                        return answer
                    if answer == "left":
                        self._put_back(task)
                        return None
                if not ready:
                    self._end()
                    return report_lost(task, SILENT)
        except (EOFError, OSError):
            self._end()
            return report_lost(task, ENDED)

    def _is_overtaken(self, task: JudgeTask) -> bool:
        """Whether another text is wanted first, or this one not any more."""
        with self.changed:
            return self.closed or bool(self.waiting) or self.current is not task

    def _put_back(self, task: JudgeTask) -> None:
        """A text that was left waits behind the others, unless it has changed or is closed."""
        with self.changed:
            if self.current is task and task.address not in self.waiting:
                self.waiting[task.address] = task
                self.waiting.move_to_end(task.address, last=False)
            self.current = None

    def _begin(self) -> None:
        """Start a process; it imports what it needs at once."""
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(
            target=judge_texts, args=(other,), kwargs={"explain": self.explain}, daemon=True
        )
        self.process.start()
        other.close()

    def _end(self) -> None:
        """End the process, whatever it does."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def report_lost(task: JudgeTask, said: str) -> JudgedText:
    """What is said of a text whose process ended."""
    where = TextLines(task.text).find_line(0)
    return JudgedText((TextFinding(where, WARNING, "fault", said),))
