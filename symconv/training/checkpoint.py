"""A run in a file: parameters, what the optimizer keeps, and how far it came; whole or not there.

The file is `.npz`, read without pickle. It is written beside its place and then put there in one
move, so that an end at any time leaves the old one or the new one. The same run gives the same
bytes.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.core.errors import SymconvError
from symconv.core.input_files import explain_os_error, read_regular_file
from symconv.core.printable import quote_text

PROGRESS = "progress"
"""The entry of the file that is text."""

MOST_MORE = 1_000_000_000
"""The most bytes beside those arrays: the costs of a hundred million batches have fewer."""

UNREADABLE = (
    *(ValueError, TypeError, KeyError, EOFError, AttributeError, OSError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError),
)
"""What reading a file raises that is none of ours, an unknown compression among it."""


@dataclass(frozen=True)
class Checkpoint:
    """Arrays by name, and a record that JSON can hold."""

    arrays: Mapping[str, NDArray[Any]]
    record: Mapping[str, Any]

    def write(self, path: Path) -> None:
        """Put the checkpoint in its place; SymconvError where that cannot be written."""
        text = json.dumps(self.record, sort_keys=True).encode()
        buffer = io.BytesIO()
        # One dictionary by position: an array may be called `file`.
        _write_arrays(buffer, {**self.arrays, PROGRESS: np.frombuffer(text, np.uint8)})
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("wb") as file:
                file.write(buffer.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            name = quote_text(str(path))
            raise SymconvError(f"{name} cannot be written: {explain_os_error(error)}") from error


def _write_arrays(file: io.BytesIO, arrays: Mapping[str, NDArray[Any]]) -> None:
    """As `np.savez` does it, under any names."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            # An entry of a fixed date: the bytes are those of the numbers alone.
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def read_checkpoint(path: Path, wanted: Mapping[str, NDArray[Any]], grows: str) -> Checkpoint:
    """The checkpoint of a file, with arrays of the shapes and types of the `wanted` ones.

    The array `grows` has one axis of any length, and numbers of double precision. SymconvError in
    one line where the file is none, or holds others.
    """
    name, most = quote_text(path.name), MOST_MORE + sum(a.nbytes for a in wanted.values())
    raw = read_regular_file(path, most)
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            others = sorted(set(file.files) ^ {*wanted, grows, PROGRESS})
            if others:
                found = "it holds" if others[0] in file.files else "it lacks"
                raise SymconvError(
                    f"{name} is the checkpoint of another run: {found} {quote_text(others[0])}",
                    help="name another file",
                )
            # What entries say of themselves is compared before memory is asked for it.
            if sum(entry.file_size for entry in file.zip.infolist()) > most:
                raise SymconvError(f"{name} is larger than {most:,} bytes")
            record = json.loads(bytes(file[PROGRESS]).decode())
            arrays = {k: _read_array(file, k, like, name) for k, like in wanted.items()}
            arrays[grows] = np.array(file[grows], np.float64).reshape(-1)
    except UNREADABLE as error:
        raise SymconvError(f"{name} is no checkpoint, or not a whole one") from error
    return Checkpoint(arrays, record)


def _read_array(file: Any, key: str, like: NDArray[Any], name: str) -> NDArray[Any]:
    with file.zip.open(f"{key}.npy") as entry:
        version = np.lib.format.read_magic(entry)
        read = {(1, 0): np.lib.format.read_array_header_1_0}.get(version)
        shape, _, kind = read(entry) if read else ((), False, None)
    if (shape, kind) != (like.shape, like.dtype):
        raise SymconvError(
            f"{name} is the checkpoint of another run: {key} is {kind} of the shape {shape}, not "
            f"{like.dtype} of the shape {like.shape}"
        )
    return np.array(file[key])
