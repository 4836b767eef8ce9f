"""Indices behind an array as NumPy reads them: slices with steps, new axes, fewer than axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symconv.claims.arrays.arguments import bind_arguments
from symconv.claims.arrays.dense_array import describe_shape
from symconv.claims.arrays.windows import measure_windows
from symconv.claims.model.code_nodes import LocalName
from symconv.claims.model.context import Shape
from symconv.claims.model.errors import ClaimError, ShapeMismatchError
from symconv.claims.model.syntax_tree import (
    ExtraAxis,
    FunctionCall,
    FurtherAxes,
    IndexSlice,
    Subscript,
    SyntaxNode,
)

from .array_views import ArrayView, view_array
from .arrays import Value
from .code_arrays import make_reader
from .dense_values import as_dense
from .index_expressions import Environment
from .plain_values import read_whole

if TYPE_CHECKING:
    from .evaluator import Evaluator

WINDOWS = "np.sliding_window_view"


def evaluate_subscript(at: Evaluator, node: Subscript, env: Environment) -> Value:
    """The entries that the indices choose; an axis with an index alone is dropped."""
    found = find_view(at, node, env)
    assert found is not None
    return found.value()


def find_view(at: Evaluator, node: SyntaxNode, env: Environment) -> ArrayView | None:
    """What a formula is a view of, without looking at its entries; None where it is none."""
    if isinstance(node, LocalName):
        here = at.locals.get(node.name)
        return here if isinstance(here, ArrayView) else None
    if isinstance(node, FunctionCall) and node.function == WINDOWS:
        given = bind_arguments("sliding_window_view", node, make_reader(at, env))
        axes, window = measure_windows(given)
        return view_array(given.x, fixed=True).slide(axes, window)
    if not isinstance(node, Subscript):
        return None
    base = find_view(at, node.base, env)
    if base is None:
        base = view_array(as_dense(at.value(node.base, env)), fixed=True)
    return base.select(read_spans(at, node.indices, base.shape, env))


def read_spans(
    at: Evaluator, said: Sequence[SyntaxNode], whole: Shape, env: Environment
) -> list[range | int | None]:
    """What indices choose along each axis; None is a new axis."""
    indices = spread_indices(said, len(whole))
    if sum(not isinstance(i, ExtraAxis) for i in indices) != len(whole):
        count = f"{len(said)} indices for the shape {describe_shape(whole)}"
        raise ShapeMismatchError(f"too many indices: {count}")
    extents = iter(whole)
    spans: list[range | int | None] = []
    for index in indices:
        if isinstance(index, ExtraAxis):
            spans.append(None)
        elif isinstance(index, IndexSlice):
            spans.append(_read_slice(at, index, env, next(extents)))
        else:
            spans.append(_read_place(at, index, env, next(extents)))
    return spans


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
