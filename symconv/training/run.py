"""One run: its settings, how far it came, and its steps, which depend on nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text

from .batches import Samples, list_batches, walk_chunks
from .checkpoint import Checkpoint, read_checkpoint
from .evaluate import count_right
from .optimizers import Arrays, Optimizer
from .trainable import Trainable

Array = NDArray[Any]
COSTS = "costs"
"""The array of a checkpoint that grows with the run."""


@dataclass(frozen=True)
class EpochRecord:
    """One epoch, counted from 1: the mean cost of its batches, and the share that is right.

    The accuracy is of the validation samples, and None without such or without classes.
    """

    epoch: int
    cost: float
    accuracy: float | None = None


@dataclass
class RunState:
    """How far a run came: what is trained and what is kept of it, in place, and the costs so far.

    `done` counts the batches of the epoch that is not over.
    """

    parameters: dict[str, Array]
    kept: dict[str, Arrays]
    costs: list[float]
    history: list[EpochRecord]
    done: int = 0

    @property
    def arrays(self) -> dict[str, Array]:
        """Everything that is trained or kept, by a name in a file."""
        named = {f"parameter {name}": w for name, w in self.parameters.items()}
        kept = {f"{kind} {n}": a for kind, some in self.kept.items() for n, a in some.items()}
        return named | kept

    def end_epoch(self, accuracy: float | None) -> None:
        """Note an epoch; all of its batches count the same."""
        mean = float(np.mean(self.costs[-self.done :]))
        self.history.append(EpochRecord(len(self.history) + 1, mean, accuracy))
        self.done = 0


@dataclass(frozen=True)
class Run:
    """The settings of a run, all that its numbers depend on but the number of epochs."""

    trained: Trainable
    samples: Samples
    optimizer: Optimizer
    batch: int
    seed: int
    whole: bool

    @property
    def batches(self) -> int:
        """How many batches an epoch has."""
        rest = 0 if self.whole else self.batch - 1
        return (self.samples.count + rest) // self.batch

    def begin(self, parameters: Mapping[str, Any] | None) -> RunState:
        """The state before the first batch; the caller's arrays stay as they are."""
        if parameters is None:
            first = self.trained.initial(self.seed, self.samples.kind)
        else:
            first = {name: np.array(w) for name, w in parameters.items()}
        for name, w in first.items():
            if w.dtype.kind != "f" or not np.isfinite(w).all():
                raise SymconvError(f"the parameter {name} holds {w.dtype}, or is not finite")
        kept = {
            kind: {name: np.zeros_like(w) for name, w in first.items()}
            for kind in self.optimizer.kinds
        }
        return RunState(first, kept, [], [])

    def take_batches(self, state: RunState, epochs: int) -> Iterator[int]:
        """Train until so many epochs are over; answers after each batch how many its epoch had."""
        while len(state.history) < epochs:
            epoch = len(state.history)
            order = list_batches(self.samples.count, self.batch, self.seed, epoch, whole=self.whole)
            for places in order[state.done :]:
                self._update(state, places)
                state.done += 1
                yield state.done
            if state.done:
                raise ValueError("an epoch was not ended")

    def _update(self, state: RunState, places: NDArray[np.integer[Any]]) -> None:
        """One batch."""
        kind = next(iter(state.parameters.values())).dtype
        batch = self.samples.take(places, kind)
        cost, gradients = self.trained.differentiate(batch, state.parameters)
        where = f"in epoch {len(state.history) + 1}, batch {state.done + 1}"
        if not np.isfinite(cost):
            raise SymconvError(
                f"the cost is {cost} {where}",
                help="a smaller rate, samples of a smaller scale, or labels that are classes",
            )
        state.costs.append(cost)
        for name, g in gradients.items():
            if not np.isfinite(g).all():
                raise SymconvError(f"the gradient by {name} is not finite {where}")
            kept = {k: some[name] for k, some in state.kept.items()}
            self.optimizer.update(state.parameters[name], g, kept, len(state.costs))

    def measure(self, tested: Samples | None, parameters: Mapping[str, Array]) -> float | None:
        """The share of these samples whose class is predicted; None where there are no classes."""
        target = self.trained.target
        if tested is None or target is None:
            return None
        kind, right = next(iter(parameters.values())).dtype, 0
        for places, new in walk_chunks(tested.count, self.batch, whole=self.whole):
            batch = tested.take(places, kind)
            found = self.trained.predict(batch, parameters)[:new]
            counted = count_right(found, batch[target][:new])
            if counted is None:
                return None
            right += counted
        return right / tested.count

    @property
    def settings(self) -> dict[str, Any]:
        """What must be the same where a run goes on."""
        return {
            "optimizer": repr(self.optimizer),
            "batch": self.batch,
            "seed": self.seed,
            "whole batches": self.whole,
            "samples": self.samples.fingerprint,
        }

    def store(self, state: RunState) -> Checkpoint:
        """The state as a file holds it."""
        record = {
            "settings": self.settings,
            "history": [list(asdict(e).values()) for e in state.history],
            "done": state.done,
        }
        return Checkpoint({**state.arrays, COSTS: np.array(state.costs)}, record)

    def go_on(self, path: Path, begun: RunState) -> RunState:
        """The state of a file, in the place of one that has just begun."""
        found = read_checkpoint(path, begun.arrays, COSTS)
        name, record = quote_text(path.name), found.record
        costs = found.arrays[COSTS].tolist()
        if not self._is_record(record, len(costs)):
            raise SymconvError(f"{name} is no checkpoint: it does not say how far a run came")
        for setting, wanted in self.settings.items():
            given = record["settings"].get(setting)
            if given != wanted:
                raise SymconvError(
                    f"{name} is the checkpoint of another run: {setting} {given}, not {wanted}",
                    help="name another file, or remove this one",
                )
        if len(costs) != len(record["history"]) * self.batches + record["done"]:
            raise SymconvError(f"{name} is no checkpoint: {len(costs)} batches are not its epochs")
        for key, array in begun.arrays.items():
            array[...] = found.arrays[key]
        begun.costs += costs
        begun.history += [EpochRecord(*row) for row in record["history"]]
        begun.done = record["done"]
        return begun

    def _is_record(self, record: Any, costs: int) -> bool:
        """Whether what a file says of a run has the form that `store` gives it."""
        match record:
            case {"settings": dict(), "history": list(rows), "done": int(done)}:
                fits = all(
                    isinstance(row, list)
                    and list(map(type, row[:2])) == [int, float]
                    and (row[2:] == [None] or list(map(type, row[2:])) == [float])
                    for row in rows
                )
                return fits and 0 <= done <= costs
        return False
