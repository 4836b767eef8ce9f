"""Recurrent cells, one step at a time: gates, the memory, the state, and all states side by side.

Each is an equation of its own; the frontends unroll what runs over a sequence.
"""

from __future__ import annotations

from symconv.importers.graph.records import Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

from .writer import StageWriter, Written

Operand = str | float | None


def write_gates(writer: StageWriter, operation: Operation) -> Written:
    """`z[n,c] = sum(i) W[c,i] x[n,0,i] + sum(j) V[c,j] h[n,j] + b[c]`, what all gates get.

    The inputs are x, W, its bias, h, V and its bias, of which h is left out where it is zero. x may
    be a sequence that is read at one place along an axis. The options `lead` are places before the
    axes of weights, and `biases_at` how far into the biases their numbers begin.
    """
    x, kernel, bias, h, recurrent, recurrent_bias = operation.inputs
    option = operation.options
    row, column, *summed = writer.letters(4)
    terms = []
    for name in operation.inputs[1:3] + operation.inputs[4:]:
        _show_whole(writer, name, operation)
    if x is not None:
        place = [row, summed[0]]
        if option["time"] is not None:
            place.insert(option["axis"], str(option["time"]))
        terms.append(_weigh(writer, kernel, (x, place), (column, summed[0]), operation))
    if h is not None:
        terms.append(
            _weigh(writer, recurrent, (h, [row, summed[1]]), (column, summed[1]), operation)
        )
    pairs = zip((bias, recurrent_bias), option["biases_at"], strict=True)
    for name, start in ((n, s) for n, s in pairs if n is not None):
        terms.append(
            writer.entry(name, [*option["lead"], f"{column}+{start}" if start else column])
        )
    shape: Shape = (option["samples"], option["gates"])
    ranges = {column: shape[1]} | ({row: shape[0]} if x is None and h is None else {})
    if not terms:
        raise NotImportedError("gates that get nothing")
    return writer.equate(" + ".join(terms), [row, column], shape, ranges, letter="z")


def _show_whole(writer: StageWriter, name: Operand, operation: Operation) -> None:
    """Let an array of which the gates read a part be a value: a part does not tell its size."""
    if not isinstance(name, str) or name not in writer.graph.arrays:
        return
    shape, option = writer.shape_of(name), operation.options
    several = bool(option["lead"]) and shape[0] > 1
    if several or (len(shape) == 1 + len(option["lead"]) and shape[-1] != option["gates"]):
        writer.value(name)


def _weigh(
    writer: StageWriter,
    weight: Operand,
    read: tuple[Operand, list[str]],
    letters: tuple[str, str],
    operation: Operation,
) -> str:
    """`sum(i) W[c,i] x[n,i]`; `read` is a value and its places."""
    name, places = read
    order = letters[::-1] if operation.options.get("transposed") else letters
    value = writer.value(name)
    entry = f"{writer.name_of(value)}[{','.join(places)}]"
    return (
        f"sum({letters[1]}) {writer.entry(weight, [*operation.options['lead'], *order])} * {entry}"
    )


def write_lstm_memory(writer: StageWriter, operation: Operation) -> Written:
    """`u[n,i] = sigmoid(forget) u[n,i] + sigmoid(input) tanh(cell)`, of one step before.

    Where the memory is left out it is zero.
    """
    gates, memory = operation.inputs
    row, unit = writer.letters(2)
    inward, forget, cell, _ = _read_gates(writer, gates, operation)
    right = f"sigmoid({inward}) * tanh({cell})"
    if memory is not None:
        before = f"{writer.name_of(writer.value(memory))}[{row},{unit}]"
        right = f"sigmoid({forget}) * {before} + {right}"
    return _make_state(writer, right, operation, "u")


def write_lstm_state(writer: StageWriter, operation: Operation) -> Written:
    """`h[n,i] = sigmoid(output) tanh(u[n,i])`."""
    gates, memory = operation.inputs
    row, unit = writer.letters(2)
    *_, outward = _read_gates(writer, gates, operation)
    read = f"{writer.name_of(writer.value(memory))}[{row},{unit}]"
    return _make_state(writer, f"sigmoid({outward}) * tanh({read})", operation, "h")


def write_gru_state(writer: StageWriter, operation: Operation) -> Written:
    """`h[n,i] = (1 - sigmoid(update)) a[n,i] + sigmoid(update) h[n,i]`, with the new content a.

    a is `tanh(q + sigmoid(reset) r)`, where q is what it gets of the input, and r of the state
    before. Where that is left out it is zero.
    """
    inner, recurrent, state = operation.inputs
    row, unit = writer.letters(2)
    reset, update, content = _read_gates(writer, inner, operation)
    reset_too, update_too, content_too = _read_gates(writer, recurrent, operation)
    right = f"tanh({content} + sigmoid({reset} + {reset_too}) * {content_too})"
    share = f"sigmoid({update} + {update_too})"
    before = None if state is None else writer.value(state)
    new = _make_state(writer, right, operation, "a")
    right = f"(1 - {share}) * {writer.name_of(new)}[{row},{unit}]"
    if before is not None:
        right += f" + {share} * {writer.name_of(before)}[{row},{unit}]"
    return _make_state(writer, right, operation, "h")


def _read_gates(writer: StageWriter, name: Operand, operation: Operation) -> list[str]:
    """The entries of the gates of one unit, in the order in which the formulas have them."""
    row, unit = writer.letters(2)
    value, size = writer.name_of(writer.value(name)), operation.options["hidden"]
    starts = [k * size for k in operation.options["order"]]
    return [f"{value}[{row},{f'{unit}+{s}' if s else unit}]" for s in starts]


def _make_state(writer: StageWriter, right: str, operation: Operation, letter: str) -> Written:
    shape = (operation.options["samples"], operation.options["hidden"])
    places = writer.letters(2)
    return writer.equate(right, places, shape, {places[1]: shape[1]}, letter=letter)


def write_stack(writer: StageWriter, operation: Operation) -> Written:
    """`y[n,c,i] = h^1[n,i] [c = 0] + h^2[n,i] [c = 1]`: values side by side along a new axis."""
    axis, names = operation.options["axis"], operation.inputs
    values = [writer.value(n) for n in names]
    shape = values[0].shape
    if any(v.shape != shape for v in values):
        raise NotImportedError("values of several shapes in one stack")
    places = writer.letters(len(shape) + 1)
    here = places[:axis] + places[axis + 1 :]
    terms = [
        f"{writer.name_of(v)}[{','.join(here)}] [{places[axis]} = {k}]"
        for k, v in enumerate(values)
    ]
    whole = (*shape[:axis], len(names), *shape[axis:])
    return writer.equate(" + ".join(terms), places, whole, {places[axis]: len(names)})
