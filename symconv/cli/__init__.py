"""The command line: arguments in, text out; all work is done elsewhere."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from symconv import __version__
from symconv.core.errors import SymconvError

from .check import check
from .console import say, show
from .derive import derive
from .examples import examples
from .generate import generate, run
from .trace import trace
from .verify import verify

app = typer.Typer(
    name="symconv",
    help="Gradients of convolutional networks: derived step by step, as LaTeX and NumPy, checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (examples, derive, generate, check, verify, trace, run):
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        show(f"symconv {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Gradients of convolutional networks: derived, explained, generated, checked."""


def main() -> None:
    """The entry point: a person's mistake is one message and exit code 2, never a traceback."""
    try:
        app()
    except SymconvError as error:
        say(f"error: {error}")
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
