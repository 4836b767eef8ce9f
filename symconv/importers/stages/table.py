"""Which layer, or which equation, stands for each kind of operation; and the whole text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symconv.importers.graph.records import ModelGraph, ModelInput, Operation
from symconv.importers.graph.refusals import NotImportedError, Refusals, quote_name

from .arithmetic import (
    write_binary,
    write_maximum,
    write_pointwise,
    write_reduction,
    write_softmax,
)
from .costs import CLASSES, COSTS, write_cost, write_embedding
from .labels import find_views_of_labels
from .masks import write_dropout
from .norms import write_norm, write_scaled_norm
from .products import write_attention, write_linear, write_matmul
from .recurrent import (
    write_gates,
    write_gru_state,
    write_lstm_memory,
    write_lstm_state,
    write_stack,
)
from .signals import allow_signals
from .views import (
    write_alias,
    write_concat,
    write_expand,
    write_permute,
    write_reshape,
    write_slice,
)
from .windows import (
    write_conv,
    write_global_pool,
    write_pad,
    write_pool,
    write_transposed_conv,
    write_upsample,
)
from .writer import StageWriter, Written

Writer = Callable[[StageWriter, Operation], Written]

WRITERS: Mapping[str, Writer] = {
    "conv": allow_signals(write_conv),
    "conv_transpose": allow_signals(write_transposed_conv),
    "max_pool": allow_signals(write_pool),
    "avg_pool": allow_signals(write_pool),
    "global_pool": write_global_pool,
    "pad": allow_signals(write_pad),
    "upsample": allow_signals(write_upsample),
    "linear": write_linear,
    "matmul": write_matmul,
    "attention": write_attention,
    "pointwise": write_pointwise,
    **dict.fromkeys(("add", "sub", "mul", "div"), write_binary),
    **dict.fromkeys(("maximum", "minimum"), write_maximum),
    "reduce": write_reduction,
    **dict.fromkeys(("softmax", "log_softmax"), write_softmax),
    **dict.fromkeys(("batchnorm", "layernorm", "groupnorm", "instancenorm", "rmsnorm"), write_norm),
    "scaled_norm": write_scaled_norm,
    **dict.fromkeys(COSTS, write_cost),
    "dropout": write_dropout,
    "embedding": write_embedding,
    "alias": write_alias,
    "reshape": write_reshape,
    "expand": write_expand,
    "permute": write_permute,
    "slice": write_slice,
    "concat": write_concat,
    "stack": write_stack,
    "gates": write_gates,
    "lstm_memory": write_lstm_memory,
    "lstm_state": write_lstm_state,
    "gru_state": write_gru_state,
}
"""The table from operations to layers."""


def write_stages(graph: ModelGraph, refusals: Refusals) -> StageWriter:
    """The stages of a model; what cannot be written is gathered, and goes on by its shape."""
    writer = StageWriter(graph)
    views = find_views_of_labels(graph)
    writer.whole = {*views, *(i.name for i in graph.inputs if i.whole)}
    for given in graph.inputs:
        with refusals.at(f"the input {quote_name(given.name.removeprefix('%'))}"):
            _write_input(writer, given, views)
    for operation in graph.operations:
        _write_operation(writer, operation, refusals)
    return writer


def _write_input(writer: StageWriter, given: ModelInput, views: Mapping[str, Operation]) -> None:
    """An input as a stage; a target that is read once is declared by its cost."""
    uses = [o for o in writer.graph.operations for n in o.reads if n == given.name]
    target = all(o.kind in COSTS and o.inputs[1] == given.name for o in uses)
    if target and len(uses) == 1:
        return
    labels = [o for o in uses if o.output not in views]
    if given.whole and all(o.kind in CLASSES and o.inputs[1] == given.name for o in labels):
        writer.give_constant(given.name, given.shape)
        return
    if given.whole and any(o.kind not in {"embedding", "refused", *CLASSES} for o in labels):
        raise NotImportedError("whole numbers that are neither labels nor rows of a table")
    writer.give_value(given.name, given.shape)


def _write_operation(writer: StageWriter, operation: Operation, refusals: Refusals) -> None:
    """One operation, and its value under the name that the model gives it."""
    made: Written | None = None
    with refusals.at(operation.place):
        if operation.kind not in WRITERS:
            raise NotImportedError(str(operation.options.get("reason", "there is no such layer")))
        # What depends on a value that was refused is not looked at.
        if any(_is_unknown(n, writer, operation) for n in operation.reads):
            return
        _check_whole(writer, operation)
        made = WRITERS[operation.kind](writer, operation)
        if operation.shape is not None and made.shape != operation.shape:
            raise NotImportedError(f"it gives {made.shape}, where the model says {operation.shape}")
    if made is None and operation.shape is not None:
        # What depends on it is judged as if it were an image: its own refusal has been said.
        space = max(0, len(operation.shape) - 2)
        made = Written("y", 0, operation.shape, space, batch=True)
    if made is not None:
        writer.values[operation.output] = made


def _check_whole(writer: StageWriter, operation: Operation) -> None:
    """NotImportedError where labels that were moved about are read as numbers."""
    for place, name in enumerate(operation.inputs):
        moved = name in writer.whole and all(name != i.name for i in writer.graph.inputs)
        as_labels = operation.kind in CLASSES and place == 1
        if moved and not as_labels and operation.output not in writer.whole:
            raise NotImportedError("whole numbers that are neither labels nor rows of a table")


def _is_unknown(name: str, writer: StageWriter, operation: Operation) -> bool:
    target = operation.kind in COSTS and name == operation.inputs[1]
    return not target and name not in writer.values and name not in writer.graph.arrays
