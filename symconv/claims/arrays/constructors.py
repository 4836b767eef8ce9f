"""Words that make arrays of shapes: zeros, ones, the identity, a diagonal."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

from symconv.claims.model.context import Shape
from symconv.claims.model.errors import ShapeMismatchError

from .arguments import WordArguments
from .dense_array import DenseArray, limit_entries, make_dense
from .unset import Unset


def _fill(shape: Shape, value: Any) -> DenseArray:
    if any(n < 0 for n in shape):
        raise ShapeMismatchError("a shape with a negative extent")
    limit_entries(shape)
    return make_dense(shape, [value] * prod(shape))


def make_ones(given: WordArguments) -> DenseArray:
    """`ones(shape)`."""
    return _fill(given.whole_numbers("shape"), given.numbers.algebra.number(1))


def make_zeros(given: WordArguments) -> DenseArray:
    """`zeros(shape)`."""
    return _fill(given.whole_numbers("shape"), given.numbers.zero)


def make_full(given: WordArguments) -> DenseArray:
    """`full(shape, fill_value)`."""
    value = given.array("fill_value")
    if len(value.entries) != 1:
        raise given.refusal("'fill_value' is one number")
    return _fill(given.whole_numbers("shape"), value.entries[0])


def make_full_like(given: WordArguments) -> DenseArray:
    """`full_like(x, fill_value)`."""
    value = given.array("fill_value")
    if len(value.entries) != 1:
        raise given.refusal("'fill_value' is one number")
    return _fill(given.x.shape, value.entries[0])


def make_empty(given: WordArguments) -> DenseArray:
    """`empty(shape)`: entries that nobody may read before they are set."""
    return _fill(given.whole_numbers("shape"), Unset())


def make_empty_like(given: WordArguments) -> DenseArray:
    """`empty_like(x)`."""
    return _fill(given.x.shape, Unset())


def copy_array(given: WordArguments) -> DenseArray:
    """`copy(x)`: the same entries, which change no more with those of x."""
    return given.x


def count_up(given: WordArguments) -> DenseArray:
    """`arange(stop)`, `arange(start, stop, step)`."""
    said = given.whole_numbers("stop")
    if not 1 <= len(said) <= 3 or 0 in said[2:]:
        raise given.refusal("up to three whole numbers are read, and no step of 0")
    found = range(*said)
    limit_entries((len(found),))
    return make_dense((len(found),), [given.numbers.algebra.number(n) for n in found])


def make_ones_like(given: WordArguments) -> DenseArray:
    """`ones_like(x)`."""
    return _fill(given.x.shape, given.numbers.algebra.number(1))


def make_zeros_like(given: WordArguments) -> DenseArray:
    """`zeros_like(x)`."""
    return _fill(given.x.shape, given.numbers.zero)


def make_identity(given: WordArguments) -> DenseArray:
    """`eye(N, M=N, k=0)`: ones where the column is the row plus k."""
    rows = given.whole("N", 0)
    columns = given.whole("M", rows) if given.has("M") else rows
    return _on_diagonal(given, (rows, columns), given.whole("k", 0), None)


def _on_diagonal(
    given: WordArguments, shape: Shape, k: int, entries: DenseArray | None
) -> DenseArray:
    if any(n < 0 for n in shape):
        raise ShapeMismatchError("a shape with a negative extent")
    limit_entries(shape)
    zero, one = given.numbers.zero, given.numbers.algebra.number(1)
    found = []
    for i, j in product(*map(range, shape)):
        here = one if entries is None else entries.entries[min(i, j)] if j - i == k else zero
        found.append(here if j - i == k else zero)
    return make_dense(shape, found)


def make_diagonal(given: WordArguments) -> DenseArray:
    """`diag(x, k=0)`: the matrix with a vector on its diagonal, or the diagonal of a matrix."""
    x, k = given.x, given.whole("k", 0)
    if len(x.shape) == 1:
        size = x.shape[0] + abs(k)
        return _on_diagonal(given, (size, size), k, x)
    if len(x.shape) != 2:
        raise ShapeMismatchError("'diag' needs a vector or a matrix")
    rows, columns = x.shape
    found = [x.entries[i * columns + i + k] for i in range(rows) if 0 <= i + k < columns]
    return make_dense((len(found),), found)


def tell_shape(given: WordArguments) -> DenseArray:
    """`x.shape`: the extents, as numbers."""
    shape = given.x.shape
    return make_dense((len(shape),), [given.numbers.algebra.number(n) for n in shape])


def count_entries(given: WordArguments) -> DenseArray:
    """`x.size`."""
    return make_dense((), [given.numbers.algebra.number(len(given.x.entries))])


def count_rows(given: WordArguments) -> DenseArray:
    """`len(x)`: the extent of the first axis."""
    if not given.x.shape:
        raise ShapeMismatchError("'len' of a number")
    return make_dense((), [given.numbers.algebra.number(given.x.shape[0])])
