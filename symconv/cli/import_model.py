"""`symconv import`: a model of another library as a network text, with its weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symconv.core.printable import escape_line, quote_text

from .console import FileOption, ForceOption, deliver, say

if TYPE_CHECKING:
    from symconv.imports import ImportedNetwork

FORMATS = "An ONNX file, what torch.export.save wrote, or a Keras architecture (JSON)."
ANY_BATCH = "batch=N"
SizesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--size",
        metavar="NAME=NUMBER",
        help="A number for a size that has none in the file, as batch=2; batch=N for any.",
    ),
]
ResultOption = Annotated[
    str | None,
    typer.Option(
        "--result",
        metavar="NAME",
        help="Which output is meant, by its name or its number, where there are several.",
    ),
]


def import_model(  # noqa: PLR0913 - one argument for each option of the command
    file: Annotated[Path, typer.Argument(metavar="FILE", help=FORMATS)],
    output: FileOption = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Write the arrays to a file (npz).")
    ] = None,
    size: SizesOption = None,
    result: ResultOption = None,
    *,
    force: ForceOption = False,
) -> None:
    """Write a model of PyTorch, ONNX or Keras as a network text; nothing of the file is run."""
    from symconv.core.errors import SymconvError
    from symconv.imports import import_file

    from .network_argument import parse_sizes

    numbers = [s for s in size or [] if s != ANY_BATCH]
    any_batch = len(numbers) < len(size or [])
    imported = import_file(file, parse_sizes(numbers), result, any_batch=any_batch)
    if weights is not None:
        if not imported.weights:
            raise SymconvError("the file has no weights to write")
        from symconv.output.files import write_file

        write_file(weights, pack_weights(imported), force=force)
        say(f"written: {escape_line(str(weights))}")
    for note in imported.notes:
        say(f"note: {escape_line(note)}")
    deliver(describe_import(imported), output, force=force)


def describe_import(imported: ImportedNetwork) -> str:
    """The network text, and comments that say what each array is in the model."""
    lines = [imported.text]
    for name, about in imported.sources.items():
        turned = "" if about.order is None else f", axes {' '.join(map(str, about.order))}"
        shape = " x ".join(map(str, about.shape)) or "one number"
        lines.append(f"# {name} is {quote_text(about.source)} ({shape}{turned})")
    return "\n".join(lines) + "\n"


def pack_weights(imported: ImportedNetwork) -> bytes:
    """The arrays by the names of the module, as NumPy writes them without pickling."""
    import io

    import numpy as np

    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **dict(imported.weights))
    return packed.getvalue()
