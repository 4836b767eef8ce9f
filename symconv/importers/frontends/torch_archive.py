"""An exported program of PyTorch as a file: a zip with JSON and raw tensors, read as data.

`torch.export.save` writes it (PyTorch 2.9 and later). What is pickled in it is never read: the
inputs of the example, and tensors of subclasses.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symconv.core.errors import SymconvError
from symconv.importers.graph.records import Array, StoredArray
from symconv.importers.graph.refusals import quote_name

from .fields import take
from .limits import LARGEST_GRAPH, LARGEST_MODEL, check_array_size, parse_json

NUMBERS = {
    1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 6: "<f2", 7: "<f4", 8: "<f8", 12: "?",
}  # fmt: skip
"""The number types of torch's schema as NumPy has them."""

BRAIN_FLOAT = 13  # of the same schema; NumPy has no such type
MOST_MEMBERS = 20_000
"""The most files in an archive: one a tensor, and a few beside them."""


BROKEN = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError)
"""What reading a broken zip ends in."""


@dataclass(frozen=True)
class TorchProgram:
    """The graph of an exported program as it was written, and the arrays by their names."""

    graph: Mapping[str, Any]
    signature: Mapping[str, Any]
    arrays: Mapping[str, StoredArray]


@dataclass
class Archive:
    """An archive of which the members are read one by one, and not more than is allowed."""

    opened: zipfile.ZipFile
    root: str
    read_bytes: int = 0
    members: dict[str, bytes] = field(default_factory=dict)

    def member(self, path: str, most: int) -> bytes:
        """The bytes of a member; SymconvError where it is missing or too large."""
        if path in self.members:
            return self.members[path]
        name = quote_name(path)
        try:
            about = self.opened.getinfo(f"{self.root}/{path}")
            # torch does not compress: what is stored is as large as it says, and no larger.
            if about.compress_type != zipfile.ZIP_STORED or about.flag_bits & 1:
                raise SymconvError(f"{name} is compressed, which torch does not do")
            with self.opened.open(about) as file:
                raw = file.read(min(most, LARGEST_MODEL - self.read_bytes) + 1)
        except KeyError:
            raise SymconvError(
                f"the archive has no {name}",
                help="torch.export.save of PyTorch 2.9 or later writes one",
            ) from None
        except (*BROKEN, RuntimeError, EOFError) as error:
            raise SymconvError(f"{name} cannot be read: {str(error)[:80]}") from None
        self.read_bytes += len(raw)
        if len(raw) > most or self.read_bytes > LARGEST_MODEL:
            raise SymconvError(f"{name} is larger than is read")
        self.members[path] = raw
        return raw

    def json(self, path: str) -> Any:
        """The data of a JSON member."""
        return parse_json(self.member(path, LARGEST_GRAPH), quote_name(path))


def is_archive(raw: bytes) -> bool:
    """Whether bytes begin as a zip does."""
    return raw[:4] == b"PK\x03\x04"


def read_archive(raw: bytes) -> TorchProgram:
    """The program in an archive; SymconvError in one line for anything else."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(raw))
    except BROKEN as error:
        raise SymconvError(f"this is no archive: {str(error)[:80]}") from None
    with opened:
        names = opened.namelist()
        if len(names) > MOST_MEMBERS:
            raise SymconvError(
                f"an archive of {len(names):,} files", help=f"{MOST_MEMBERS:,} at most"
            )
        roots = [
            n.removesuffix("/models/model.json") for n in names if n.endswith("/models/model.json")
        ]
        if len(roots) != 1:
            raise SymconvError(
                "this archive holds no exported program of PyTorch",
                help="torch.export.save of PyTorch 2.9 or later writes one",
            )
        archive = Archive(opened, roots[0])
        if archive.member("byteorder", 16).strip() != b"little":
            raise SymconvError("the archive has its bytes in another order than is read: little")
        module = take(archive.json("models/model.json"), "graph_module", dict, "the program")
        arrays = _read_arrays(archive, "weights/model_weights_config.json", "weights")
        arrays |= _read_arrays(archive, "constants/model_constants_config.json", "constants")
    graph = take(module, "graph", dict, "the program")
    return TorchProgram(graph, take(module, "signature", dict, "the program"), arrays)


def _read_arrays(archive: Archive, path: str, folder: str) -> dict[str, StoredArray]:
    """The tensors that a table of the archive lists."""
    table = take(archive.json(f"data/{path}"), "config", dict, quote_name(path))
    found = dict[str, StoredArray]()
    total = 0
    for name, about in table.items():
        shown = quote_name(name)
        if take(about, "use_pickle", bool, shown):
            raise SymconvError(f"the tensor {shown} is pickled, and nothing pickled is read")
        file = take(about, "path_name", str, shown)
        raw = archive.member(f"data/{folder}/{file}", LARGEST_MODEL)
        values = _read_tensor(raw, take(about, "tensor_meta", dict, shown), shown)
        # Strides of 0 make large arrays of small files.
        total += values.nbytes
        if total > LARGEST_MODEL:
            raise SymconvError(f"the tensors are larger than {LARGEST_MODEL:,} bytes")
        found[name] = StoredArray(values, trained=take(about, "is_param", bool, shown))
    return found


def _read_tensor(raw: bytes, meta: dict[str, Any], name: str) -> Array:
    """A tensor of a storage: its entries lie `strides` apart."""
    shape, strides = (_read_sizes(meta, k, name) for k in ("sizes", "strides"))
    check_array_size(shape, name)
    offset = read_size(meta.get("storage_offset"), name)
    kind = take(meta, "dtype", int, name)
    if kind == BRAIN_FLOAT:
        # bfloat16 is the upper half of a float32.
        halves = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<u2").astype("<u4") << 16
        storage: Array = halves.view("<f4")
    elif kind in NUMBERS:
        width = np.dtype(NUMBERS[kind]).itemsize
        storage = np.frombuffer(raw[: len(raw) // width * width], dtype=NUMBERS[kind])
    else:
        raise SymconvError(f"the tensor {name} has numbers of a type that is not read")
    if 0 in shape:
        return np.zeros(shape, storage.dtype)
    last = offset + sum((n - 1) * s for n, s in zip(shape, strides, strict=False))
    if len(strides) != len(shape) or min((offset, *strides)) < 0 or last >= storage.size:
        raise SymconvError(f"the tensor {name} lies beyond its storage")
    # Along an axis of length 1 no step is made, however large it is said to be.
    steps = tuple(s * storage.itemsize * (n > 1) for n, s in zip(shape, strides, strict=True))
    view = np.lib.stride_tricks.as_strided(storage[offset:], shape, steps)
    return np.array(view)


def _read_sizes(meta: dict[str, Any], field_name: str, name: str) -> tuple[int, ...]:
    return tuple(read_size(n, name) for n in take(meta, field_name, list, name))


def read_size(data: Any, name: str) -> int:
    """A size: `{"as_int": 3}`; SymconvError where it is a symbol."""
    found = data.get("as_int") if isinstance(data, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise SymconvError(f"{name} has a size that is no number", help="export with static shapes")
    return found
