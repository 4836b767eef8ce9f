"""A node of an ONNX graph with what is known of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symconv.importers.graph.records import Array, Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

from .onnx_file import OnnxNode


@dataclass(frozen=True)
class OnnxCall:
    """A node, the constants and initialisers by name, and the shapes that are known."""

    node: OnnxNode
    constants: Mapping[str, Array]
    arrays: Mapping[str, Array]
    shapes: Mapping[str, Shape]

    def input(self, number: int) -> str | None:
        """The name of an input; None where it is left out."""
        given = self.node.inputs[number] if number < len(self.node.inputs) else ""
        return given or None

    def operand(self, number: int) -> str | float | None:
        """An input, as a number where it is a constant of one number."""
        name = self.input(number)
        found = self.constants.get(name or "")
        if found is None or found.size != 1:
            return name
        return round_trip(found.ravel()[0])

    def shape(self, number: int = 0) -> Shape:
        """The shape of an input."""
        name = self.input(number)
        if name is None or name not in self.shapes:
            raise NotImportedError(f"the shape of its input {number} is not known")
        return self.shapes[name]

    def output_shape(self, number: int = 0) -> Shape:
        """The shape of an output."""
        name = self.node.outputs[number]
        if name not in self.shapes:
            raise NotImportedError("the shape of its output is not known")
        return self.shapes[name]

    def whole_numbers(self, number: int) -> tuple[int, ...] | None:
        """The values of an input that is constant; None where it is left out."""
        name = self.input(number)
        if name is None:
            return None
        if name not in self.constants:
            raise NotImportedError(f"its input {number} is computed, and not constant")
        return tuple(int(n) for n in self.constants[name].ravel())

    def single(self, number: int, default: float | None = None) -> float | None:
        """The one number of an input that is constant, or stored."""
        name = self.input(number)
        if name is None:
            return default
        found = self.constants.get(name, self.arrays.get(name))
        if found is None or found.size != 1:
            raise NotImportedError(f"its input {number} is no single number")
        return round_trip(found.ravel()[0])

    def number(self, name: str, default: float) -> float:
        """A number among the attributes, which have 32 bits."""
        return round_trip(np.float32(self.node.attributes.get(name, default)))

    def integer(self, name: str, default: int) -> int:
        """A whole number among the attributes."""
        return int(self.node.attributes.get(name, default))

    def integers(self, name: str, default: Iterable[int]) -> tuple[int, ...]:
        """Whole numbers among the attributes."""
        return tuple(int(n) for n in self.node.attributes.get(name, default))

    def word(self, name: str, default: str) -> str:
        """A word among the attributes."""
        found: Any = self.node.attributes.get(name, default)
        return found.decode("ascii", "replace") if isinstance(found, bytes) else str(found)

    def make(self, kind: str, *inputs: str | float | None, **options: Any) -> Operation:
        """The operation that its first output is."""
        return self.make_output(0, kind, *inputs, **options)

    def make_output(
        self, place: int, kind: str, *inputs: str | float | None, **options: Any
    ) -> Operation:
        """An operation for one of its outputs."""
        name = self.node.outputs[place]
        return Operation(kind, inputs, name, self.node.place, options, self.shapes.get(name))

    def make_between(
        self, word: str, kind: str, shape: Shape, *inputs: str | float | None, **options: Any
    ) -> Operation:
        """An operation on the way to the first output."""
        name = f"{self.node.outputs[0]}/{word}"
        return Operation(kind, inputs, name, self.node.place, options, shape)


def round_trip(value: Any) -> float:
    """A number as its shortest decimal says it: 0.1 for the nearest number of 32 bits to it."""
    return float(str(value)) if isinstance(value, (np.float32, np.float16)) else float(value)


OnnxTranslation = Callable[[OnnxCall], Iterable[Operation]]
"""What makes operations of a node."""
