"""The indices of an entry: one for each axis, or one row-major number, and none out of range."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from symconv.claims.model.context import Shape
from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    FurtherAxes,
    Identifier,
    IndexSlice,
    Numeral,
    Span,
    Subscript,
    SyntaxNode,
    TensorReference,
)
from symconv.claims.readings.fewer_indices import FEWER_INDICES, LEADING, ROW_MAJOR
from symconv.core.tensor import Tensor

from .scripts import needs_subscript

if TYPE_CHECKING:
    from .parser import Parser
    from .symbol_table import SymbolTable

Indices = tuple[SyntaxNode, ...]


class OutOfRangeError(ClaimError):
    """An index that no entry has."""


def index_reference(table: SymbolTable, entry: TensorReference, at: Parser) -> SyntaxNode:
    """The reference with its indices; those that only NumPy has stand behind it."""
    if entry.bracket and entry.indices and needs_subscript(at, entry.indices):
        at.is_code = True
        return Subscript(replace(entry, indices=None), entry.indices, span=entry.span)
    return normalize_indices(table, entry, at)


def normalize_indices(table: SymbolTable, entry: TensorReference, at: Parser) -> TensorReference:
    """The reference with one index an axis, or one row-major number; ClaimError out of range."""
    tensors = _candidate_tensors(table, entry)
    if entry.indices is None or not tensors:
        return entry
    shapes = [_shape_of(table, t) for t in tensors]
    indices = split_indices(entry.indices, {len(x) for x in shapes})
    if entry.bracket and len(indices) < len(shapes[0]) and has_slice(indices):
        return replace(entry, indices=(*indices, FurtherAxes()))
    if _means_rows(table, indices, shapes, code=entry.bracket and at.is_code):
        return replace(entry, indices=(*indices, FurtherAxes()))
    if len(indices) == 1 and isinstance(indices[0], Numeral):
        indices = _expand_compact(table, indices[0], shapes[0], entry)
    found = replace(entry, indices=indices)
    for tensor, shape in zip(tensors, shapes, strict=True):
        if not _is_shared_bias(tensor, shape, indices):
            _require_in_range(table, tensor, shape, found, at)
    return found


def has_slice(indices: Indices) -> bool:
    """Whether slices are among indices: fewer than axes can only mean the rest as a whole."""
    return any(isinstance(i, IndexSlice) for i in indices)


def _means_rows(table: SymbolTable, indices: Indices, shapes: list[Shape], *, code: bool) -> bool:
    """Whether an entry with fewer indices than axes means all of its last axes."""
    if any(isinstance(i, IndexSlice | FurtherAxes) for i in indices):
        return False
    count, ranks = len(indices), {len(shape) for shape in shapes}
    trimmed = {len([n for n in shape if n != 1]) for shape in shapes}
    if len(ranks) != 1 or count >= min(ranks) or shapes[0] == (1,):
        return False
    if not all(leads_within(table, indices, shape) for shape in shapes):
        return False
    if count == 1 and trimmed != {1}:
        possible: tuple[str, ...] = (LEADING,) if code else (ROW_MAJOR, LEADING)
    else:
        possible = (ROW_MAJOR,) if count in trimmed else (LEADING,)
    return table.choose(FEWER_INDICES, "", possible) == LEADING


def leads_within(table: SymbolTable, indices: Indices, shape: Shape) -> bool:
    """Whether the numbers among some indices exist on the first axes of a shape.

    An entry that does not exist is 0, so that a row that does not exist would make claims right.
    """
    return all(
        not isinstance(i, Numeral) or 0 <= i.value - table.base < n
        for i, n in zip(indices, shape, strict=False)
    )


def _candidate_tensors(table: SymbolTable, entry: TensorReference) -> list[Tensor | str]:
    """The tensors that an entry may belong to; more than one where its layer is an index."""
    if entry.letter in table.extra and entry.letter not in table.context.layers:
        return [entry.letter]
    layer = int(entry.layer.value) if isinstance(entry.layer, Numeral) else None
    return [
        t
        for t in table.context.tensors.values()
        if t.name.letter == entry.letter and layer in {None, t.name.layer}
    ]


def _shape_of(table: SymbolTable, tensor: Tensor | str) -> Shape:
    return table.extra[tensor] if isinstance(tensor, str) else table.context.shape(tensor)


def _expand_compact(
    table: SymbolTable, number: Numeral, shape: Shape, entry: TensorReference
) -> Indices:
    """`w_{11}` as w_{1,1}, unless it is the number of an entry in a flat notation."""
    digits = str(number.value)
    flat = number.value - table.base < prod(shape) and table.context.notation.style == "flat"
    # w_{11} of a 3 x 3 kernel is w_{1,1}, unless entries are numbered: then it is the eleventh.
    if flat or len(digits) != len(shape) or len(shape) < 2:
        return (number,)
    return indices_from_digits(table, digits, entry.span)


def indices_from_digits(table: SymbolTable, digits: str, span: Span) -> Indices:
    """One index for each digit, with a note."""
    table.note(f"read the subscript {digits} as {','.join(digits)}")
    return tuple(Numeral(Fraction(int(d)), Fraction(1), span=span) for d in digits)


def _is_shared_bias(tensor: Tensor | str, shape: Shape, indices: Indices) -> bool:
    """A bias that all positions share, written with a position: its own verdict, later."""
    parameter = isinstance(tensor, Tensor) and tensor.role == "parameter"
    return parameter and shape == (1,) and len(indices) > 1


def _require_in_range(
    table: SymbolTable, tensor: Tensor | str, shape: Shape, entry: TensorReference, at: Parser
) -> None:
    """Refuse a written index that no entry has, and a wrong number of indices."""
    indices = entry.indices or ()
    name = tensor if isinstance(tensor, str) else tensor.key
    extents = _extents(shape, len(indices))
    if extents is None:
        at.fail(
            f"'{name}' has {_plural(len(shape), 'axis', 'axes')}, "
            f"and here are {_plural(len(indices), 'index', 'indices')}",
            f"{_grid(shape)}: {_plural(len(shape), 'index', 'indices')}, or one row-major number",
            entry.span,
        )
    for item, extent in zip(indices, extents, strict=True):
        if isinstance(item, Numeral) and not 0 <= item.value - table.base < extent:
            with at.refusing(OutOfRangeError):
                at.fail(
                    f"'{name}' is {_grid(shape)}; index {item.value} is outside",
                    f"valid: {table.base}..{table.base + extent - 1}",
                    item.span,
                )


def _extents(shape: Shape, count: int) -> Shape | None:
    """The extents that so many indices run over: all axes, those longer than 1, or a flat one."""
    trimmed = tuple(n for n in shape if n != 1) or (1,)
    if count == len(shape):
        return shape
    if count == len(trimmed):
        return trimmed
    return (prod(shape),) if count == 1 else None


def _plural(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _grid(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def split_indices(indices: Indices, ranks: set[int]) -> Indices:
    """`{m'n'}` as two indices where the tensor has two axes."""
    if len(indices) != 1 or 1 in ranks:
        return indices
    if isinstance(indices[0], Identifier):
        name, (start, _) = indices[0].name, indices[0].span
        if len(name) in ranks and name.isalpha() and name.isascii():
            places = enumerate(name, start)
            return tuple(Identifier(c, span=(n, n + 1)) for n, c in places)
        return indices
    pieces: list[SyntaxNode] = []
    node: SyntaxNode = indices[0]
    while isinstance(node, BinaryExpression) and node.operator == "":
        pieces.insert(0, node.right)
        node = node.left
    pieces.insert(0, node)
    return tuple(pieces) if len(pieces) in ranks else indices
