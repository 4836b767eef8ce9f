"""The notation that a claim is written in, where nobody said which one it is.

A number says where counting starts: an index 0 exists only where it starts at 0, and an index equal
to the size only where it starts at 1. One number for an entry of a grid says that entries are
numbered row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod
from typing import Literal, TypeGuard

from symconv.claims.evaluation.index_expressions import delta_letters, evaluate_index, resolve_key
from symconv.claims.model.context import DifferentiableNetwork, NetworkContext, Shape
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.syntax_tree import (
    Condition,
    Identifier,
    Numeral,
    Statement,
    Summation,
    SumRange,
    SyntaxNode,
    TensorReference,
)
from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward
from symconv.core.tensor import Tensor
from symconv.notation.presets import PRESETS, Notation


@dataclass(frozen=True, eq=False)
class RenotedNetwork:
    """A network in the notation of a claim; equal only to itself, as networks are."""

    network: DifferentiableNetwork
    notation: Notation

    @property
    def program(self) -> Program:
        return self.network.program

    def backward(self, *wrt: str) -> Backward:
        return self.network.backward(*wrt)


@dataclass(frozen=True)
class IndexEvidence:
    """What the numbers of a claim say: counting from 0, from 1, and entries of a grid by number."""

    zero: bool = False
    beyond: bool = False
    numbered: bool = False

    def allows(self, base: int) -> bool:
        """Whether the claim may count from `base`."""
        return not (self.beyond if base == 0 else self.zero)

    @property
    def bases(self) -> tuple[int, ...]:
        """Where counting may start; both where the numbers contradict each other."""
        return tuple(b for b in (0, 1) if self.allows(b)) or (0, 1)


def weigh_indices(statement: Statement, context: NetworkContext) -> IndexEvidence:
    """What the indices of a statement say, and the limits of its sums."""
    zero = beyond = numbered = False
    for value, extent, alone in _list_numbers(statement, context):
        zero = zero or value == 0
        beyond = beyond or value == extent
        numbered = numbered or alone
    # A bracket that never holds, or always, is one that nobody writes: [r = 0] counts from 0.
    zero = zero or (not beyond and any(_compare_with_zero(statement, context)))
    return IndexEvidence(zero, beyond, numbered)


def _compare_with_zero(statement: Statement, context: NetworkContext) -> Iterator[bool]:
    """True for every condition that compares the index of an axis with 0."""
    nodes = [n for part in statement.parts for n in part.walk()]
    entries = (n for n in nodes if isinstance(n, TensorReference) and n.indices)
    counted = {i.name for e in entries for i, _, _ in _index_extents(e, context) if _is_name(i)}
    for node in nodes:
        if isinstance(node, Condition):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, Numeral) and not one.value and _is_name(other):
                    yield other.name in counted


def _is_name(node: SyntaxNode) -> TypeGuard[Identifier]:
    return isinstance(node, Identifier)


def name_notation(assumed: Notation, base: int, *, numbered: bool) -> Notation:
    """The preset that counts from `base`, with entries of grids numbered or not."""
    first: Literal[0, 1] = 1 if base else 0
    style: Literal["grid", "flat"] = "flat" if numbered else "grid"
    for preset in PRESETS.values():
        if (preset.index_base, preset.style) == (first, style):
            return replace(
                preset, deltas=assumed.deltas, letters=assumed.letters, hand=assumed.hand
            )
    name = f"{'flat' if numbered else 'ij'}{base}"
    return replace(assumed, name=name, index_base=first, style=style, assumed=False)


def _list_numbers(statement: Statement, context: NetworkContext) -> Iterator[tuple[int, int, bool]]:
    """Every index that is a number, with its extent, and whether it stands alone for a grid."""
    for part in statement.parts:
        for node in part.walk():
            if isinstance(node, TensorReference) and node.indices:
                for index, extent, alone in _index_extents(node, context):
                    if isinstance(index, Numeral) and index.value.denominator == 1:
                        yield int(index.value), extent, alone
            elif isinstance(node, Summation):
                for limit in node.limits:
                    yield from _limit_numbers(limit, node.body, context)


def _limit_numbers(
    limit: SumRange, body: SyntaxNode, context: NetworkContext
) -> Iterator[tuple[int, int, bool]]:
    """The limits of an index that alone counts an axis of an entry."""
    sides = [_constant(side, context) for side in (limit.low, limit.high)]
    for entry in (n for n in body.walk() if isinstance(n, TensorReference) and n.indices):
        for index, extent, _ in _index_extents(entry, context):
            if isinstance(index, Identifier) and index.name == limit.name:
                # A sum to the last index but one is no sign of either: something may be left out.
                yield from ((n, extent, False) for n in sides if n is not None)


def _constant(side: SyntaxNode | None, context: NetworkContext) -> int | None:
    with suppress(SymconvError):
        value = None if side is None else evaluate_index(side, {}, context)
        return value if isinstance(value, int) else None
    return None


def _index_extents(
    entry: TensorReference, context: NetworkContext
) -> Iterator[tuple[SyntaxNode, int, bool]]:
    """The indices of an entry with the extents of their axes."""
    tensor = _find_tensor(entry, context)
    indices = entry.indices or ()
    if tensor is None:
        return
    shape = context.shape(tensor)
    trimmed = tuple(n for n in shape if n != 1) or (1,)
    extents: Shape = shape
    if len(indices) == len(trimmed) != len(shape):
        extents = trimmed
    elif len(indices) == 1:
        extents = (prod(shape),)
    if len(indices) != len(extents):
        return
    grid = len(trimmed) == 2 and len(shape) == 2 and not tensor.batch and context.image_axes == 2
    image = context.windows and (tensor.role != "parameter" or tensor.key in context.sliding)
    for index, extent in zip(indices, extents, strict=True):
        yield index, extent, grid and image and len(indices) == 1


def _find_tensor(entry: TensorReference, context: NetworkContext) -> Tensor | None:
    """The tensor of an entry; None where a bare delta may be of several shapes."""
    if entry.kind and not entry.letter:
        letters = delta_letters(entry, context)
        found = [t for t in context.deltas.values() if t.name.letter in letters]
        shapes = {context.shape(t) for t in found if t.role == "delta"}
        return found[0] if len(shapes) == 1 else None
    with suppress(SymconvError, NotChecked):
        return context.tensors.get(resolve_key(entry, {}, context, ""))
    return None
