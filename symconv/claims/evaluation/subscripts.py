"""Indices behind an array as NumPy reads them: slices with steps, new axes, fewer than axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from symconv.claims.arrays.dense_array import DenseArray, describe_shape, limit_entries
from symconv.claims.model.errors import ClaimError, ShapeMismatchError
from symconv.claims.model.syntax_tree import (
    ExtraAxis,
    FurtherAxes,
    IndexSlice,
    Subscript,
    SyntaxNode,
)

from .arrays import Value
from .code_arrays import as_dense, as_value, read_whole
from .index_expressions import Environment

if TYPE_CHECKING:
    from .evaluator import Evaluator


def evaluate_subscript(at: Evaluator, node: Subscript, env: Environment) -> Value:
    """The entries that the indices choose; an axis with an index alone is dropped."""
    array = as_dense(at.value(node.base, env))
    indices = spread_indices(node.indices, len(array.shape))
    if sum(not isinstance(i, ExtraAxis) for i in indices) != len(array.shape):
        said = f"{len(node.indices)} indices for the shape {describe_shape(array.shape)}"
        raise ShapeMismatchError(f"too many indices: {said}")
    extents = iter(array.shape)
    spans: list[Sequence[int]] = []
    shape: list[int] = []
    for index in indices:
        if isinstance(index, ExtraAxis):
            shape.append(1)
            continue
        extent = next(extents)
        if isinstance(index, IndexSlice):
            spans.append(_read_slice(at, index, env, extent))
            shape.append(len(spans[-1]))
        else:
            spans.append([_read_place(at, index, env, extent)])
    limit_entries(tuple(shape))
    steps = array.steps
    numbers = (sum(i * s for i, s in zip(p, steps, strict=True)) for p in product(*spans))
    return as_value(DenseArray(tuple(shape), tuple(array.entries[n] for n in numbers)))


def spread_indices(indices: Sequence[SyntaxNode], rank: int) -> list[SyntaxNode]:
    """The indices with a whole slice for every axis that none is for."""
    used = sum(not isinstance(i, ExtraAxis | FurtherAxes) for i in indices)
    whole = [IndexSlice()] * max(0, rank - used)
    places = [n for n, i in enumerate(indices) if isinstance(i, FurtherAxes)]
    if len(places) > 1:
        raise ClaimError("'...' stands twice among the indices", help="x[..., 0]")
    place = places[0] if places else len(indices)
    return [*indices[:place], *whole, *indices[place + 1 :]]


def _read_slice(at: Evaluator, node: IndexSlice, env: Environment, extent: int) -> range:
    """The places of a slice, as Python counts them; the notation may count from 1."""
    base = at.options.base
    parts = (node.low, node.high, node.step)
    low, high, step = (None if p is None else read_whole(at, p, env) for p in parts)
    if step == 0:
        raise ClaimError("a slice with the step 0", help="x[::2]")
    # What is counted from behind is so in every notation.
    low, high = (n if n is None or n < 0 else n - base for n in (low, high))
    return range(extent)[slice(low, high, step)]


def _read_place(at: Evaluator, node: SyntaxNode, env: Environment, extent: int) -> int:
    place = read_whole(at, node, env)
    place = place if place < 0 else place - at.options.base
    if not -extent <= place < extent:
        raise ShapeMismatchError(f"an axis of {extent} entries has no entry {place}")
    return place % extent
