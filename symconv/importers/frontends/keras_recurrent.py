"""Keras' LSTM, GRU and SimpleRNN, unrolled over a sequence whose length is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symconv.importers.graph.records import Shape
from symconv.importers.graph.refusals import NotImportedError

from .keras_calls import KerasCall, KerasValue
from .recurrences import CellKind, CellState, CellWeights, Unroller

KINDS = {
    "LSTM": CellKind("lstm", (0, 1, 2, 3)),
    "GRU": CellKind("gru", (1, 0, 2)),
    "tanh": CellKind("tanh"),
    "relu": CellKind("relu"),
}
"""The cells with the places of their gates: Keras has input, forget, cell and output, and update,
reset and content."""

USUAL: dict[str, Any] = {"recurrent_activation": "sigmoid", "go_backwards": False}
USUAL |= {"stateful": False, "time_major": False, "reset_after": True}
USUAL |= {"dropout": 0.0, "recurrent_dropout": 0.0, "return_state": False}
"""Options of which another value is another layer."""


def recurrent(layer: str) -> Callable[[KerasCall, list[KerasValue]], KerasValue]:
    """LSTM, GRU or SimpleRNN: all states along the sequence, or the last one."""

    def translate(call: KerasCall, given: list[KerasValue]) -> KerasValue:
        (x,) = given
        call.expect(**USUAL)
        kind = _find_kind(call, layer)
        samples, steps, features = x.shape
        hidden = call.integer("units", 0)
        unroller = Unroller(kind, samples, hidden, call.name, call.place)
        weights = _store_weights(call, unroller, features)
        xs = [(x.name, (1, t)) for t in range(steps)]
        states = unroller.run(xs, weights, CellState(None))
        shape: Shape = (samples, hidden)
        name = states[-1].hidden
        if call.config.get("return_sequences", False):
            shape = (samples, steps, hidden)
            name = unroller.stack("all states", [s.hidden for s in states], 1, shape)
        call.made += unroller.operations
        return KerasValue(str(name), shape)

    return translate


def _find_kind(call: KerasCall, layer: str) -> CellKind:
    """The cell of a layer; NotImportedError where its activation is another one."""
    activation = call.config.get("activation", "tanh")
    if layer != "SimpleRNN":
        call.expect(activation="tanh")
        return KINDS[layer]
    if activation not in {"tanh", "relu"}:
        raise NotImportedError(f"its option activation = {str(activation)[:40]}")
    return KINDS[activation]


def _store_weights(call: KerasCall, unroller: Unroller, features: int) -> CellWeights:
    """The weights as Keras has them, inputs before gates; a GRU has two rows of biases."""
    hidden, gates = unroller.hidden, unroller.hidden * len(unroller.kind.order)
    kernel = call.store(0, (features, gates), "kernel")
    recurrent_kernel = call.store(1, (hidden, gates), "recurrent_kernel")
    biases: list[str | None] = [None, None]
    if call.config.get("use_bias", True):
        two = unroller.kind.function == "gru"
        bias = call.store(2, (2, gates) if two else (gates,), "bias")
        biases = [_take_row(unroller, bias, k, gates) for k in (0, 1)] if two else [bias, None]
    return CellWeights(kernel, recurrent_kernel, biases[0], biases[1], transposed=True)


def _take_row(unroller: Unroller, bias: str, row: int, gates: int) -> str:
    options = {"axis": 0, "start": row, "step": 1, "size": 1, "drop": True}
    return unroller.make(f"bias {row}", "slice", (bias,), (gates,), **options)
