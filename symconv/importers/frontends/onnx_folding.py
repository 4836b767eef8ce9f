"""Parts of an ONNX graph that are numbers already: shapes, indices, single constants.

Exporters compute the target of a reshape by operators of their own. Arrays of weights are left
alone: what is computed from them has a gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from symconv.importers.graph.records import Array, Shape
from symconv.importers.graph.refusals import NotImportedError, refuse_malformed

from .onnx_file import OnnxNode, read_tensor

MOST_NUMBERS = 4_096
"""The most numbers of a folded array, as a mask of 64 tokens has; a shape has less than ten.

Two of them broadcast against each other have 17 million, 134 MB, before they are refused.
"""


def fold_node(
    node: OnnxNode, known: Mapping[str, Array], shapes: Mapping[str, Shape]
) -> Array | None:
    """The array that a node gives, where it is one of numbers that are known; else None."""
    if node.operator == "Constant":
        return _read_constant(node)
    if node.operator == "Shape" and node.inputs[:1] and node.inputs[0] in shapes:
        start, end = node.attributes.get("start", 0), node.attributes.get("end")
        return np.array(shapes[node.inputs[0]][start:end], dtype=np.int64)
    given = [known.get(name) for name in node.inputs if name]
    if node.operator not in FOLDED or any(a is None or a.size > MOST_NUMBERS for a in given):
        return None
    with refuse_malformed(), np.errstate(all="ignore"):
        found = np.asarray(FOLDED[node.operator](node, *given))
    if found.size > MOST_NUMBERS:
        raise NotImportedError("constants that are too large to fold")
    return found


def _read_constant(node: OnnxNode) -> Array:
    said = dict(node.attributes)
    if "value" in said:
        return read_tensor(said["value"])
    for name in ("value_float", "value_int", "value_floats", "value_ints"):
        if name in said:
            return np.asarray(said[name], dtype=np.float32 if "float" in name else np.int64)
    raise NotImportedError("a constant that is no array of numbers")


def _fill(node: OnnxNode, shape: Array) -> Array:
    if prod(int(n) for n in shape) > MOST_NUMBERS:
        raise NotImportedError("constants that are too large to fold")
    value = read_tensor(node.attributes["value"]) if "value" in node.attributes else np.float32(0)
    return np.full(tuple(int(n) for n in shape), np.ravel(value)[0])


def _expand(_node: OnnxNode, x: Array, shape: Array) -> Array:
    wanted = np.broadcast_shapes(x.shape, tuple(int(n) for n in shape))
    if prod(wanted) > MOST_NUMBERS:
        raise NotImportedError("constants that are too large to fold")
    return np.broadcast_to(x, wanted)


def _slice(_node: OnnxNode, x: Array, starts: Array, ends: Array, *rest: Array) -> Array:
    axes = rest[0] if rest else np.arange(len(starts))
    steps = rest[1] if len(rest) > 1 else np.ones(len(starts), np.int64)
    index = [slice(None)] * x.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        index[int(axis)] = slice(int(start), int(end), int(step))
    return x[tuple(index)]


def _range(_node: OnnxNode, start: Array, stop: Array, step: Array) -> Array:
    if abs((float(stop) - float(start)) / float(step)) > MOST_NUMBERS:
        raise NotImportedError("constants that are too large to fold")
    return np.arange(start.item(), stop.item(), step.item())


def _divide(_node: OnnxNode, a: Array, b: Array) -> Array:
    return a // b if a.dtype.kind in "iu" else a / b


NUMBERS = {1: "f4", 2: "u1", 3: "i1", 5: "i2", 6: "i4", 7: "i8", 9: "?", 10: "f2", 11: "f8"}
"""The types of numbers of ONNX's schema that constants are cast to."""

FOLDED: Mapping[str, Callable[..., Any]] = {
    "Identity": lambda _, x: x,
    "Cast": lambda node, x: x.astype(NUMBERS[node.attributes["to"]]),
    "Gather": lambda node, x, i: np.take(x, i, axis=node.attributes.get("axis", 0)),
    "Concat": lambda node, *xs: np.concatenate(xs, axis=node.attributes["axis"]),
    "Unsqueeze": lambda _, x, axes: np.expand_dims(x, tuple(int(a) for a in axes)),
    "Squeeze": lambda _, x, *axes: np.squeeze(x, tuple(int(a) for a in axes[0]) if axes else None),
    "Reshape": lambda _, x, shape: x.reshape(tuple(int(n) for n in shape)),
    "ConstantOfShape": _fill,
    "Expand": _expand,
    "Slice": _slice,
    "Range": _range,
    "Add": lambda _, a, b: a + b,
    "Sub": lambda _, a, b: a - b,
    "Mul": lambda _, a, b: a * b,
    "Div": _divide,
    "Sqrt": lambda _, a: np.sqrt(a),
    "Neg": lambda _, a: -a,
    "Equal": lambda _, a, b: a == b,
    "Where": lambda _, c, a, b: np.where(c, a, b),
    "Not": lambda _, a: ~a,
    "Trilu": lambda node, a, *k: (np.triu if node.attributes.get("upper", 1) else np.tril)(
        a, *(int(n) for n in k)
    ),
    "ReduceProd": lambda _, a: np.prod(a, keepdims=True),
}
"""What is worked out of small constants, as NumPy does it."""
