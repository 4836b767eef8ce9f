"""A layer of a Keras configuration, what it is applied to, and the operations that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from symconv.importers.graph.records import Array, Operation, Shape, StoredArray
from symconv.importers.graph.refusals import NotImportedError

from .limits import check_array_size


@dataclass(frozen=True)
class KerasValue:
    """A value: its name, its shape here, and whether its channels stand before space."""

    name: str
    shape: Shape
    first: bool = False

    @property
    def last_shape(self) -> Shape:
        """The shape as Keras has it, with channels last."""
        return (self.shape[0], *self.shape[2:], self.shape[1]) if self.first else self.shape


@dataclass
class KerasCall:
    """A layer with its options and weights; operations and arrays are added to it."""

    name: str
    kind: str
    config: Mapping[str, Any]
    place: str
    weights: Sequence[Array] | None
    made: list[Operation] = field(default_factory=list)
    stored: dict[str, StoredArray] = field(default_factory=dict)

    def number(self, word: str, default: float) -> float:
        """A number among the options."""
        found = self.config.get(word, default)
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise NotImportedError(f"its option {word} is no number")
        return float(found)

    def integer(self, word: str, default: int) -> int:
        """A whole number among the options."""
        found = self.config.get(word, default)
        if isinstance(found, bool) or not isinstance(found, int):
            raise NotImportedError(f"its option {word} is no whole number")
        return found

    def sizes(self, word: str, rank: int, default: Shape | None = None) -> Shape:
        """One whole number an axis; a single one stands for all axes."""
        found = self.config.get(word)
        found = default if found is None else found
        several = [found] * rank if isinstance(found, int) else found
        if not isinstance(several, (list, tuple)) or len(several) != rank:
            raise NotImportedError(f"its option {word} is no list of {rank} whole numbers")
        if any(isinstance(n, bool) or not isinstance(n, int) for n in several):
            raise NotImportedError(f"its option {word} is no list of {rank} whole numbers")
        return tuple(several)

    def expect(self, **usual: Any) -> None:
        """NotImportedError unless the named options are what they usually are, or left out."""
        for word, value in usual.items():
            if self.config.get(word, value) != value:
                raise NotImportedError(f"its option {word} = {str(self.config[word])[:40]}")

    def store(self, number: int, shape: Shape, word: str, *, trained: bool = True) -> str:
        """The layer's array of that number, as Keras has it; zeros where no weights are given."""
        name = f"{self.name}/{word}"
        check_array_size(shape, name)
        if self.weights is None:
            # A stand-in of the shape, which is not given out.
            values: Array = _stand_in(shape)
        else:
            values = self.weights[number] if number < len(self.weights) else _stand_in(())
            if values.shape != shape:
                raise NotImportedError(f"its {word} has the shape {values.shape}, not {shape}")
        self.stored[name] = StoredArray(values, trained)
        return name

    def add(
        self,
        kind: str,
        inputs: Sequence[str | float | None],
        result: Shape,
        *,
        first: bool,
        **options: Any,
    ) -> KerasValue:
        """One more operation; the last one of a layer has the name of the layer."""
        name = f"{self.name}#{len(self.made)}"
        self.made.append(Operation(kind, tuple(inputs), name, self.place, options, result))
        return KerasValue(name, result, first)

    def channels_first(self, x: KerasValue) -> KerasValue:
        """The value with its channels before space."""
        if x.first or len(x.shape) < 3:
            return x
        order = (0, len(x.shape) - 1, *range(1, len(x.shape) - 1))
        shape = tuple(x.shape[a] for a in order)
        return self.add("permute", (x.name,), shape, first=True, order=order)

    def channels_last(self, x: KerasValue) -> KerasValue:
        """The value as Keras has it."""
        if not x.first:
            return x
        order = (0, *range(2, len(x.shape)), 1)
        return self.add("permute", (x.name,), x.last_shape, first=False, order=order)

    def axis_of(self, x: KerasValue, axis: int) -> int:
        """Where an axis of Keras stands here."""
        rank = len(x.shape)
        axis %= rank
        if not x.first or axis == 0:
            return axis
        return 1 if axis == rank - 1 else axis + 1


def _stand_in(shape: Shape) -> Array:
    """Zeros that take no memory."""
    import numpy as np

    return np.broadcast_to(np.float32(0), shape) if prod(shape) else np.zeros(shape, np.float32)
