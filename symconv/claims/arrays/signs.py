"""Words for the sign of every entry."""

from __future__ import annotations

from typing import Any

from .arguments import WordArguments
from .dense_array import DenseArray, combine_dense


def give_sign(given: WordArguments) -> DenseArray:
    """`sign(x)`: 1, 0 or -1."""
    step, zero = given.numbers.algebra.function("step"), given.numbers.zero
    return given.x.map(lambda e: step(e + zero) + -1 * step(-1 * e + zero))


def step_up(given: WordArguments) -> DenseArray:
    """`heaviside(x, h0)`: 0 below 0, 1 above, and h0 at 0."""
    at, step = given.numbers, given.numbers.algebra.function("step")

    def rise(x: Any, middle: Any) -> Any:
        above, below = step(x + at.zero), step(-1 * x + at.zero)
        return above + middle * (1 + -1 * above + -1 * below)

    return combine_dense(given.x, given.array("h0"), rise)
