"""Windows along one axis of a value whose axes an equation has hidden.

A network text says how many axes a kernel spans by its sizes, 3x3; a single size spans all of them.
Where these are not known, as behind a transpose, the signal is taken as an image of one row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from symconv.importers.graph.records import Operation

from .writer import StageWriter, Written

ONES = ("stride", "dilation", "window", "scale")
ZEROS = ("before", "after", "output_padding")
"""The options with a number for each axis, by what that is along an axis of length 1."""

WindowWriter = Callable[[StageWriter, Operation], Written]


def allow_signals(write: WindowWriter) -> WindowWriter:
    """The same, where signals with hidden axes are taken as images of one row."""

    def translate(writer: StageWriter, operation: Operation) -> Written:
        x = writer.value(operation.inputs[0])
        if len(x.shape) != 3 or x.space or not x.batch:
            return write(writer, operation)
        row = writer.equate(
            f"{writer.name_of(x)}[n,c,i]", ["n", "c", "j", "i"], (*x.shape[:2], 1, x.shape[2])
        )
        name = f"{operation.inputs[0]} as an image"
        writer.values[name] = row
        lifted = {k: _lift_option(k, v) for k, v in operation.options.items()} | {"lifted": True}
        inputs = (name, *operation.inputs[1:])
        made = write(writer, replace(operation, inputs=inputs, options=lifted))
        read = f"{writer.name_of(made)}[n,c,0,i]"
        return writer.equate(read, ["n", "c", "i"], (*made.shape[:2], made.shape[3]))

    return translate


def _lift_option(word: str, value: Any) -> Any:
    """An option with one more number for the axis of length 1, which is the first of space."""
    if word not in {*ONES, *ZEROS}:
        return value
    # A padding has numbers for the batch and the channels, too.
    lead = len(value) - 1
    return (*value[:lead], 1 if word in ONES else 0, *value[lead:])
