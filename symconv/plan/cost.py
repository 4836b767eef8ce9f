"""What a form of a contraction costs: multiplications, and numbers copied on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Integer

from .contraction import Contraction
from .strategy import Form
from .turn import turned

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


def _folded(made: Contraction, phases: Pair) -> Cost:
    """No multiplication too many; one image is held once for every tap along its rows."""
    del phases
    seen = turned(made) or made
    first, second = seen.axes
    rows = first.places + first.dilation * (first.taps - 1)
    held = seen.channels * second.taps * rows * second.places
    return Cost(seen.multiplications, Integer(held))


def _tiled(size: int, made: Contraction) -> Cost:
    """(size + taps - 1)^2 products a tile and pair of channels, and the transforms of both."""
    seen = turned(made) or made
    tiles = [-(-a.places // size) for a in seen.axes]
    (high, wide) = (size + a.taps - 1 for a in seen.axes)
    count = made.batch * tiles[0] * tiles[1]
    image = seen.channels * high * (high * size + wide * wide)
    places = seen.filters * (size * high * wide + size * size * wide)
    products = high * wide * seen.channels * seen.filters
    held = count * high * wide * (seen.channels + seen.filters)
    return Cost(count * (products + image + places), held)


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
    "folded": _folded,
    "columns": _columns,
    "gathered": _gathered,
    "matrix": _matrix,
    "winograd2": lambda made, _: _tiled(2, made),
    "winograd4": lambda made, _: _tiled(4, made),
}
