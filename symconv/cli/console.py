"""The arguments and options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from symconv.core.errors import SymconvError
from symconv.core.printable import escape_controls, escape_line

from .completion import complete_network, complete_notation, complete_words
from .streams import write_output
from .terminal import OTHERWISE, Colour, Tone, find_terminal, is_terminal

TEXT_OR_FILE = "An example's name, a network text, a file (name.txt or @PATH), or - for input."


class Style(StrEnum):
    """How a module is written."""

    loops = "loops"
    readable = "readable"
    fast = "fast"
    jax = "jax"
    torch = "torch"
    c = "c"


NetworkArgument = Annotated[
    str,
    typer.Argument(metavar="NETWORK", help=TEXT_OR_FILE, autocompletion=complete_network),
]
NotationOption = Annotated[
    str | None,
    typer.Option(
        "--notation",
        help="ij0, ij1 or flat1: how entries are numbered and written; or a file NAME.toml.",
        autocompletion=complete_notation,
    ),
]
LetterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--letter", metavar="OLD=NEW", help="Show an index by another letter; may be repeated."
    ),
]
DeltasOption = Annotated[
    str | None,
    typer.Option(
        "--deltas",
        help="shortest or full: error signals are deltas; partial: they are dC/do.",
        autocompletion=complete_words("shortest", "full", "partial"),
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ColourOption = Annotated[
    Colour,
    typer.Option(
        "--color", help="Colours: on a terminal alone, as NO_COLOR and FORCE_COLOR say, or as here."
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")]
FileOption = Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file.")]
FolderOption = Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")]


def show(text: str) -> None:
    """Data goes to standard output; nothing in it is a command for a terminal."""
    write_output(escape_controls(text.rstrip("\n")) + "\n")


def show_laid_out(lines: Iterable[str]) -> None:
    """Lines of `Terminal.lay_out`, which has escaped what a terminal must not be sent."""
    for line in lines:
        write_output(f"{line}\n")


def say(text: str) -> None:
    """What happened goes to standard error, where it can be written; as `show` does it."""
    with suppress(OSError, ValueError):
        sys.stderr.write(escape_controls(text) + "\n")


def say_error(text: str) -> None:
    """What is wrong, on standard error: laid out on a terminal, one line a thing in a file."""
    if not is_terminal(sys.stderr):
        say(text)
        return
    terminal = find_terminal(stream=sys.stderr)
    for line in text.split("\n"):
        head = next((h for h in ("error: ", "  = help: ") if line.startswith(h)), "")
        tone = Tone.bad if head == "error: " else Tone.label
        with suppress(OSError, ValueError):
            sys.stderr.write(terminal.lay_out(line[len(head) :], head=head, tone=tone) + "\n")


def deliver(written: str | bytes, output: Path | None, *, force: bool) -> None:
    """Write a document to a file, or to standard output."""
    from symconv.output.files import write_file

    if output is not None:
        write_file(output, written, force=force)
        say(f"written: {escape_line(str(output))}")
    elif isinstance(written, bytes):
        if is_terminal(sys.stdout):
            raise SymconvError("a terminal cannot show this", help="write to a file with -o FILE")
        write_output(written)
    else:
        show(written)


def text_columns(output: Path | None) -> int:
    """The width of a text for a person: that of the terminal, or what any file may have."""
    return find_terminal().width if output is None else OTHERWISE


def show_progress(text: str) -> None:
    """What is going on goes to standard error, where somebody sees it: on a terminal."""
    if is_terminal(sys.stderr):
        say(text)
