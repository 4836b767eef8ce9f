"""The one form into which every model is read: operations between named values, and stored arrays.

An operation has one of the kinds that `stages/table.py` writes. Its options are numbers, words and
tuples of them, in the conventions of this house: channels before space, padding before and after,
axes counted from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Operation:
    """One operation of a model: `output` = kind(inputs), with options.

    An input is the name of a value or of a stored array, a number, or None where it is left out.
    `place` says to a person where it stands in the model, and `shape` is that of the output where
    the model states it.
    """

    kind: str
    inputs: tuple[str | float | None, ...]
    output: str
    place: str
    options: Mapping[str, Any] = field(default_factory=dict)
    shape: Shape | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The names among the inputs."""
        return tuple(n for n in self.inputs if isinstance(n, str))


@dataclass(frozen=True)
class ModelInput:
    """An input of a model; `whole` tells that its entries are whole numbers, such as labels."""

    name: str
    shape: Shape
    whole: bool = False


@dataclass(frozen=True)
class StoredArray:
    """An array that a model brings along; what is not trained has no gradient."""

    values: Array
    trained: bool = True


@dataclass(frozen=True)
class ModelGraph:
    """A model: inputs, operations in an order in which they can be computed, and one output.

    Where it is `weightless` the arrays stand for their shapes alone.
    """

    inputs: tuple[ModelInput, ...]
    operations: tuple[Operation, ...]
    output: str
    arrays: Mapping[str, StoredArray]
    notes: tuple[str, ...] = ()
    weightless: bool = False

    def prune(self) -> ModelGraph:
        """The same model without the operations that its output does not depend on."""
        needed, kept = {self.output}, list[Operation]()
        for operation in reversed(self.operations):
            if operation.output in needed:
                needed |= set(operation.reads)
                kept.append(operation)
        inputs = tuple(i for i in self.inputs if i.name in needed)
        return replace(self, inputs=inputs, operations=tuple(kept[::-1]))
