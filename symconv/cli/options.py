"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NetworkArgument = Annotated[
    str,
    typer.Argument(metavar="NETWORK", help="An example's name, a network text, or a file."),
]
NotationOption = Annotated[
    str | None,
    typer.Option("--notation", help="ij0, ij1 or flat1: how entries are numbered and written."),
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
        "--deltas", help="shortest or full: error signals are deltas; partial: they are dC/do."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")]
FileOption = Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file.")]
FolderOption = Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")]
