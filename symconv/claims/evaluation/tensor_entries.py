"""Tensors and their entries: values, error signals, derivatives, weights after an update."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.syntax_tree import (
    Differential,
    FurtherAxes,
    IndexSlice,
    SyntaxNode,
    TensorReference,
)
from symconv.semantics.autodiff import TapeNode as Recorded
from symconv.semantics.index_arithmetic import Place

from .arrays import ArrayValue, Block, Value, apply_elementwise
from .chained_jacobians import chain_derivatives
from .index_expressions import (
    Environment,
    evaluate_index,
    resolve_key,
    resolve_place,
    unknown_name,
)

if TYPE_CHECKING:
    from .evaluator import Evaluator

EntriesByPlace = Mapping[Place, Any]


def evaluate_reference(at: Evaluator, node: TensorReference, env: Environment) -> Value:
    """The value of a tensor or of one of its entries."""
    if node.letter in at.assignment.extra and node.letter not in at.context.layers:
        shape, table = at.assignment.extra[node.letter]
        return select_entries(at, node, env, Block(node.letter, shape), table)
    if not node.kind and node.letter not in at.context.layers:
        if node.letter in at.options.definitions:
            return at.defined(node.letter, node.indices or (), env)
        raise unknown_name(node.letter, at.context)
    key = resolve_key(node, env, at.context, at.options.delta)
    if node.fresh:
        return _apply_update(at, node, key, env)
    if node.kind:
        return evaluate_gradient(at, key, node, env)
    return select_entries(
        at, node, env, Block(key, at.assignment.shape(key)), _forward_entries(at, key)
    )


def _forward_entries(at: Evaluator, key: str) -> EntriesByPlace:
    return tape_entries(at, key) if at.taped else at.assignment.table(key)


def tape_entries(at: Evaluator, key: str) -> EntriesByPlace:
    """The entries of a tensor on the tape; NotChecked, with what is missing, where it has none."""
    if key not in at.assignment.taped.tables:
        at.assignment.table(key)
        raise NotChecked(f"there are no values for {key}")
    return at.assignment.taped.tables[key]


def evaluate_gradient(at: Evaluator, key: str, node: TensorReference, env: Environment) -> Value:
    """dC/d(tensor): from the derived program, or along the tape where it is not derived."""
    tensor = at.context.deltas.get(key)
    if tensor is not None:
        table = at.assignment.table(tensor.key)
    else:
        cost = tape_entries(at, at.context.cost)[(0,)]
        table = read_tape_gradients(at, cost, key)
    return select_entries(at, node, env, Block(key, at.assignment.shape(key), below=True), table)


@dataclass(frozen=True)
class TapeGradients(Mapping[Place, Any]):
    """d(result)/d(entry) for every entry of a tensor, each looked up when it is asked for."""

    nodes: Mapping[Place, Recorded]
    slopes: Mapping[int, Any]
    zero: Any

    def __getitem__(self, place: Place) -> Any:
        """The derivative by the entry at a place."""
        return self.slopes.get(self.nodes[place].order, 0) + self.zero

    def __iter__(self) -> Iterator[Place]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)


def read_tape_gradients(
    at: Evaluator, result: Recorded, key: str, *, direct: bool = False
) -> EntriesByPlace:
    """d(result)/d(entry) for every entry of a tensor, by the tape."""
    zero, slopes = at.assignment.algebra.number(0), at.assignment.slopes(result, direct=direct)
    return TapeGradients(tape_entries(at, key), slopes, zero)


def select_entries(
    at: Evaluator, node: TensorReference, env: Environment, block: Block, table: EntriesByPlace
) -> Value:
    """The entry at the node's indices; the whole array without indices; 0 where absent."""
    if node.indices is None:
        at.work.present += 1
        entries = tuple(table[p] for p in product(*map(range, block.shape)))
        if at.options.star == "columns" and len(block.shape) == 1:
            block = replace(block, shape=(*block.shape, 1))
        # In code an array of one entry keeps its axes.
        whole = len(entries) > 1 or at.options.is_code
        return ArrayValue((block,), entries) if whole else entries[0]
    indices = fill_axes(node.indices, len(block.shape))
    if any(isinstance(i, IndexSlice) for i in indices):
        return _slice_entries(at, indices, env, block, table)
    place = resolve_place(indices, env, block.shape, at.options.base, at.context)
    # Absent entries are 0, as in the network itself, so claims need no limits that avoid the
    # border.
    if place is None:
        at.work.absent += 1
        return at.zero
    at.work.present += 1
    return table.get(place, at.zero)


def fill_axes(indices: tuple[SyntaxNode, ...], rank: int) -> tuple[SyntaxNode, ...]:
    """One index or slice for every axis, where the further axes are meant as a whole."""
    if not indices or not isinstance(indices[-1], FurtherAxes):
        return indices
    said = indices[:-1]
    return (*said, *(IndexSlice() for _ in range(rank - len(said))))


def _slice_entries(
    at: Evaluator,
    indices: tuple[SyntaxNode, ...],
    env: Environment,
    block: Block,
    table: EntriesByPlace,
) -> Value:
    """The entries that slices and indices choose; an axis with an index alone is dropped."""
    if len(indices) != len(block.shape):
        raise ClaimError(
            f"'{block.key}' has {len(block.shape)} axes, and here are {len(indices)} indices",
            help="one index or slice for each axis",
        )
    spans = [_select_range(at, i, env, n) for i, n in zip(indices, block.shape, strict=True)]
    kept = tuple(len(s) for s, i in zip(spans, indices, strict=True) if isinstance(i, IndexSlice))
    at.work.present += 1
    entries = tuple(table.get(p, at.zero) for p in product(*spans))
    return ArrayValue((Block("", kept),), entries)


