"""Samples in batches: arrays or memory-mapped files, in an order that a seed decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from symconv.core.errors import SymconvError

Array = NDArray[Any]


@dataclass(frozen=True)
class Samples:
    """Arrays by name, whose first axes run over the samples; they are read where they lie.

    SymconvError where there is no sample, where arrays differ in their number, or where one holds
    no numbers.
    """

    arrays: Mapping[str, Array]

    def __post_init__(self) -> None:
        for name, array in self.arrays.items():
            if array.dtype.kind not in "biuf":
                raise SymconvError(f"{name} holds {array.dtype}, not numbers")
            if not array.ndim or not len(array):
                raise SymconvError(f"{name} has the shape {array.shape}: there is no sample")
            if len(array) != self.count:
                first = next(iter(self.arrays))
                raise SymconvError(
                    f"{name} has {len(array)} samples, and {first} {self.count}",
                    help="the first axis of every array runs over the samples",
                )

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(next(iter(self.arrays.values())))

    @property
    def kind(self) -> np.dtype[Any]:
        """The type of the floats; float64 where all are whole numbers."""
        kinds = [a.dtype for a in self.arrays.values() if a.dtype.kind == "f"]
        return np.result_type(*kinds) if kinds else np.dtype(np.float64)

    def take(self, places: Array, kind: np.dtype[Any]) -> dict[str, Array]:
        """The samples at these places; floats in a type, which must be finite."""
        found: dict[str, Array] = {}
        for name, array in self.arrays.items():
            part = np.asarray(array[places])
            if part.dtype.kind == "f":
                bad = ~np.isfinite(part).reshape(len(part), -1).all(axis=1)
                if bad.any():
                    raise SymconvError(
                        f"sample {int(np.asarray(places)[bad][0])} of {name} is not finite",
                        help="leave out, or mend, what holds NaN or infinity",
                    )
                part = part.astype(kind, copy=False)
            found[name] = part
        return found

    @property
    def fingerprint(self) -> int:
        """A number that tells samples from others: shapes, types, the first and the last one."""
        found = 0
        for name, array in self.arrays.items():
            found = crc32(repr((name, array.shape, str(array.dtype))).encode(), found)
            for sample in (array[0], array[-1]):
                found = crc32(np.ascontiguousarray(sample).tobytes(), found)
        return found


def name_samples(data: Any, names: Sequence[str], what: str) -> Samples:
    """The arrays by the names of the call: a sequence in its order, or a mapping.

    SymconvError where there are others, which says what the call takes.
    """
    wanted = f"{what} is {', '.join(names)}"
    if isinstance(data, Mapping):
        if set(data) != set(names):
            raise SymconvError(f"{wanted}, not {', '.join(map(str, data)) or 'nothing'}")
        return Samples({n: _as_array(data[n]) for n in names})
    if not isinstance(data, list | tuple) or len(data) != len(names):
        given = f"{len(data)} arrays" if isinstance(data, list | tuple) else type(data).__name__
        raise SymconvError(f"{wanted}, not {given}", help="give a tuple of arrays in that order")
    return Samples({n: _as_array(a) for n, a in zip(names, data, strict=True)})


def _as_array(given: Any) -> Array:
    # A memory-mapped file stays one: only the samples of a batch are read.
    return given if isinstance(given, np.ndarray) else np.asarray(given)


def list_batches(
    count: int, batch: int, seed: int, epoch: int, *, whole: bool
) -> list[NDArray[np.integer[Any]]]:
    """The places of the samples of every batch of an epoch, shuffled by the seed and the epoch.

    An epoch can be begun anywhere, since its order depends on nothing before it. With `whole` a
    last batch of fewer samples is left out.
    """
    random = np.random.Generator(np.random.PCG64([seed, epoch]))
    order = random.permutation(count)
    stop = count - count % batch if whole else count
    return [order[k : k + batch] for k in range(0, stop, batch)]


def walk_chunks(count: int, batch: int, *, whole: bool) -> Iterator[tuple[Array, int]]:
    """All places in their order, by batches, and how many of each are new.

    With `whole` the last one is filled up with the first sample of all.
    """
    for k in range(0, count, batch):
        places = np.arange(k, min(k + batch, count))
        kept = len(places)
        if whole:
            places = np.concatenate([places, np.zeros(batch - kept, places.dtype)])
        yield places, kept
