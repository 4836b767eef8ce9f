"""Tensors and their entries: forward values, error signals, weights after an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from symconv.claims.limits import NotChecked
from symconv.claims.reading.syntax import Entry
from symconv.semantics.places import Place

from .arrays import Array, Block, Value, zipped
from .indexing import Environment, key_of, place_of

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
    place = place_of(node.indices, env, block.shape, at.options.base, at.facts)
    return table.get(place, at.zero) if place is not None else at.zero


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
