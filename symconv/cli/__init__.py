"""The command line: arguments in, text out; all work is done elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .commands import app

__all__ = ["app", "main"]

INTERRUPTED, FAULT = 130, 70
"""Those of `core/exit_codes.py`, for what happens before that is imported."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point; ends in `SystemExit`, whatever happens.

    What takes time to import is imported here, so that Ctrl-C is heard from the beginning.
    """
    try:
        from .door import run_command

        code = run_command(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt:
        code = INTERRUPTED
    # Python itself would end in 1, which is the answer "wrong".
    except Exception as error:  # noqa: BLE001 - the door did not open
        sys.stderr.write(f"error: symconv does not start: {type(error).__name__}: {error}\n")
        code = FAULT
    sys.exit(code)


def __getattr__(name: str) -> Any:
    """`symconv.cli.app`, the commands as typer has them, is loaded when it is first used."""
    if name == "app":
        from .commands import app

        return app
    raise AttributeError(f"module 'symconv.cli' has no attribute '{name}'")
