"""The commands of the program, as typer has them."""

from __future__ import annotations

from typing import Annotated

import typer

from symconv import __version__
from symconv.core.exit_codes import describe_exit_codes

from .check import check
from .console import show
from .derive import derive
from .examples import examples
from .exercise import exercise
from .explain import explain
from .generate import generate, run
from .import_model import import_model
from .lsp import lsp
from .mark import mark
from .mcp import mcp
from .page import page
from .trace import trace
from .verify import verify

app = typer.Typer(
    name="symconv",
    epilog="symconv COMMAND -h says more; symconv check -h what the exit codes are.",
    help="Gradients of convolutional networks: derived step by step, as LaTeX and NumPy, checked.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
EXIT_CODES = f"Exit codes: {describe_exit_codes()}."
COMMANDS = (
    examples, derive, generate, check, mark, exercise, explain, verify, trace, page, run, lsp, mcp,
)  # fmt: skip
for command in COMMANDS:
    app.command(epilog=EXIT_CODES if command is check else None)(command)
app.command(name="import")(import_model)


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
