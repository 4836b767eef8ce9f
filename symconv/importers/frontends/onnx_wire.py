"""What an ONNX file would take in memory, counted before a parser makes objects of it.

A message of two bytes becomes an object of a hundred, so that a small file may fill the memory. The
arrays are what makes an honest file large; all else of it is small. (The wire format: Protocol
Buffers, Encoding, 2024; the numbers of the fields: onnx.proto.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symconv.core.errors import SymconvError

LARGEST_DESCRIPTION = 1 << 24
"""The most bytes beside the arrays, 16 MiB: ten thousand nodes with their names have 3 million."""

MOST_FIELDS = 100_000
"""The most fields on the way to arrays: five thousand nodes have twenty each; half a second."""

PATH_OF_INITIALIZERS = (7, 5)  # the graph of a model, its initialisers
PATH_OF_CONSTANTS = (7, 1, 5, 5)  # the graph of a model, its nodes, their attributes, a tensor
ARRAYS = {4, 9, 10}
"""The fields of a tensor whose bytes are its numbers: float_data, raw_data, double_data."""

BYTES, WIDE, NARROW = 2, 1, 5  # the wire types with a length, and of 8 and 4 bytes
LONGEST_VARINT = 10  # bytes of 64 bits, seven in each


def check_description(raw: bytes) -> None:
    """SymconvError where bytes are no message, or hold more beside arrays than is read."""
    counter = _Counter()
    arrays = counter.count_arrays(memoryview(raw), (PATH_OF_INITIALIZERS, PATH_OF_CONSTANTS))
    if len(raw) - arrays > LARGEST_DESCRIPTION:
        raise SymconvError(f"the graph is described in more than {LARGEST_DESCRIPTION:,} bytes")


@dataclass
class _Counter:
    """Counts the bytes of arrays, and stops where there are too many fields."""

    fields: int = 0

    def count_arrays(self, message: memoryview, paths: tuple[tuple[int, ...], ...]) -> int:
        """The lengths of the numbers in the tensors at paths of fields."""
        found = 0
        for number, part in iterate_fields(message):
            self.fields += 1
            if self.fields > MOST_FIELDS:
                raise SymconvError(f"the graph is described in more than {MOST_FIELDS:,} fields")
            if () in paths and number in ARRAYS:
                found += len(part)
            rest = tuple(p[1:] for p in paths if p and p[0] == number)
            found += self.count_arrays(part, rest) if rest else 0
        return found


def iterate_fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The numbers and the bytes of the fields of a message; only those with a length have bytes."""
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        number, wire = key >> 3, key & 7
        length = {WIDE: 8, NARROW: 4}.get(wire, 0)
        if wire == BYTES:
            length, at = _read_varint(message, at)
        elif wire == 0:
            _, at = _read_varint(message, at)
        elif not length:
            raise SymconvError("this is no ONNX file: a field of an unknown kind")
        if length > len(message) - at:
            raise SymconvError("this is no ONNX file: it ends within a field")
        yield number, message[at : at + length] if wire == BYTES else message[:0]
        at += length


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number, seven bits a byte, and where it ends."""
    found = 0
    for k, byte in enumerate(message[at : at + LONGEST_VARINT]):
        found |= (byte & 127) << 7 * k
        if byte < 128:
            return found, at + k + 1
    raise SymconvError("this is no ONNX file: it ends within a number")
