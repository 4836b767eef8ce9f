"""What kind of model a file holds, told by its first bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from symconv.core.input_files import read_regular_file

from .limits import LARGEST_MODEL
from .torch_archive import is_archive

FileKind = Literal["PyTorch", "ONNX", "Keras"]


def find_file_kind(path: Path) -> FileKind:
    """A zip is a program of PyTorch, a brace begins JSON of Keras, and all else may be ONNX."""
    raw = read_regular_file(path, LARGEST_MODEL)
    if is_archive(raw):
        return "PyTorch"
    return "Keras" if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else "ONNX"
