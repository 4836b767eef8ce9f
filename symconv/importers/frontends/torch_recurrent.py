"""ATen's recurrent cells and layers, unrolled over the steps of the example."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.importers.graph.records import Operation
from symconv.importers.graph.refusals import NotImportedError

from .recurrences import CellKind, CellState, CellWeights, Unroller, rename_results
from .torch_calls import TorchCall, TorchName, Translation

KINDS = {
    "lstm": CellKind("lstm", (0, 1, 2, 3)),
    "gru": CellKind("gru", (0, 1, 2)),
    "rnn_tanh": CellKind("tanh"),
    "rnn_relu": CellKind("relu"),
}
"""The cells with the order of their gates, as torch's documentation has them."""


def cell(kind: str) -> Translation:
    """lstm_cell, gru_cell, rnn_tanh_cell and rnn_relu_cell: one step."""

    def translate(call: TorchCall) -> list[Operation]:
        samples, hidden = call.output_shape()
        unroller = Unroller(KINDS[kind], samples, hidden, f"%{call.outputs[0]}", call.place)
        names = [call.tensor(n) for n in ("w_ih", "w_hh", "b_ih", "b_hh")]
        weights = _name_weights(call, names)
        state = CellState(*(_drop_zeros(call, n) for n in _read_states(call, kind)))
        made = unroller.step(_need(call, "input"), weights, state)
        results = (made.hidden, made.memory)
        pairs = zip(results, call.outputs, strict=False)
        return list(
            rename_results(
                unroller.operations, {str(m): f"%{o}" for m, o in pairs if m is not None}
            )
        )

    return translate


def layer(kind: str) -> Translation:
    """lstm, gru, rnn_tanh and rnn_relu: layers of cells, forwards or in both directions."""

    def translate(call: TorchCall) -> list[Operation]:
        if call.tensor("input") is None or "data" in call.arguments:
            raise NotImportedError("a packed sequence")
        if call.flag("train") and call.number("dropout", 0) and call.integer("num_layers") > 1:
            raise NotImportedError("dropout in training between recurrent layers")
        axis = 1 if call.flag("batch_first") else 0
        directions = 2 if call.flag("bidirectional") else 1
        shape, source = call.shape("input"), _need(call, "input")
        count, samples = call.integer("num_layers"), shape[1 - axis]
        wide = call.output_shape()[-1]
        unroller = Unroller(
            KINDS[kind], samples, wide // directions, f"%{call.outputs[0]}", call.place
        )
        params = _read_params(call, count * directions)
        given = [_drop_zeros(call, n) for n in _read_states(call, kind)]
        steps: list[tuple[str, tuple[int, int] | None]]
        steps = [(source, (axis, t)) for t in range(shape[axis])]
        last, width = list[CellState](), shape[-1]
        for number in range(count):
            runs = []
            for way in range(directions):
                k = number * directions + way
                first = CellState(
                    *(None if n is None else unroller.take(f"state {k}", n, k) for n in given)
                )
                runs.append(unroller.run(steps, params[k], first, backwards=bool(way)))
                last.append(runs[-1][0 if way else -1])
            joined = [
                s[0].hidden if directions == 1 else unroller.join([str(c.hidden) for c in s])
                for s in zip(*runs, strict=True)
            ]
            steps, width = [(str(name), None) for name in joined], wide
        results = {
            unroller.stack("all states", [n for n, _ in steps], axis, (*shape[:2], width)): 0
        }
        ends = (count * directions, samples, unroller.hidden)
        hidden = [c.hidden for c in last]
        results[unroller.stack("last states", hidden, 0, ends)] = 1
        if kind == "lstm":
            results[unroller.stack("last memories", [c.memory for c in last], 0, ends)] = 2
        named = {made: f"%{call.outputs[k]}" for made, k in results.items()}
        return list(rename_results(unroller.operations, named))

    return translate


def _read_states(call: TorchCall, kind: str) -> tuple[TorchName, ...]:
    """The initial state, and that of the memory of an LSTM."""
    found = call.arguments.get("hx")
    several = found if isinstance(found, tuple) else (found,)
    if len(several) != (2 if kind == "lstm" else 1) or not all(
        isinstance(n, TorchName) for n in several
    ):
        raise NotImportedError("states that are not as many as its cell has")
    return several


def _read_params(call: TorchCall, count: int) -> list[CellWeights]:
    """The weights of every layer and direction, one after the other."""
    names = call.arguments.get("params")
    each = 4 if call.flag("has_biases") else 2
    if not isinstance(names, tuple) or len(names) != each * count:
        raise NotImportedError("weights of another number, as with projections")
    return [_name_weights(call, names[k : k + each]) for k in range(0, len(names), each)]


def _name_weights(call: TorchCall, names: Sequence[TorchName | None]) -> CellWeights:
    """The weights of a cell, and its biases, of which either may be left out."""
    found = [_drop_zeros(call, n) for n in names] + [None, None]
    return CellWeights(found[0], found[1], found[2], found[3])


def _drop_zeros(call: TorchCall, name: TorchName | None) -> str | None:
    """The name of a tensor; None where it is left out, or known to be zero."""
    if name is None:
        return None
    stored = call.arrays.get(name)
    zero = stored is not None and not stored.trained and not stored.values.any()
    return None if zero else str(name)


def _need(call: TorchCall, name: str) -> str:
    found = call.tensor(name)
    if found is None:
        raise NotImportedError(f"its argument '{name}' is no tensor")
    return str(found)
