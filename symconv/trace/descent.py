"""Gradient descent in numbers: the loss at every step, and the weights it ends with."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sympy import Symbol

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text
from symconv.core.tensor import Tensor
from symconv.output.files import write_file
from symconv.semantics.run import run_program

from .input_tables import Values
from .numbers import ExactOrFloat, Number, check_numbers

if TYPE_CHECKING:
    from .record import Trace

MOST_STEPS = 1000
"""The most steps of gradient descent.

The first ones are exact where generated code takes the others.
"""

LONGEST = 10**40
"""Longer numbers go on as floats: 40 digits are more than a page shows."""

EXACT_STEPS = 20
"""How many steps are taken exactly where a generated module can take the others."""


@dataclass(frozen=True)
class DescentStep:
    """The loss before a step, and the weights that gave it."""

    loss: Number
    weights: Values


@dataclass(frozen=True)
class Descent:
    """w <- w - rate * dC/dw, step by step; the first stage is where it starts."""

    cost: str
    rate: Number
    stages: tuple[DescentStep, ...]

    @property
    def losses(self) -> tuple[Number, ...]:
        return tuple(stage.loss for stage in self.stages)

    @property
    def summary(self) -> str:
        """Whether the loss falls."""
        first, last = self.losses[0], self.losses[-1]
        if last < first:
            return "The loss falls."
        if last > first:
            sign = "a negative rate climbs" if self.rate < 0 else "the rate is too large"
            return f"The loss rises: {sign}."
        return "The loss does not change."


Train = Callable[[Values], Iterator[tuple[Number, Values]]]
"""From values to the loss and the weights before every step, in floating point."""


def descend(  # noqa: PLR0913, PLR0917 - a descent depends on exactly these
    program: Program,
    sizes: Mapping[Symbol, int],
    values: Values,
    weights: tuple[Tensor, ...],
    rate: Number,
    steps: int,
    train: Train | None = None,
) -> Descent:
    """So many steps of gradient descent on the parameters.

    The first ones are exact; `train` takes those that follow, and is not asked for fewer.
    """
    if not 0 < steps <= MOST_STEPS:
        raise SymconvError(f"{steps} steps cannot be taken", help=f"take 1 to {MOST_STEPS}")
    cost = program.tensor(program.output)
    if cost.role != "cost":
        raise SymconvError(
            "the network has no cost to descend on", help="end it with a loss, such as `sse y -> C`"
        )
    gradients = {t.key: f"gradient {t.key}" for t in weights}
    stages: list[DescentStep] = []
    computed = {e.key for e in program.equations}
    here: Values = {key: table for key, table in values.items() if key not in computed}
    exactly = min(steps, EXACT_STEPS) if train else steps
    for number in range(exactly + 1):
        with _stay_finite(number):
            found = run_program(
                program, sizes, here, ExactOrFloat(), wanted=[cost.key, *gradients.values()]
            )
            check_numbers(found[cost.key].values())
            stages.append(DescentStep(found[cost.key][0,], {t.key: here[t.key] for t in weights}))
            moved = {
                t.key: {
                    p: _limit_length(w - rate * found[gradients[t.key]][p])
                    for p, w in here[t.key].items()
                }
                for t in weights
            }
            here = here | moved
    if train and steps > exactly:
        for number, (loss, kept) in enumerate(islice(train(here), steps - exactly), exactly + 1):
            with _stay_finite(number):
                check_numbers([loss])
                stages.append(DescentStep(loss, kept))
    return Descent(cost.key, rate, tuple(stages))


@contextmanager
def _stay_finite(number: int) -> Iterator[None]:
    """Say after which step the loss has left the numbers; steps that are too wide lead there."""
    try:
        yield
    except (ArithmeticError, ValueError):
        raise SymconvError(
            f"after {number} steps the loss is beyond all numbers",
            help="take a smaller rate, or fewer steps",
        ) from None


def _limit_length(value: Number) -> Number:
    """The number itself, or a float where it is longer than `LONGEST`, above or below its line."""
    if isinstance(value, float):
        check_numbers([value])
        return value
    return float(value) if max(abs(value.numerator), value.denominator) > LONGEST else value


MOST_DOTS = 40
"""So many steps are drawn as dots; more would hide the line."""


def draw_losses(trace: Trace, form: str) -> bytes:
    """The picture of the losses, in a form such as png, svg or pdf."""
    if trace.descent is None:
        raise SymconvError("there are no steps to plot", help="ask for steps")
    try:
        figure_module: Any = importlib.import_module("matplotlib.figure")
    except ImportError:
        raise SymconvError(
            "matplotlib was not found, so nothing can be plotted", help="pip install matplotlib"
        ) from None
    figure = figure_module.Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    losses = [float(loss) for loss in trace.descent.losses]
    axes.plot(range(len(losses)), losses, marker="o" if len(losses) <= MOST_DOTS else None)
    axes.set(xlabel="step", ylabel=trace.descent.cost, ylim=(0, None))
    known = sorted(figure.canvas.get_supported_filetypes())
    if form not in known:
        raise SymconvError(
            f"a picture cannot be written as {quote_text(form)}", help=f"one of {', '.join(known)}"
        )
    drawn = BytesIO()
    figure.savefig(drawn, format=form)
    return drawn.getvalue()


def plot_losses(trace: Trace, path: Path, *, force: bool = True) -> None:
    """Write the picture to a file; its ending says in which form."""
    form = path.suffix.removeprefix(".").lower() or "png"
    write_file(path, draw_losses(trace, form), force=force)
