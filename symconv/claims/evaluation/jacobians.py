"""Derivatives of anything by the entries of a tensor."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import NotChecked
from symconv.claims.model.tree import Differential, Entry
from symconv.semantics.tape import Node as Recorded

from .arrays import Array, Block, Value
from .indices import Environment, key_of
from .tensor_entries import along, gradient, picked

if TYPE_CHECKING:
    from .evaluate import Evaluator


def of_differential(at: Evaluator, node: Differential, env: Environment) -> Value:
    """dC/d(tensor) from the derived program, any other derivative along the tape."""
    key = key_of(node.by, env, at.facts, at.options.delta)
    if key not in at.facts.tensors:
        raise NotChecked(f"the network has no '{node.by.letter}'")
    if isinstance(node.of, Entry) and node.of.letter == at.facts.cost and not node.of.kind:
        return gradient(at, key, node.by, env)
    return _jacobian(at, at.on_tape().value(node.of, env), node.by, key, env)


def _jacobian(at: Evaluator, above: Value, by: Entry, key: str, env: Environment) -> Value:
    """The derivatives of all entries above by the entries below, along the tape."""
    block = Block(key, at.world.shape(key), below=True)
    zeros = dict.fromkeys(product(*map(range, block.shape)), at.world.algebra.number(0))
    found: list[Any] = []
    for seed in above.entries if isinstance(above, Array) else (above,):
        recorded = isinstance(seed, Recorded)
        table = along(at, at.world.slopes(seed), key) if recorded else zeros
        value = picked(at, by, env, block, table)
        found += list(value.entries) if isinstance(value, Array) else [value]
    blocks = above.blocks if isinstance(above, Array) else ()
    if by.indices is None and prod(block.shape) > 1:
        blocks = (*blocks, block)
    return Array(blocks, tuple(found)) if blocks else found[0]
