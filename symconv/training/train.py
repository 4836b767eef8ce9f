"""Training: shuffled batches, updates, checkpoints from which a run goes on bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text

from .batches import name_samples
from .optimizers import Adam, Optimizer
from .progress import open_progress
from .run import EpochRecord, Run
from .trainable import Trainable

Array = NDArray[Any]


@dataclass(frozen=True)
class Trained:
    """The parameters by name, a record an epoch, and the cost of every batch before its update."""

    parameters: dict[str, Array]
    history: tuple[EpochRecord, ...]
    costs: NDArray[np.float64]


def train(  # noqa: PLR0913 - a run has the settings it has, each by name
    module: Any,
    data: Any,
    *,
    epochs: int,
    optimizer: Optimizer | None = None,
    batch: int = 32,
    seed: int = 0,
    validation: Any = None,
    parameters: Mapping[str, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    whole_batches: bool = False,
    checkpoint: str | Path | None = None,
    every: int | None = None,
    progress: bool | None = None,
) -> Trained:
    """Train a generated module of any style, `net.compile(style)` or the module itself.

    `data` are the arrays of the call of `cost_and_gradients` in its order, such as (images,
    labels), or by name; their first axes run over the samples, and memory-mapped files are read
    batch by batch. The `optimizer` is Adam() where none is named. `validation` are such arrays that
    are only predicted. It begins with `parameters`, or with those of `initial(seed)` in the type of
    the floats of the data; `constants` are passed at every call by name, as class weights are.
    With `whole_batches` a last batch of fewer samples is left out, for modules of a fixed batch.

    A `checkpoint` is written after every epoch, and after `every` so many batches; where the file
    is there, the run goes on from it, and ends in the same bytes as one that was never stopped.
    `progress` is shown with rich on a terminal; True asks for it anywhere, False for none.

    SymconvError, in one line, where arrays do not fit, hold NaN or infinity, where the checkpoint
    is of another run, and where the cost is not finite any more.
    """
    trained = Trainable(getattr(module, "module", module), constants or {})
    samples = name_samples(data, trained.samples, "the data")
    _check_numbers(epochs=epochs, batch=batch, every=1 if every is None else every)
    _check_settings(seed, optimizer)
    if every is not None and checkpoint is None:
        raise SymconvError(
            f"every is {every}, and there is no checkpoint to write so often",
            help='name its file, as in checkpoint="run.npz"',
        )
    if whole_batches and samples.count < batch:
        raise SymconvError(f"{samples.count} samples fill no batch of {batch}")
    tested = None
    if validation is not None:
        tested = name_samples(validation, trained.samples, "the validation")
    run = Run(trained, samples, optimizer or Adam(), batch, seed, whole_batches)
    state = run.begin(parameters)
    path = None if checkpoint is None else Path(checkpoint)
    if path is not None and path.exists():
        state = run.go_on(path, state)
    with open_progress(epochs, run.batches, progress) as show:
        for done in run.take_batches(state, epochs):
            if done == run.batches:
                state.end_epoch(run.measure(tested, state.parameters))
            show(state.history, done, state.costs[-1])
            if path is not None and (done == run.batches or (every and done % every == 0)):
                run.store(state).write(path)
    return Trained(state.parameters, tuple(state.history), np.array(state.costs))


def _check_numbers(**numbers: int) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer) or number < 1:
            raise SymconvError(f"{name} is {number!r}, and must be a whole number above 0")


def _check_settings(seed: object, optimizer: object) -> None:
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise SymconvError(f"seed is {seed!r}, and must be a whole number, 0 or above")
    # A class has what its objects have, so that it would be found out late.
    if optimizer is not None and (isinstance(optimizer, type) or not hasattr(optimizer, "update")):
        said = optimizer.__name__ if isinstance(optimizer, type) else str(optimizer)
        raise SymconvError(
            f"the optimizer is {quote_text(said)}, which updates nothing",
            help="symconv.Adam(0.001), or symconv.SGD(0.01)",
        )
