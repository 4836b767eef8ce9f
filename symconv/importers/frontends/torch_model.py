"""A module of PyTorch, or the file of an exported program."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
from symconv.importers.imported import ImportedModel, import_graph
from symconv.importers.open_sizes import import_open_graph

from .limits import LARGEST_MODEL
from .outputs import Chosen
from .torch_archive import read_archive
from .torch_graph import has_open_size, read_graph


def import_torch_module(
    model: Any, example: Any, result: Chosen = None, *, any_batch: bool = False
) -> ImportedModel:
    """A module, exported by `torch.export`, written as a file, and read as such.

    With `any_batch` the first size of all inputs is open.
    """
    try:
        import torch
    except ImportError:
        raise SymconvError(
            "PyTorch is not installed", help="pip install 'symconv[torch]'"
        ) from None
    given = example if isinstance(example, tuple) else (example,)
    file = io.BytesIO()
    try:
        # Its warnings are about how it goes through the module, and nothing that a person can mend.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shapes = _open_first_axes(torch, given) if any_batch else None
            program = torch.export.export(model, given, dynamic_shapes=shapes)
            torch.export.save(program, file)
    except Exception as error:  # torch raises whatever it likes
        first = str(error).strip().splitlines()[:1] or [type(error).__name__]
        needed = "a batch of any size needs an example of two samples or more" if any_batch else ""
        raise SymconvError(f"PyTorch cannot export the module: {first[0]}", help=needed) from error
    return _import_archive(file.getvalue(), result)


def _open_first_axes(torch: Any, given: tuple[Any, ...]) -> Any:
    """What says that the first sizes of all tensors are one, and any."""
    shapes, batch = torch.export.ShapesCollection(), torch.export.Dim("batch")
    for tensor in given:
        if isinstance(tensor, torch.Tensor) and tensor.dim():
            shapes[tensor] = {0: batch}
    return shapes


def import_torch_file(path: Path, result: Chosen = None) -> ImportedModel:
    """The file that `torch.export.save` wrote; PyTorch is not needed to read it."""
    return _import_archive(read_regular_file(path, LARGEST_MODEL), result)


def _import_archive(raw: bytes, result: Chosen) -> ImportedModel:
    program = read_archive(raw)
    if has_open_size(program):
        return import_open_graph(lambda n: read_graph(program, result, n), "PyTorch")
    return import_graph(read_graph(program, result), "PyTorch")
