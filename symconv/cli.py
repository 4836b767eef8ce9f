"""The command line: arguments in, text out; all work is done elsewhere."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symconv import __version__
from symconv.core.errors import SymconvError

if TYPE_CHECKING:
    from symconv.api import Network
    from symconv.check.record import Check

app = typer.Typer(
    name="symconv",
    help="Gradients of convolutional networks: derived step by step, as LaTeX and NumPy, checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """How a derivation is written down."""

    text = "text"
    latex = "latex"
    markdown = "markdown"
    json = "json"
    pdf = "pdf"


NetworkArgument = Annotated[
    str,
    typer.Argument(metavar="NETWORK", help="An example's name, a network text, or a file."),
]
NotationOption = Annotated[
    str | None,
    typer.Option("--notation", help="ij0, ij1 or flat1: how entries are numbered and written."),
]
WrtOption = Annotated[
    list[str] | None,
    typer.Option("--wrt", help="Differentiate by this tensor only; may be repeated."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")]


@app.command()
def examples(*, as_json: JsonOption = False) -> None:
    """List the example networks."""
    from symconv.network.examples import EXAMPLES

    if as_json:
        fields = ("name", "text", "notation", "question")
        _print(json.dumps([{f: getattr(e, f) for f in fields} for e in EXAMPLES], indent=1))
        return
    for example in EXAMPLES:
        _print(f"{example.name}\n    {example.question}\n    {example.text}\n")


@app.command()
def derive(  # noqa: PLR0913 - a command has the options it has
    network: NetworkArgument,
    wrt: WrtOption = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file.")] = None,
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Derive the gradients of a network, step by step."""
    from symconv.files import write_file

    explanation = _network(network, notation).derivation(*(wrt or ()))
    written: str | bytes
    if form is Format.pdf:
        written = explanation.pdf()
    elif form is Format.latex:
        written = explanation.latex(document=True)
    else:
        written = str(getattr(explanation, form.value)())
    if output is not None:
        write_file(output, written, force=force)
        _say(f"written: {output}")
    elif isinstance(written, bytes):
        sys.stdout.buffer.write(written)
    else:
        _print(written)


@app.command()
def generate(
    network: NetworkArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")],
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Write the NumPy module of a network, its derivation, and its own tests."""
    _generate(_network(network, notation), output, force=force)


@app.command()
def verify(
    network: NetworkArgument, notation: NotationOption = None, *, as_json: JsonOption = False
) -> None:
    """Check every step, every gradient and the NumPy module; exit code 1 if one fails."""
    checks = _network(network, notation).verify()
    if as_json:
        from dataclasses import asdict

        _print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        _report(checks)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)


@app.command()
def run(
    network: NetworkArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")],
    notation: NotationOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Do all of it: show the derivation, write the files, report every check."""
    net = _network(network, notation)
    _print(net.derivation().text())
    _generate(net, output, force=force)
    checks = net.verify()
    _report(checks)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)


def _network(given: str, notation: str | None) -> Network:
    from symconv.source import network_from

    return network_from(given, notation)


def _generate(net: Network, folder: Path, *, force: bool) -> None:
    from symconv.files import write_files

    for path in write_files(folder, net.files(), force=force):
        _say(f"written: {path}")


def _report(checks: tuple[Check, ...]) -> None:
    for check in checks:
        _print(check.line)
    failed = sum(not check.passed for check in checks)
    _print(f"{len(checks) - failed} checks passed, {failed} failed")


def _print(text: str) -> None:
    """Data goes to standard output."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def _say(text: str) -> None:
    """What happened goes to standard error."""
    sys.stderr.write(text + "\n")


def _version(wanted: bool) -> None:
    if wanted:
        _print(f"symconv {__version__}")
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
        _say(f"error: {error}")
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
