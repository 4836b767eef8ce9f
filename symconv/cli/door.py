"""The door of the program: whatever happens behind it, a person gets a message and an exit code."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

import typer

from symconv.core.errors import SymconvError
from symconv.core.exit_codes import ExitCode
from symconv.core.printable import escape_line

from .commands import app
from .console import say, say_error
from .faults import describe_fault
from .streams import (
    FULL,
    NobodyReadsError,
    close_streams,
    flush_output,
    output_error,
    prepare_streams,
)

USAGE_ERROR = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""What typer raises for wrong arguments: old versions take it from click, new ones have their own.
"""

LONGEST_USAGE = 400
"""How much of typer's message is shown, which repeats a wrong argument in full."""


def run_command(arguments: Sequence[str]) -> int:
    """Run a command; its exit code. Nothing is raised."""
    try:
        prepare_streams()
        code = _run_app(arguments)
        flush_output()
    except BaseException as error:  # noqa: BLE001 - this is where it ends
        code = _report_error(error)
    close_streams()
    return code


def _run_app(arguments: Sequence[str]) -> int:
    code = app(args=list(arguments) or ["--help"], prog_name="symconv", standalone_mode=False)
    return (code if isinstance(code, int) else 0) if arguments else ExitCode.UNREAD


def _report_error(error: BaseException) -> int:
    """Say what went wrong in one message; the exit code."""
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return ExitCode.INTERRUPTED
    # Completion is typer's own: it writes what a shell asked for, and ends the program.
    if isinstance(error, SystemExit) and error.code in {0, None}:
        return ExitCode.RIGHT
    # What typer itself writes, the help, ends so where nobody reads it.
    if isinstance(error, NobodyReadsError | SystemExit):
        return ExitCode.UNHEARD
    if isinstance(error, OSError) and error.errno in FULL:
        error = output_error(error)
    if isinstance(error, SymconvError):
        say_error(f"error: {error}")
        return ExitCode.UNREAD
    if isinstance(error, USAGE_ERROR):
        say_error(_describe_usage(error))
        return ExitCode.UNREAD
    if os.environ.get("SYMCONV_TRACEBACK"):
        say("".join(traceback.format_exception(error)))
    say_error(describe_fault(error))
    return ExitCode.FAULT


def _describe_usage(error: BaseException) -> str:
    """What typer says about wrong arguments, and where the right ones stand."""
    told = getattr(error, "format_message", error.__str__)()
    # The library that reads a choice puts these words before its own.
    said = escape_line(told.replace("Value error, ", "", 1))
    shown = said if len(said) <= LONGEST_USAGE else f"{said[:LONGEST_USAGE]} ..."
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", None) or "symconv"
    return f"error: {shown[:1].lower()}{shown[1:]}\n  = help: {command} --help"
