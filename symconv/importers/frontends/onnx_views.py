"""ONNX's operators that move entries and compute nothing."""

from __future__ import annotations

from math import prod

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .onnx_calls import OnnxCall


def alias(call: OnnxCall) -> list[Operation]:
    """Identity, a cast between kinds of real numbers."""
    if call.node.operator == "Cast" and call.integer("to", 1) not in {1, 10, 11, 16}:
        raise NotImportedError("a cast to whole numbers")
    return [call.make("alias", call.input(0))]


def dropout(call: OnnxCall) -> list[Operation]:
    """Dropout with a mask that is given; outside of training it does nothing."""
    rate = call.single(1, 0.5) or 0
    if not call.single(2, 0) or not rate:
        return [call.make("alias", call.input(0))]
    if len([n for n in call.node.outputs if n]) > 1:
        raise NotImportedError("dropout in training that also gives its mask")
    return [call.make("dropout", call.input(0), rate=rate, channels=False)]


def reshape(call: OnnxCall) -> list[Operation]:
    """Reshape, Squeeze and Unsqueeze: what they give is known."""
    return [call.make("reshape", call.input(0), shape=call.output_shape())]


def flatten(call: OnnxCall) -> list[Operation]:
    """Flatten to two axes."""
    shape, axis = call.shape(), call.integer("axis", 1)
    axis = axis + len(shape) if axis < 0 else axis
    return [call.make("reshape", call.input(0), shape=(prod(shape[:axis]), prod(shape[axis:])))]


def permute(call: OnnxCall) -> list[Operation]:
    """Transpose."""
    rank = len(call.shape())
    order = call.integers("perm", range(rank - 1, -1, -1))
    return [call.make("permute", call.input(0), order=order)]


def expand(call: OnnxCall) -> list[Operation]:
    """Expand."""
    return [call.make("expand", call.input(0), shape=call.output_shape())]


def concat(call: OnnxCall) -> list[Operation]:
    """Concat."""
    axis = call.integer("axis", 0) % len(call.output_shape())
    return [call.make("concat", *call.node.inputs, axis=axis)]


def split(call: OnnxCall) -> list[Operation]:
    """Split: one slice for each output."""
    axis, start, made = call.integer("axis", 0) % len(call.shape()), 0, []
    for number, name in enumerate(call.node.outputs):
        size = call.output_shape(number)[axis]
        options = {"axis": axis, "start": start, "step": 1, "size": size}
        if name:
            made.append(call.make_output(number, "slice", call.input(0), **options))
        start += size
    return made


def slice_axis(call: OnnxCall) -> list[Operation]:
    """Slice along one axis."""
    starts, ends = call.whole_numbers(1) or (), call.whole_numbers(2) or ()
    axes = call.whole_numbers(3) or tuple(range(len(starts)))
    steps = call.whole_numbers(4) or (1,) * len(starts)
    if len(starts) != 1 or len(ends) != 1 or steps[0] < 1:
        raise NotImportedError("a slice along several axes, or backwards")
    axis = axes[0] % len(call.shape())
    extent = call.shape()[axis]
    start, stop, step = slice(starts[0], ends[0], steps[0]).indices(extent)
    size = len(range(start, stop, step))
    return [call.make("slice", call.input(0), axis=axis, start=start, step=step, size=size)]


def gather(call: OnnxCall) -> list[Operation]:
    """Gather with one index, which takes a place along an axis, or rows of a stored table."""
    found, axis = call.constants.get(call.input(1) or ""), call.integer("axis", 0)
    axis %= len(call.shape())
    if found is None and call.input(0) in call.arrays and axis == 0:
        return [call.make("embedding", call.input(1), call.input(0))]
    if found is None or found.ndim:
        raise NotImportedError("entries picked by several indices")
    start = int(found) % call.shape()[axis]
    options = {"axis": axis, "start": start, "step": 1, "size": 1, "drop": True}
    return [call.make("slice", call.input(0), **options)]
