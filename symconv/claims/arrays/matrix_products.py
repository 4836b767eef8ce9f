"""Words for products of whole arrays: matrices, outer products, Kronecker's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from symconv.claims.model.context import Shape
from symconv.claims.model.errors import ShapeMismatchError

from .arguments import WordArguments
from .dense_array import (
    DenseArray,
    NumberSystem,
    broadcast_shapes,
    combine_dense,
    describe_shape,
    limit_entries,
    make_dense,
    walk_broadcast,
)
from .shapes import permute_axes


def _refuse(left: DenseArray, right: DenseArray, word: str) -> ShapeMismatchError:
    said = f"{describe_shape(left.shape)} and {describe_shape(right.shape)}"
    return ShapeMismatchError(f"the shapes {said} do not fit into '{word}'")


def _multiply_rows(
    at: NumberSystem, rows: Sequence[Sequence[Any]], columns: Sequence[Sequence[Any]]
) -> list[Any]:
    """Every row times every column."""
    each = len(rows[0]) if rows else 0
    limit_entries((len(rows), len(columns)), max(1, each))
    found = []
    for row, column in product(rows, columns):
        total = at.zero
        for a, b in zip(row, column, strict=True):
            total = total + a * b
        found.append(total)
    return found


def _rows(array: DenseArray) -> list[Sequence[Any]]:
    """The entries along the last axis, for every place of the others."""
    width = array.shape[-1]
    return [array.entries[n : n + width] for n in range(0, len(array.entries), width)]


def _columns(array: DenseArray) -> list[Sequence[Any]]:
    """The entries along the last axis but one, or along the only one."""
    if len(array.shape) == 1:
        return [array.entries]
    rows, width = array.shape[-2:]
    block = rows * width
    return [
        array.entries[start + c : start + block : width]
        for start in range(0, len(array.entries), block)
        for c in range(width)
    ]


def multiply_dot(at: NumberSystem, left: DenseArray, right: DenseArray) -> DenseArray:
    """`dot(a, b)`: the last axis of a with the last but one of b, or its only one."""
    if not left.shape or not right.shape:
        return combine_dense(left, right, lambda a, b: a * b)
    if left.shape[-1] != right.shape[-2 if len(right.shape) > 1 else -1]:
        raise _refuse(left, right, "dot")
    behind = () if len(right.shape) == 1 else (*right.shape[:-2], right.shape[-1])
    return make_dense((*left.shape[:-1], *behind), _multiply_rows(at, _rows(left), _columns(right)))


def multiply_matmul(at: NumberSystem, left: DenseArray, right: DenseArray) -> DenseArray:
    """`a @ b`: matrices in the last two axes, broadcast along the others."""
    if not left.shape or not right.shape:
        raise _refuse(left, right, "@")
    if len(left.shape) <= 2 and len(right.shape) <= 2:
        if left.shape[-1] != right.shape[-2 if len(right.shape) > 1 else -1]:
            raise _refuse(left, right, "@")
        return multiply_dot(at, left, right)
    a = left.shape if len(left.shape) > 1 else (1, *left.shape)
    b = right.shape if len(right.shape) > 1 else (*right.shape, 1)
    if a[-1] != b[-2]:
        raise _refuse(left, right, "@")
    stack = broadcast_shapes([a[:-2], b[:-2]])
    sizes = a[-2] * a[-1], b[-2] * b[-1]
    found: list[Any] = []
    pairs = zip(walk_broadcast(a[:-2], stack), walk_broadcast(b[:-2], stack), strict=True)
    for m, n in pairs:
        first = make_dense(a[-2:], left.entries[m * sizes[0] : (m + 1) * sizes[0]])
        second = make_dense(b[-2:], right.entries[n * sizes[1] : (n + 1) * sizes[1]])
        found += multiply_dot(at, first, second).entries
    shape: Shape = stack
    shape += (a[-2],) if len(left.shape) > 1 else ()
    shape += (b[-1],) if len(right.shape) > 1 else ()
    return make_dense(shape, found)


def dot(given: WordArguments) -> DenseArray:
    """`dot(a, b)`."""
    return multiply_dot(given.numbers, given.array("a"), given.array("b"))


def matmul(given: WordArguments) -> DenseArray:
    """`matmul(a, b)`."""
    return multiply_matmul(given.numbers, given.array("a"), given.array("b"))


def inner(given: WordArguments) -> DenseArray:
    """`inner(a, b)`: the last axis of both."""
    a, b = given.array("a"), given.array("b")
    if not a.shape or not b.shape:
        return combine_dense(a, b, lambda x, y: x * y)
    if a.shape[-1] != b.shape[-1]:
        raise _refuse(a, b, "inner")
    found = _multiply_rows(given.numbers, _rows(a), _rows(b))
    return make_dense((*a.shape[:-1], *b.shape[:-1]), found)


def outer(given: WordArguments) -> DenseArray:
    """`outer(a, b)`: every entry of a with every entry of b."""
    a, b = given.array("a"), given.array("b")
    limit_entries((len(a.entries), len(b.entries)))
    entries = [x * y for x in a.entries for y in b.entries]
    return make_dense((len(a.entries), len(b.entries)), entries)


def kron(given: WordArguments) -> DenseArray:
    """`kron(a, b)`: b at every entry of a, times this entry."""
    a, b = given.array("a"), given.array("b")
    rank = max(len(a.shape), len(b.shape))
    first = (1,) * (rank - len(a.shape)) + a.shape
    second = (1,) * (rank - len(b.shape)) + b.shape
    shape = tuple(m * n for m, n in zip(first, second, strict=True))
    limit_entries(shape)
    found = []
    for place in product(*map(range, shape)):
        m = n = 0
        for i, p, q in zip(place, first, second, strict=True):
            m, n = m * p + i // q, n * q + i % q
        found.append(a.entries[m] * b.entries[n])
    return make_dense(shape, found)


def contract_axes(given: WordArguments) -> DenseArray:
    """`tensordot(a, b, axes=2)`: the sum over the last axes of a and the first of b."""
    a, b, said = given.array("a"), given.array("b"), given.plain("axes", 2)
    if isinstance(said, int) and not isinstance(said, bool):
        if not 0 <= said <= min(len(a.shape), len(b.shape)):
            raise given.refusal(f"the arrays have no {said} axes")
        said = (tuple(range(len(a.shape) - said, len(a.shape))), tuple(range(said)))
    if not isinstance(said, tuple) or len(said) != 2:
        raise given.refusal("'axes' is a number, or the axes of a and those of b")
    first, second = (x if isinstance(x, tuple) else (x,) for x in said)
    first, second = given.count_axes(first, len(a.shape)), given.count_axes(second, len(b.shape))
    gone = [tuple(a.shape[n] for n in first), tuple(b.shape[n] for n in second)]
    if gone[0] != gone[1]:
        raise _refuse(a, b, "tensordot")
    rest_a = [n for n in range(len(a.shape)) if n not in first]
    rest_b = [n for n in range(len(b.shape)) if n not in second]
    width = prod(gone[0])
    left = permute_axes(a, [*rest_a, *first]).entries
    right = permute_axes(b, [*rest_b, *second]).entries
    found = _multiply_rows(
        given.numbers,
        [left[n : n + width] for n in range(0, len(left), width)],
        [right[n : n + width] for n in range(0, len(right), width)],
    )
    shape = (*(a.shape[n] for n in rest_a), *(b.shape[n] for n in rest_b))
    return make_dense(shape, found)
