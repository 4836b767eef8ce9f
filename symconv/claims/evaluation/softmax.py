"""Softmax, log softmax and log-sum-exp in a claim: of a whole array, or one entry of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from sympy.tensor.indexed import Indexed

from symconv.claims.arrays.dense_array import describe_shape
from symconv.claims.model.errors import ClaimError, ShapeMismatchError
from symconv.claims.model.syntax_tree import (
    FunctionCall,
    KeywordArgument,
    SyntaxNode,
    TensorReference,
)
from symconv.core.nodes import LogSumExp
from symconv.core.tensor import key_of

from .arrays import ArrayValue, Block, Value, make_array
from .plain_values import read_plain
from .tensor_entries import select_entries

if TYPE_CHECKING:
    from .evaluator import Evaluator
    from .index_expressions import Environment

SOFTMAX = frozenset({"softmax", "log_softmax", "logsumexp"})
"""The functions that are taken over the classes of every sample."""


def apply_softmax(at: Evaluator, node: FunctionCall, env: Environment) -> Value:
    """The function of a whole array; with an index on the array, one entry of the result.

    softmax(z)_i and softmax(z_i) are the same: nobody takes it of a single number.
    """
    plain = [a for a in node.arguments if not isinstance(a, KeywordArgument)]
    if len(plain) > 2 or not plain or node.primes:
        raise ClaimError(f"'{node.function}' is read of one array", help=f"{node.function}(z)")
    inner = plain[0]
    written = inner if isinstance(inner, TensorReference) and inner.indices is not None else None
    whole: SyntaxNode = inner if written is None else replace(written, indices=None)
    array = at.value(whole, env)
    if not isinstance(array, ArrayValue) or len(array.blocks) != 1:
        raise ClaimError(f"'{node.function}' needs an array", help=f"{node.function}(z)")
    axis, keep = _read_axis(at, node, env, array)
    if axis is not None:
        return _along_axis(at, node.function, array, axis, keep=keep)
    found = _along_classes(at, node.function, array, _class_axis(at, array))
    if written is None or not isinstance(found, ArrayValue):
        return found
    block = Block(array.blocks[0].key, found.shape)
    table = dict(zip(product(*map(range, found.shape)), found.entries, strict=True))
    return select_entries(at, written, env, block, table)


def _read_axis(
    at: Evaluator, node: FunctionCall, env: Environment, array: ArrayValue
) -> tuple[int | None, bool]:
    """The axis that code names, and whether it keeps that axis; None where it names none."""
    known = {a.name: a.value for a in node.arguments if isinstance(a, KeywordArgument)}
    plain = [a for a in node.arguments if not isinstance(a, KeywordArgument)]
    if len(plain) == 2:
        known.setdefault("axis", plain[1])
    if known.keys() - {"axis", "keepdims"}:
        raise ClaimError(f"'{node.function}' has the options axis and keepdims alone")
    keep = "keepdims" in known and bool(read_plain(at, known["keepdims"], env))
    said = read_plain(at, known["axis"], env) if "axis" in known else None
    if said is None:
        return None, keep
    rank = len(array.shape)
    if isinstance(said, bool) or not isinstance(said, int) or not -rank <= said < rank:
        raise ShapeMismatchError(f"the shape {describe_shape(array.shape)} has no axis {said}")
    return said % rank, keep


def _along_axis(at: Evaluator, name: str, array: ArrayValue, axis: int, *, keep: bool) -> Value:
    found = _along_classes(at, name, array, axis)
    if not keep or name != "logsumexp":
        return found
    entries = found.entries if isinstance(found, ArrayValue) else (found,)
    return make_array((*array.shape[:axis], 1, *array.shape[axis + 1 :]), entries)


def _class_axis(at: Evaluator, array: ArrayValue) -> int:
    """The axis of the classes: that of the network's own softmax, or the first after the batch.

    Of arrays that are no tensors of the network it is the last one.
    """
    key = array.blocks[0].key
    tensor = at.context.tensors.get(key)
    if tensor is None:
        return len(array.shape) - 1
    axis = next(_normalised_axes(at, key), tensor.batch)
    if axis >= len(array.shape):
        raise ShapeMismatchError(f"'{key}' is one number a sample: it has no classes")
    return axis


def _normalised_axes(at: Evaluator, key: str) -> Iterator[int]:
    """The axes of a tensor over which the network takes a log-sum-exp."""
    for equation in at.context.forward.readers.get(key, ()):
        for node in sorted(equation.rhs.atoms(LogSumExp), key=str):
            read = node.function
            if isinstance(read, Indexed) and key_of(read) == key and len(node.limits) == 1:
                yield from (n for n, e in enumerate(read.indices) if e == node.variables[0])


def _along_classes(at: Evaluator, name: str, array: ArrayValue, axis: int) -> Value:
    """The values of a function along one axis, for every place of the others."""
    shape = array.shape
    before, count, after = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
    entries = [at.zero] * len(array.entries)
    totals = []
    for p, q in product(range(before), range(after)):
        places = [(p * count + k) * after + q for k in range(count)]
        values = [array.entries[n] for n in places]
        total = at.algebra.log_sum_exp(values)
        totals.append(total)
        for n, value in zip(places, _of_one_sample(at, name, values, total), strict=True):
            entries[n] = value
    if name != "logsumexp":
        return ArrayValue(array.blocks, tuple(entries))
    kept = (*shape[:axis], *shape[axis + 1 :])
    return make_array(kept, totals) if kept else totals[0]


def _of_one_sample(at: Evaluator, name: str, values: Sequence[Any], total: Any) -> list[Any]:
    logs = [value + -1 * total for value in values]
    return [at.algebra.function("exp")(x) for x in logs] if name == "softmax" else logs
