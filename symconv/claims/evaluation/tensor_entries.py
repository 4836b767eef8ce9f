"""Tensors and their entries: forward values, error signals, weights after an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.tree import Entry, Node, Slice
from symconv.semantics.places import Place

from .arrays import Array, Block, Value, zipped
from .indices import Environment, key_of, place_of, whole_number

if TYPE_CHECKING:
    from .evaluate import Evaluator

Cells = Mapping[Place, Any]


def of_entry(at: Evaluator, node: Entry, env: Environment) -> Value:
    """The value of a tensor or of one of its entries."""
    if node.letter in at.world.extra and node.letter not in at.facts.layers:
        shape, table = at.world.extra[node.letter]
        return picked(at, node, env, Block(node.letter, shape), table)
    if not node.kind and node.letter not in at.facts.layers:
        if node.letter in at.options.definitions:
            return at.defined(node.letter, node.indices or (), env)
        raise NotChecked(f"the network has no '{node.letter}'")
    key = key_of(node, env, at.facts, at.options.delta)
    if node.fresh:
        return _updated(at, node, key, env)
    if node.kind:
        return gradient(at, key, node, env)
    return picked(at, node, env, Block(key, at.world.shape(key)), _forward(at, key))


def _forward(at: Evaluator, key: str) -> Cells:
    return recorded(at, key) if at.taped else at.world.table(key)


def recorded(at: Evaluator, key: str) -> Cells:
    """The entries of a tensor on the tape; NotChecked, with what is missing, where it has none."""
    if key not in at.world.taped.tables:
        at.world.table(key)
        raise NotChecked(f"there are no values for {key}")
    return at.world.taped.tables[key]


def gradient(at: Evaluator, key: str, node: Entry, env: Environment) -> Value:
    """dC/d(tensor): from the derived program, or along the tape where it is not derived."""
    tensor = at.facts.deltas.get(key)
    if tensor is not None:
        table = at.world.table(tensor.key)
    else:
        cost = recorded(at, at.facts.cost)[(0,)]
        table = along(at, at.world.slopes(cost), key)
    return picked(at, node, env, Block(key, at.world.shape(key), below=True), table)


def along(at: Evaluator, slopes: list[Any], key: str) -> Cells:
    """The slopes of the entries of a tensor."""
    zero = at.world.algebra.number(0)
    return {p: slopes[n.order] + zero for p, n in recorded(at, key).items()}


def picked(at: Evaluator, node: Entry, env: Environment, block: Block, table: Cells) -> Value:
    """The entry at the node's indices; the whole array without indices; 0 where absent."""
    if node.indices is None:
        entries = tuple(table[p] for p in product(*map(range, block.shape)))
        return Array((block,), entries) if len(entries) > 1 else entries[0]
    if any(isinstance(i, Slice) for i in node.indices):
        return _sliced(at, node.indices, env, block, table)
    place = place_of(node.indices, env, block.shape, at.options.base, at.facts)
    return table.get(place, at.zero) if place is not None else at.zero


def _sliced(
    at: Evaluator, indices: tuple[Node, ...], env: Environment, block: Block, table: Cells
) -> Value:
    """The entries that slices and indices choose; an axis with an index alone is dropped."""
    if len(indices) != len(block.shape):
        raise ClaimError(
            f"'{block.key}' has {len(block.shape)} axes, and here are {len(indices)} indices",
            help="one index or slice for each axis",
        )
    spans = [_chosen(at, i, env, n) for i, n in zip(indices, block.shape, strict=True)]
    kept = tuple(len(s) for s, i in zip(spans, indices, strict=True) if isinstance(i, Slice))
    entries = tuple(table.get(p, at.zero) for p in product(*spans))
    return Array((Block("", kept),), entries)


def _chosen(at: Evaluator, index: Node, env: Environment, extent: int) -> range:
    """The places along one axis; a slice may not reach beyond the axis."""
    sides = (index.low, index.high) if isinstance(index, Slice) else (index, index)
    values = [None if x is None else whole_number(x, env, at.facts) for x in sides]
    if any(x is not None and not isinstance(n, int) for x, n in zip(sides, values, strict=True)):
        raise NotChecked("the limits of a slice are no numbers here")
    base = at.options.base
    first = 0 if values[0] is None else int(values[0]) - base
    if not isinstance(index, Slice):
        return range(first, first + 1)
    stop = extent if values[1] is None else int(values[1]) - base
    if not 0 <= first <= stop <= extent:
        raise ClaimError(
            f"a slice from {first + base} to {stop + base} leaves the axis",
            help=f"within {base}:{extent + base}",
        )
    return range(first, stop)


def _updated(at: Evaluator, node: Entry, key: str, env: Environment) -> Value:
    """The weight after one step of gradient descent: w - rate * dC/dw."""
    old = of_entry(at, replace(node, fresh=False), env)
    slope = gradient(at, key, node, env)
    named = at.options.rate
    rate = at.world.scalars.get(named if isinstance(named, str) else "rate")
    if isinstance(named, Fraction):
        rate = at.algebra.number(named)
    if rate is None:
        raise NotChecked("there is no value for the learning rate")
    return zipped(old, slope, lambda w, g: w + -1 * rate * g)
