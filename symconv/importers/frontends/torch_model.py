"""A module of PyTorch, or the file of an exported program."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
from symconv.importers.imported import ImportedModel, import_graph

from .limits import LARGEST_MODEL
from .outputs import Chosen
from .torch_archive import read_archive
from .torch_graph import read_graph


def import_torch_module(model: Any, example: Any, result: Chosen = None) -> ImportedModel:
    """A module, exported by `torch.export`, written as a file, and read as such."""
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
            torch.export.save(torch.export.export(model, given), file)
    except Exception as error:  # torch raises whatever it likes
        first = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise SymconvError(f"PyTorch cannot export the module: {first[0]}") from error
    return _import_archive(file.getvalue(), result)


def import_torch_file(path: Path, result: Chosen = None) -> ImportedModel:
    """The file that `torch.export.save` wrote; PyTorch is not needed to read it."""
    return _import_archive(read_regular_file(path, LARGEST_MODEL), result)


def _import_archive(raw: bytes, result: Chosen) -> ImportedModel:
    return import_graph(read_graph(read_archive(raw), result), "PyTorch")
