"""Tensors of a torch program that are numbers already: filled ones, places, masks made of buffers.

What is trained, or computed of what is given, is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from symconv.importers.graph.records import Array, Operation
from symconv.importers.graph.refusals import NotImportedError, refuse_malformed

from .torch_calls import TorchCall

FILLED = {
    **dict.fromkeys(("zeros", "zeros_like", "new_zeros"), 0.0),
    **dict.fromkeys(("ones", "ones_like", "new_ones"), 1.0),
    **dict.fromkeys(("full", "full_like", "new_full")),
}
"""The operators that make a tensor of one number, and that number, where it is no argument."""

MOST_FILLED = 1 << 18
"""The most entries of such a tensor: the state of a thousand units for 256 samples."""

COMPARISONS: Mapping[str, Callable[[Any, float], Any]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
"""Comparisons of a constant with a number."""

COPIES = {"alias", "clone", "contiguous", "detach", "lift_fresh_copy"}
"""The operators that give the same entries."""

VIEWS = {"view", "reshape", "unsqueeze", "squeeze", "flatten"}
"""The operators that give the same entries, row by row, in another shape."""


def fold_call(call: TorchCall, operator: str) -> Array | None:
    """The array that a call gives, where it is one of known numbers; else None."""
    try:
        with refuse_malformed():
            return _fold(call, operator)
    except NotImportedError:
        return None


def _fold(call: TorchCall, operator: str) -> Array | None:
    shape = call.output_shape()
    if prod(shape) > MOST_FILLED or 0 in shape:
        return None
    if operator in FILLED:
        value = FILLED[operator]
        value = call.number("fill_value") if value is None else value
        # One number in memory, however many there are.
        return np.broadcast_to(np.float64(value), shape)
    if operator == "arange":
        start, step = call.number("start", 0), call.number("step", 1)
        return start + step * np.arange(shape[0])
    known = read_constant(call, "self")
    return None if known is None else _fold_known(call, operator, known)


def _fold_known(call: TorchCall, operator: str, known: Array) -> Array | None:
    """What a call gives of an array of known numbers."""
    if operator in COMPARISONS and call.target.endswith(".Scalar"):
        return COMPARISONS[operator](known, call.number("other"))
    if operator in COPIES:
        return known
    return known.reshape(call.output_shape()) if operator in VIEWS else None


def read_constant(call: TorchCall, name: str) -> Array | None:
    """The numbers of an argument, where they are known and not trained."""
    stored = call.arrays.get(call.tensor(name) or "")
    return None if stored is None or stored.trained else stored.values


def fill_masked(call: TorchCall) -> tuple[list[Operation], dict[str, Array]]:
    """masked_fill with a known mask: kept * x + value * filled, and these two arrays by name.

    What is filled has no gradient: it is multiplied by 0.
    """
    mask = read_constant(call, "mask")
    if mask is None or not call.target.endswith(".Scalar"):
        raise NotImportedError("a filling whose mask is computed")
    value, x, output = call.number("value"), call.tensor("self"), f"%{call.outputs[0]}"
    names = [f"{output} {word}" for word in ("kept", "filled", "masked")]
    chosen = np.asarray(mask, dtype=bool)
    arrays = {names[0]: np.where(chosen, 0.0, 1.0), names[1]: np.where(chosen, value, 0.0)}
    made = Operation("mul", (str(x), names[0]), names[2], call.place, {}, call.output_shape())
    return [made, call.make("add", names[2], names[1])], arrays
