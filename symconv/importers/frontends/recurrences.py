"""Recurrent layers over a sequence whose length is known, as operations of one step each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from symconv.importers.graph.records import Operation, Shape
from symconv.importers.graph.refusals import NotImportedError

Name = str | None

MOST_STEPS = 64
"""The most steps that are unrolled: each is two or three equations, and a text of more is no longer
read by anybody."""


MOST_OPERATIONS = 4 * MOST_STEPS * 8
"""The most operations of one layer: four a step, in four layers and two directions."""


@dataclass(frozen=True)
class CellKind:
    """A kind of cell: its function and where its gates stand among the rows of the weights.

    `order` has the place of each gate: of an LSTM those of input, forget, cell and output, of a GRU
    those of reset, update and content.
    """

    function: str
    order: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class CellWeights:
    """The weights of one cell by their names; `lead` and `biases_at` as `stages/recurrent.py`."""

    kernel: Name
    recurrent: Name
    bias: Name = None
    recurrent_bias: Name = None
    lead: tuple[str, ...] = ()
    biases_at: tuple[int, int] = (0, 0)
    transposed: bool = False


@dataclass(frozen=True)
class CellState:
    """What a step hands on; what is left out is zero."""

    hidden: Name
    memory: Name = None


@dataclass
class Unroller:
    """Makes the operations of cells; `place` says where the layer stands, `prefix` names values."""

    kind: CellKind
    samples: int
    hidden: int
    prefix: str
    place: str
    operations: list[Operation] = field(default_factory=list)

    def make(
        self, name: str, kind: str, inputs: Sequence[Name], shape: Shape, /, **options: Any
    ) -> str:
        """One operation; the name of its value."""
        if len(self.operations) > MOST_OPERATIONS:
            raise NotImportedError(f"more than {MOST_OPERATIONS:,} operations where it is unrolled")
        full = f"{self.prefix}/{len(self.operations)} {name}"
        options |= {"samples": self.samples, "hidden": self.hidden, "order": self.kind.order}
        self.operations.append(Operation(kind, tuple(inputs), full, self.place, options, shape))
        return full

    def step(
        self, x: str, weights: CellWeights, state: CellState, at: tuple[int, int] | None = None
    ) -> CellState:
        """The next state of a cell; `at` is an axis of x and the place along it."""
        axis, time = at or (0, None)
        common: dict[str, Any] = {"lead": weights.lead, "transposed": weights.transposed}
        common |= {"gates": self.hidden * len(self.kind.order), "axis": axis, "time": time}
        gates_shape, shape = (self.samples, common["gates"]), (self.samples, self.hidden)
        inward = (x, weights.kernel, weights.bias)
        back = (state.hidden, weights.recurrent, weights.recurrent_bias)
        if self.kind.function == "gru":
            made = list[Name]()
            for name, inputs, start in (
                ("from the input", (*inward, None, None, None), (weights.biases_at[0], 0)),
                ("from the state", (None, None, None, *back), (0, weights.biases_at[1])),
            ):
                made.append(
                    self.make(name, "gates", inputs, gates_shape, biases_at=start, **common)
                )
            return CellState(self.make("state", "gru_state", (*made, state.hidden), shape))
        together = dict(common, biases_at=weights.biases_at)
        gates = self.make("gates", "gates", (*inward, *back), gates_shape, **together)
        if self.kind.function != "lstm":
            function = self.kind.function
            return CellState(self.make("state", "pointwise", (gates,), shape, function=function))
        memory = self.make("memory", "lstm_memory", (gates, state.memory), shape)
        return CellState(self.make("state", "lstm_state", (gates, memory), shape), memory)

    def run(
        self,
        xs: Sequence[tuple[str, tuple[int, int] | None]],
        weights: CellWeights,
        state: CellState,
        *,
        backwards: bool = False,
    ) -> list[CellState]:
        """The states behind every step, in the order of the sequence."""
        if len(xs) > MOST_STEPS:
            raise NotImportedError(f"{len(xs)} steps: {MOST_STEPS} at most are unrolled")
        states = []
        for x, at in reversed(xs) if backwards else xs:
            state = self.step(x, weights, state, at)
            states.append(state)
        return states[::-1] if backwards else states

    def stack(self, name: str, values: Sequence[Name], axis: int, shape: Shape) -> str:
        """Values side by side along a new axis."""
        return self.make(name, "stack", values, shape, axis=axis)

    def take(self, name: str, source: str, number: int) -> str:
        """One place along the first axis."""
        options = {"axis": 0, "start": number, "step": 1, "size": 1, "drop": True}
        return self.make(name, "slice", (source,), (self.samples, self.hidden), **options)

    def join(self, names: Sequence[str]) -> str:
        """The states of two directions, one behind the other."""
        shape = (self.samples, self.hidden * len(names))
        return self.make("both directions", "concat", names, shape, axis=1)


def rename_results(operations: Sequence[Operation], names: dict[str, str]) -> Iterator[Operation]:
    """The operations, and for each of the results an alias with the name that it has outside."""
    yield from operations
    shapes = {o.output: o for o in operations}
    for made, name in names.items():
        yield replace(shapes[made], kind="alias", inputs=(made,), output=name, options={})
