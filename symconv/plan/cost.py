"""What a form of a contraction costs: multiplications, and numbers copied on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Integer

from .contraction import Contraction
from .strategy import Form

Pair = tuple[int, int]


@dataclass(frozen=True)
class Cost:
    """Multiplications and the numbers held in between, as expressions of the batch."""

    multiplications: Expr
    temporaries: Expr


def cost(made: Contraction, form: Form, phases: Pair = (1, 1)) -> Cost:
    """The cost of computing one of the three tensors of a contraction."""
    return FORMS[form](made, phases)


def _field(made: Contraction, phases: Pair) -> Pair:
    """s (phases - 1) + taps: what a block of phases sees along each axis."""
    first, second = (a.stride * (q - 1) + a.taps for a, q in zip(made.axes, phases, strict=True))
    return first, second


def _blocks(made: Contraction, phases: Pair) -> Pair:
    first, second = (a.places // q for a, q in zip(made.axes, phases, strict=True))
    return first, second


def _batch_last(made: Contraction, phases: Pair) -> Cost:
    """Fields of blocks times filters of all phases; rows are copied once a block."""
    (high, wide), (rows, columns) = _field(made, phases), _blocks(made, phases)
    width = made.axes[1].stride * phases[1] * (columns - 1) + wide
    outputs = made.filters * phases[0] * phases[1]
    work = made.batch * rows * columns * high * wide * made.channels * outputs
    copied = made.batch * rows * width * high * made.channels
    return Cost(work, copied + made.batch * rows * columns * outputs)


def _columns(made: Contraction, phases: Pair) -> Cost:
    """No multiplication too many; the windows of one image are held at a time."""
    del phases
    first, second = made.axes
    held = made.channels * first.taps * second.taps * first.places * second.places
    return Cost(made.multiplications, Integer(held))


def _gathered(made: Contraction, phases: Pair) -> Cost:
    """No multiplication too many; the windows of all images are held."""
    held = _columns(made, phases)
    return Cost(held.multiplications, made.batch * held.temporaries)


def _matrix(made: Contraction, phases: Pair) -> Cost:
    """Every entry of an image times every place."""
    del phases
    first, second = made.axes
    places = made.filters * first.places * second.places
    table = made.channels * first.extent * second.extent * places
    return Cost(made.batch * table, Integer(table) + made.batch * places)


FORMS: dict[Form, Callable[[Contraction, Pair], Cost]] = {
    "batch_last": _batch_last,
    "columns": _columns,
    "gathered": _gathered,
    "matrix": _matrix,
}
