"""The process that judges: one text at a time, until another one is wanted more.

It is a process of its own, so that an editor is answered while formulas are judged, and so that
what ends the process (a want of memory, a fault) ends neither the server nor the editor.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from symconv.core.errors import SymconvError

from .findings import WARNING, JudgedText, JudgeTask, TextFinding
from .judge import TextJudge
from .text_lines import TextLines

BEAT_SECONDS = 1.0
"""How often a process that works on a text says that it goes on."""

Request = JudgeTask | None
"""What a process is sent: a text; or None, to leave the one that it has."""

Answer = JudgedText | None
"""What it sends: the findings; or None, when it has left a text, or goes on with it."""


class LeftTextError(Exception):
    """The text in work is not wanted any more, or another one is wanted first."""


@dataclass
class JudgeBench:
    """Takes texts from a connection, and sends what is found."""

    connection: Connection
    told: float = field(default_factory=time.monotonic)

    def ask(self) -> None:
        """Look whether the text is still wanted, before a statement is judged."""
        if self.connection.poll():
            self.connection.recv()
            raise LeftTextError
        if time.monotonic() - self.told > BEAT_SECONDS:
            self.told = time.monotonic()
            self.connection.send("beat")

    def work(self, judge: Callable[[JudgeTask], JudgedText]) -> None:
        """Judge what comes until the other side is gone."""
        while True:
            task: Request = self.connection.recv()
            # A word to leave a text that was done by then.
            if task is None:
                continue
            self.told = time.monotonic()
            try:
                found = judge(task)
            except LeftTextError:
                self.connection.send("left")
            except (EOFError, BrokenPipeError):
                raise
            except Exception as error:
                if os.environ.get("SYMCONV_TRACEBACK"):
                    raise
                self.connection.send(report_fault(task, error))
            else:
                self.connection.send(found)


def report_fault(task: JudgeTask, error: Exception) -> JudgedText:
    """What is said of a text at which symconv fails: without the error's own words."""
    said = f"a fault of symconv: {type(error).__name__}; `symconv check` shows more"
    where = TextLines(task.text).find_line(0)
    return JudgedText((TextFinding(where, WARNING, "fault", said),))


def judge_texts(connection: Connection, *, explain: bool) -> None:
    """What the process does. Its output is not the editor's, which would take it for a message."""
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(silence, 1)
    desk = JudgeBench(connection)
    try:
        desk.work(TextJudge(explain, desk.ask).judge)
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt, SymconvError):
        return
