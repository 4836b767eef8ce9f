"""Calls are worked on in a process of their own, which is ended when one takes too long."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from symconv.core.errors import SymconvError

from .tools import Arguments, ToolAnswer, call_tool

CALL_SECONDS = 40.0
"""What a call may take, by the clock: twice the work that a text may ask for."""

LOOK_SECONDS = 0.05
"""How often somebody who waits for an answer looks whether it is still wanted."""

GIVEN_UP = "the call was given up"
ENDED = "the process that worked on it ended, perhaps for lack of memory"


@dataclass
class ToolProcess:
    """One process, which begins with the first call, and again after one that was ended."""

    seconds: float = CALL_SECONDS
    process: BaseProcess | None = None
    connection: Connection | None = field(default=None, repr=False)
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def call(
        self, name: str, arguments: Arguments, given_up: threading.Event | None = None
    ) -> ToolAnswer:
        """The answer of a tool; SymconvError says why there is none.

        One call is worked on at a time, and one that is given up ends with the process.
        """
        stop = given_up or threading.Event()
        with self.turn:
            try:
                if stop.is_set():
                    raise SymconvError(GIVEN_UP)
                found = self._work(name, arguments, stop)
            except (EOFError, OSError):
                self.end()
                raise SymconvError(ENDED) from None
        if isinstance(found, ToolAnswer):
            return found
        raise SymconvError(found)

    def _work(self, name: str, arguments: Arguments, stop: threading.Event) -> Any:
        """What the process answers; SymconvError, and no process, where it is not waited for."""
        connection = self._begin()
        connection.send((name, dict(arguments)))
        last = time.monotonic() + self.seconds
        while not connection.poll(LOOK_SECONDS):
            if stop.is_set():
                self.end()
                raise SymconvError(GIVEN_UP)
            if time.monotonic() > last:
                self.end()
                raise SymconvError(
                    f"it took more than {self.seconds:g} s and was ended",
                    help="a smaller network, or less at a time",
                )
        return connection.recv()

    def _begin(self) -> Connection:
        """The connection to the process, which is started where there is none."""
        if self.connection is None or self.process is None:
            context = multiprocessing.get_context("spawn")
            self.connection, other = context.Pipe()
            self.process = context.Process(target=work_on_calls, args=(other,), daemon=True)
            self.process.start()
            other.close()
        return self.connection

    def end(self) -> None:
        """End the process, whatever it does."""
        process, connection = self.process, self.connection
        self.process = self.connection = None
        if process is not None:
            process.kill()
            process.join()
        if connection is not None:
            connection.close()


def work_on_calls(connection: Connection) -> None:
    """What the process does: one call after another, until the other side is gone."""
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(silence, 1)
    while True:
        try:
            name, arguments = connection.recv()
            connection.send(answer_or_say(name, arguments))
        except (EOFError, OSError, KeyboardInterrupt):
            return


def answer_or_say(name: str, arguments: Arguments) -> ToolAnswer | str:
    """The answer of a tool, or in words why there is none: of a fault without its own words."""
    try:
        return call_tool(name, arguments)
    except SymconvError as error:
        return str(error)
    except Exception as error:
        if os.environ.get("SYMCONV_TRACEBACK"):
            raise
        return f"this is a fault of symconv: {type(error).__name__}"