def _select_range(at: Evaluator, index: SyntaxNode, env: Environment, extent: int) -> range:
    """The places along one axis; a slice may not reach beyond the axis."""
    sides = (index.low, index.high) if isinstance(index, IndexSlice) else (index, index)
    values = [None if x is None else evaluate_index(x, env, at.context) for x in sides]
    if any(x is not None and not isinstance(n, int) for x, n in zip(sides, values, strict=True)):
        raise NotChecked("the limits of a slice are no numbers here")
    base = at.options.base
    first = 0 if values[0] is None else int(values[0]) - base
    if not isinstance(index, IndexSlice):
        return range(first, first + 1)
    stop = extent if values[1] is None else int(values[1]) - base
    if not 0 <= first <= stop <= extent:
        raise ClaimError(
            f"a slice from {first + base} to {stop + base} leaves the axis",
            help=f"within {base}:{extent + base}",
        )
    return range(first, stop)


def _apply_update(at: Evaluator, node: TensorReference, key: str, env: Environment) -> Value:
    """The weight after one step of gradient descent: w - rate * dC/dw."""
    old = evaluate_reference(at, replace(node, fresh=False), env)
    slope = evaluate_gradient(at, key, node, env)
    named = at.options.rate
    rate = at.assignment.scalars.get(named if isinstance(named, str) else "rate")
    if isinstance(named, Fraction):
        rate = at.algebra.number(named)
    if rate is None:
        raise NotChecked("there is no value for the learning rate")
    return apply_elementwise(old, slope, lambda w, g: w + -1 * rate * g)


def evaluate_differential(at: Evaluator, node: Differential, env: Environment) -> Value:
    """dC/d(tensor) from the derived program, any other derivative along the tape."""
    key = resolve_key(node.by, env, at.context, at.options.delta)
    if key not in at.context.tensors:
        raise unknown_name(node.by.letter, at.context)
    if (
        isinstance(node.of, TensorReference)
        and node.of.letter == at.context.cost
        and not node.of.kind
    ):
        return evaluate_gradient(at, key, node.by, env)
    if node.is_repeated:
        # On the tape of the forward pass an error signal would be a constant.
        raise NotChecked("the derivative of a derivative is not judged")
    whole = not (node.entrywise or node.direct)
    if at.assignment.by_rules and isinstance(node.of, TensorReference) and whole:
        return _evaluate_chain(at, node.of, node.by, key, env)
    above = at.on_tape.value(node.of, env)
    found = _evaluate_jacobian(at, above, node, key, env)
    return _take_diagonal(found, above, node.by) if node.entrywise else found


def _take_diagonal(jacobian: Value, above: Value, by: TensorReference) -> Value:
    """The derivatives of entries by their own; refused where others of them are not 0."""
    count = len(above.entries) if isinstance(above, ArrayValue) else 1
    entries = jacobian.entries if isinstance(jacobian, ArrayValue) else (jacobian,)
    if not isinstance(above, ArrayValue) or len(entries) != count * count:
        raise ClaimError(f"the derivative by '{by.letter}' is no array of that shape")
    rest = (x for n, x in enumerate(entries) if n % (count + 1))
    if any(x for x in rest):
        raise ClaimError("an entry depends on more than its own entry", help="indices: da_i/dz_j")
    return ArrayValue(above.blocks, entries[:: count + 1])


def _evaluate_chain(
    at: Evaluator, of: TensorReference, by: TensorReference, key: str, env: Environment
) -> Value:
    """The derivatives of a tensor, or of one entry, by the entries below, by the rules."""
    above = resolve_key(of, env, at.context, at.options.delta)
    shapes = at.assignment.shape(above), at.assignment.shape(key)
    place = None
    if of.indices is not None:
        place = resolve_place(of.indices, env, shapes[0], at.options.base, at.context)
    places = [place] if of.indices is not None else list(product(*map(range, shapes[0])))
    block = Block(key, shapes[1], below=True)
    found: list[Any] = []
    for p in places:
        table = {} if p is None else chain_derivatives(at.assignment, above, p, key)
        value = select_entries(at, by, env, block, table)
        found += list(value.entries) if isinstance(value, ArrayValue) else [value]
    blocks = (Block(above, shapes[0]),) if of.indices is None and len(places) > 1 else ()
    if by.indices is None and prod(shapes[1]) > 1:
        blocks = (*blocks, block)
    return ArrayValue(blocks, tuple(found)) if blocks else found[0]


def _evaluate_jacobian(
    at: Evaluator, above: Value, node: Differential, key: str, env: Environment
) -> Value:
    """The derivatives of all entries above by the entries below, along the tape."""
    by = node.by
    block = Block(key, at.assignment.shape(key), below=True)
    found: list[Any] = []
    for seed in above.entries if isinstance(above, ArrayValue) else (above,):
        if isinstance(seed, Recorded):
            table = read_tape_gradients(at, seed, key, direct=node.direct)
        else:
            places = product(*map(range, block.shape))
            table = dict.fromkeys(places, at.assignment.algebra.number(0))
        value = select_entries(at, by, env, block, table)
        found += list(value.entries) if isinstance(value, ArrayValue) else [value]
    blocks = above.blocks if isinstance(above, ArrayValue) else ()
    if by.indices is None and prod(block.shape) > 1:
        blocks = (*blocks, block)
    return ArrayValue(blocks, tuple(found)) if blocks else found[0]
