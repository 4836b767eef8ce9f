"""Readable array expressions, with margins in the workspace and choices by bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.python.text import PythonText
from symconv.codegen.readable.numpy_printer import NumPyPrinter
from symconv.codegen.readable.printer import Call, tuple_literal
from symconv.lower.ir import Array, Choose, Comparison, Local, LogicalNot, PadArray, Ref


class PaddedCopyPrinter(NumPyPrinter):
    """Prints a padded copy that is `held` as one in the workspace, and choices as calls."""

    def __init__(
        self, name: Callable[[Ref | Local], str], size: SizePrinter, held: Mapping[PadArray, Local]
    ) -> None:
        super().__init__(name, size)
        self.held = held

    def text(self, array: Array) -> PythonText:
        """The text of an array expression; where a window is NaN, nobody is asked who made it so.

        That would take another third of the time that the winners of windows take.
        """
        if isinstance(array, Comparison) and array.relation == "is":
            array = replace(array, relation="==")
        return super().text(array)

    def call(self, array: Array) -> Call:
        """The name and the arguments of a node that is written as a call."""
        if isinstance(array, Choose) and array.fill == "zero":
            self.calls.add("hide")
            shut = array.condition
            return "hide", (self(_negate(shut)), self(array.source))
        if not isinstance(array, PadArray) or array not in self.held:
            return super().call(array)
        pairs = [f"({self.size(a)}, {self.size(b)})" for a, b in array.widths]
        name = f'"{self.name(self.held[array])}"'
        self.calls.add("zero_pad")
        return "zero_pad", (self(array.source), tuple_literal(pairs), "workspace", name)


def _negate(condition: Array) -> Array:
    """What holds where the condition does not."""
    match condition:
        case LogicalNot(source):
            return source
        case Comparison("==", left, right):
            return Comparison("!=", left, right)
    return LogicalNot(condition)
