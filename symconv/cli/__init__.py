"""The command line: arguments in, text out; all work is done elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .commands import app

__all__ = ["app", "main"]

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it: 128 and the number of the signal."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point; ends in `SystemExit`, whatever happens.

    What takes time to import is imported here, so that Ctrl-C is heard from the beginning.
    """
    try:
        from .door import run_command

        code = run_command(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def __getattr__(name: str) -> Any:
    """`symconv.cli.app`, the commands as typer has them, is loaded when it is first used."""
    if name == "app":
        from .commands import app

        return app
    raise AttributeError(f"module 'symconv.cli' has no attribute '{name}'")
