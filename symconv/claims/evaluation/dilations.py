r"""Zeros behind an array that was spread: `x ⋆ (\delta ↑ s)` where the stride leaves a rest.

Where the stride does not divide what is left of the image, its last columns are under no window.
Read to the end of the image, the error signal has zeros there, fewer than the stride; without
them the product would be larger than the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.arrays.dense_array import DenseArray
from symconv.claims.arrays.shapes import pad_array
from symconv.claims.model.context import Shape
from symconv.claims.model.syntax_tree import BinaryExpression, FunctionCall, SyntaxNode

from .arrays import ArrayValue, Value, make_array
from .index_expressions import Environment, evaluate_index

if TYPE_CHECKING:
    from .evaluator import Evaluator

NOTE = "zeros stand behind the spread array where the stride leaves a rest"


def pad_dilations(
    at: Evaluator, node: BinaryExpression, left: Value, right: Value, env: Environment
) -> tuple[Value, Value]:
    """The factors of a window, one that is spread with as many zeros behind it as are meant."""
    if node.operator not in {"corr", "conv"}:
        return left, right
    return (
        _pad(at, node.left, left, right, env),
        _pad(at, node.right, right, left, env),
    )


def _pad(at: Evaluator, node: SyntaxNode, spread: Value, image: Value, env: Environment) -> Value:
    """The factor with zeros behind it, if it is spread and too short for the kernel."""
    if not isinstance(node, FunctionCall) or node.function != "dilate":
        return spread
    if not isinstance(image, ArrayValue):
        return spread
    if not isinstance(spread, ArrayValue):
        # One entry alone has lost its axes.
        spread = make_array((1,) * len(image.shape), (spread,))
    factor = evaluate_index(node.arguments[-1], env, at.context)
    rank = len(spread.shape)
    if not isinstance(factor, int) or rank != len(image.shape):
        return spread
    for kernel in _kernel_shapes(at, rank):
        pairs = zip(image.shape, spread.shape, kernel, strict=True)
        rests = [n - k + 1 - m for n, m, k in pairs]
        if any(rests) and all(0 <= rest < factor for rest in rests):
            at.note(NOTE)
            whole = DenseArray(spread.shape, spread.entries)
            found = pad_array(whole, [(0, rest) for rest in rests], at.zero)
            return make_array(found.shape, found.entries)
    return spread


def _kernel_shapes(at: Evaluator, rank: int) -> list[Shape]:
    """The extents in space of the kernels of the network."""
    tensors = [t for t in at.context.forward.tensors if t.role == "parameter"]
    shapes = [at.context.shape(t) for t in tensors if t.name.letter in at.context.kernels]
    return [shape[-rank:] for shape in shapes if len(shape) >= rank]
