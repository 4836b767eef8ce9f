"""ONNX's LSTM, GRU and RNN, unrolled over a sequence whose length is known."""

from __future__ import annotations

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .onnx_calls import OnnxCall, OnnxTranslation
from .recurrences import CellKind, CellState, CellWeights, Unroller, rename_results

KINDS = {
    "LSTM": CellKind("lstm", (0, 2, 3, 1)),
    "GRU": CellKind("gru", (1, 0, 2)),
}
"""The cells with the places of their gates: ONNX has input, output, forget and cell, and update,
reset and hidden (onnx/docs/Operators.md)."""

USUAL = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}
STATES = {"LSTM": 2}
"""How many states a cell has, where it is not one."""


def recurrent(operator: str) -> OnnxTranslation:
    """LSTM, GRU and RNN with the usual activations, in one direction or in both."""

    def translate(call: OnnxCall) -> list[Operation]:
        directions = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
        ways = directions[call.word("direction", "forward")]
        kind = _find_kind(call, operator, len(ways))
        steps, samples, _ = call.shape()
        hidden = call.shape(2)[-1]
        unroller = Unroller(kind, samples, hidden, f"{call.node.outputs[0]}/", call.node.place)
        given = [_drop_zeros(call, 5 + k) for k in range(STATES.get(operator, 1))]
        x, runs, last = str(call.input(0)), list[list[CellState]](), list[CellState]()
        for way, backwards in enumerate(ways):
            first = CellState(
                *(None if n is None else unroller.take(f"state {way}", n, way) for n in given)
            )
            weights = _name_weights(call, way, hidden * len(kind.order))
            xs = [(x, (0, t)) for t in range(steps)]
            runs.append(unroller.run(xs, weights, first, backwards=backwards))
            last.append(runs[-1][0 if backwards else -1])
        return list(rename_results(unroller.operations, _stack(call, unroller, runs, last)))

    return translate


def _find_kind(call: OnnxCall, operator: str, ways: int) -> CellKind:
    """The kind of cell; NotImportedError where an option makes it another one."""
    if call.input(4) or call.input(7):
        raise NotImportedError("sequences of several lengths, or gates that see the memory")
    numbers = ("clip", "input_forget", "layout")
    if any(call.node.attributes.get(name) for name in numbers):
        raise NotImportedError(f"an option of {', '.join(numbers)}")
    said = [a.decode("ascii", "replace") for a in call.node.attributes.get("activations", ())]
    if operator == "RNN" and said == ["Relu"] * ways:
        return CellKind("relu")
    if said and said != USUAL[operator] * ways:
        raise NotImportedError(f"the activations {', '.join(said)[:80]}")
    if operator == "GRU" and not call.integer("linear_before_reset", 0):
        raise NotImportedError("a GRU whose reset comes before its product (linear_before_reset)")
    return KINDS.get(operator, CellKind("tanh"))


def _name_weights(call: OnnxCall, way: int, rows: int) -> CellWeights:
    """The weights of one direction: the first axis of each array has the directions."""
    bias = call.input(3)
    names = (call.input(1), call.input(2), bias, bias)
    return CellWeights(*names, lead=(str(way),), biases_at=(0, rows))


def _drop_zeros(call: OnnxCall, number: int) -> str | None:
    """The name of a state; None where it is left out, or a constant of zeros."""
    name = call.input(number)
    found = call.constants.get(name or "")
    return None if found is not None and not found.any() else name


def _stack(
    call: OnnxCall, unroller: Unroller, runs: list[list[CellState]], last: list[CellState]
) -> dict[str, str]:
    """The outputs that are asked for: all states, the last ones, the last memories."""
    size, names = (unroller.samples, unroller.hidden), {}
    ways, steps = len(runs), len(runs[0])
    several = (ways, *size)
    for k, outside in enumerate(call.node.outputs):
        if not outside:
            continue
        if k:
            ends = [s.memory if k > 1 else s.hidden for s in last]
            names[unroller.stack(f"last {k}", ends, 0, several)] = outside
            continue
        if ways == 1:
            states = [s.hidden for s in runs[0]]
            made = unroller.stack("states", states, 0, (steps, *size))
            whole = (steps, *several)
            names[unroller.make("directions", "reshape", (made,), whole, shape=whole)] = outside
            continue
        pairs = [
            unroller.stack(f"states {t}", [s.hidden for s in both], 0, several)
            for t, both in enumerate(zip(*runs, strict=True))
        ]
        names[unroller.stack("states", pairs, 0, (steps, *several))] = outside
    return names
