"""ATen's operators that move entries and compute nothing."""

from __future__ import annotations

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .torch_calls import TorchCall


def dropout(call: TorchCall) -> list[Operation]:
    """Dropout with a mask that is given; in the mode of evaluation it does nothing."""
    source = call.tensor("input", "self")
    if not call.flag("train") or not call.number("p"):
        return [call.make("alias", source)]
    whole = call.target.removeprefix("torch.ops.aten.").startswith("feature")
    return [call.make("dropout", source, rate=call.number("p"), channels=whole)]


def alias(call: TorchCall) -> list[Operation]:
    """The same entries."""
    return [call.make("alias", call.tensor("self", "input"))]


def detach(call: TorchCall) -> list[Operation]:
    """The same entries without a gradient: a constant has none anyway."""
    stored = call.arrays.get(call.tensor("self") or "")
    if stored is None or stored.trained:
        raise NotImportedError("a value whose gradient is stopped")
    return alias(call)


def reshape(call: TorchCall) -> list[Operation]:
    """Any operator that only changes the shape; the archive says to which one."""
    return [call.make("reshape", call.tensor("self", "input"), shape=call.output_shape())]


def expand(call: TorchCall) -> list[Operation]:
    """Axes of length 1 repeated."""
    return [call.make("expand", call.tensor("self"), shape=call.output_shape())]


def broadcast(call: TorchCall) -> list[Operation]:
    """Tensors brought to one shape."""
    pairs = zip(call.outputs, call.arguments["tensors"], strict=True)
    return [call.make_output(o, "expand", n, shape=call.output_shape(o)) for o, n in pairs]


def permute(call: TorchCall) -> list[Operation]:
    """The axes in another order."""
    rank = len(call.shape())
    order = tuple(a % rank for a in call.sizes("dims", rank))
    return [call.make("permute", call.tensor("self"), order=order)]


def transpose(call: TorchCall) -> list[Operation]:
    """Two axes changed for each other; of a matrix where none are named."""
    rank = len(call.shape())
    if rank < 2:
        return alias(call)
    a, b = call.integer("dim0", 0) % rank, call.integer("dim1", 1) % rank
    order = list(range(rank))
    order[a], order[b] = b, a
    return [call.make("permute", call.tensor("self"), order=tuple(order))]


def reverse_axes(call: TorchCall) -> list[Operation]:
    """All axes in the other order; the last two alone where the operator says so."""
    rank = len(call.shape())
    kept = rank - 2 if call.target.endswith("mT.default") else 0
    order = (*range(kept), *range(rank - 1, kept - 1, -1))
    return [call.make("permute", call.tensor("self"), order=order)]


def slice_axis(call: TorchCall) -> list[Operation]:
    """Some places along an axis."""
    axis = call.integer("dim", 0) % len(call.shape())
    start = call.arguments.get("start")
    start = 0 if start is None else call.integer("start")
    extent = call.shape()[axis]
    start = min(max(start + extent if start < 0 else start, 0), extent)
    size = call.output_shape()[axis]
    options = {"axis": axis, "start": start, "step": call.integer("step", 1), "size": size}
    return [call.make("slice", call.tensor("self"), **options)]


def select(call: TorchCall) -> list[Operation]:
    """One place along an axis, which goes away."""
    rank = len(call.shape())
    axis = call.integer("dim") % rank
    start = call.integer("index") % call.shape()[axis]
    return [
        call.make("slice", call.tensor("self"), axis=axis, start=start, step=1, size=1, drop=True)
    ]


def split(call: TorchCall) -> list[Operation]:
    """chunk, split and unbind: one slice for each output."""
    axis, start, made = call.integer("dim", 0) % len(call.shape()), 0, []
    drop = "unbind" in call.target
    for output in call.outputs:
        size = 1 if drop else call.output_shape(output)[axis]
        options = {"axis": axis, "start": start, "step": 1, "size": size, "drop": drop}
        made.append(call.make_output(output, "slice", call.tensor("self"), **options))
        start += size
    return made


def concat(call: TorchCall) -> list[Operation]:
    """Tensors side by side."""
    names = call.arguments.get("tensors")
    if not isinstance(names, tuple) or not names:
        raise NotImportedError("no list of tensors")
    rank = len(call.output_shape())
    return [call.make("concat", *names, axis=call.integer("dim", 0) % rank)]


def stack(call: TorchCall) -> list[Operation]:
    """Tensors side by side along a new axis."""
    names = call.arguments.get("tensors")
    if not isinstance(names, tuple) or not names:
        raise NotImportedError("no list of tensors")
    rank = len(call.output_shape())
    return [call.make("stack", *names, axis=call.integer("dim", 0) % rank)]
