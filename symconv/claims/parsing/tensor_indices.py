"""The indices of an entry: one for each axis, or one row-major number, and none out of range."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.facts import Shape
from symconv.claims.model.tree import Binary, Entry, Node, Number, Span
from symconv.core.tensor import Tensor

if TYPE_CHECKING:
    from .name_resolution import Table
    from .parser import Parser

Indices = tuple[Node, ...]


class OutOfRangeError(ClaimError):
    """An index that no entry has."""


def shaped(table: Table, entry: Entry, at: Parser) -> Entry:
    """The entry with one index for each axis, or one row-major number."""
    tensors = _candidates(table, entry)
    if entry.indices is None or not tensors:
        return entry
    shapes = [_shape_of(table, t) for t in tensors]
    indices = split_indices(entry.indices, {len(x) for x in shapes})
    if len(indices) == 1 and isinstance(indices[0], Number):
        indices = _compact(table, indices[0], shapes[0], entry)
    found = replace(entry, indices=indices)
    for tensor, shape in zip(tensors, shapes, strict=True):
        if not _shared_bias(tensor, shape, indices):
            _in_range(table, tensor, shape, found, at)
    return found


def _candidates(table: Table, entry: Entry) -> list[Tensor | str]:
    """The tensors that an entry may belong to; more than one where its layer is an index."""
    if entry.letter in table.extra and entry.letter not in table.facts.layers:
        return [entry.letter]
    layer = int(entry.layer.value) if isinstance(entry.layer, Number) else None
    return [
        t
        for t in table.facts.tensors.values()
        if t.name.letter == entry.letter and layer in {None, t.name.layer}
    ]


def _shape_of(table: Table, tensor: Tensor | str) -> Shape:
    return table.extra[tensor] if isinstance(tensor, str) else table.facts.shape(tensor)


def _compact(table: Table, number: Number, shape: Shape, entry: Entry) -> Indices:
    """`w_{11}` as w_{1,1}, unless it is the number of an entry in a flat notation."""
    digits = str(number.value)
    flat = number.value - table.base < prod(shape) and table.facts.notation.style == "flat"
    if flat or len(digits) != len(shape) or len(shape) < 2:
        return (number,)
    return digit_by_digit(table, digits, entry.span)


def digit_by_digit(table: Table, digits: str, span: Span) -> Indices:
    """One index for each digit, with a note."""
    table.note(f"read the subscript {digits} as {','.join(digits)}")
    return tuple(Number(Fraction(int(d)), Fraction(1), span=span) for d in digits)


def _shared_bias(tensor: Tensor | str, shape: Shape, indices: Indices) -> bool:
    """A bias that all positions share, written with a position: its own verdict, later."""
    parameter = isinstance(tensor, Tensor) and tensor.role == "parameter"
    return parameter and shape == (1,) and len(indices) > 1


def _in_range(table: Table, tensor: Tensor | str, shape: Shape, entry: Entry, at: Parser) -> None:
    """Refuse a written index that no entry has, and a wrong number of indices."""
    indices = entry.indices or ()
    name = tensor if isinstance(tensor, str) else tensor.key
    extents = _extents(shape, len(indices))
    if extents is None:
        at.fail(
            f"'{name}' has {_count(len(shape), 'axis', 'axes')}, "
            f"and here are {_count(len(indices), 'index', 'indices')}",
            f"{_grid(shape)}: {_count(len(shape), 'index', 'indices')}, or one row-major number",
            entry.span,
        )
    for item, extent in zip(indices, extents, strict=True):
        if isinstance(item, Number) and not 0 <= item.value - table.base < extent:
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


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _grid(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def split_indices(indices: Indices, ranks: set[int]) -> Indices:
    """`{m'n'}` as two indices where the tensor has two axes."""
    if len(indices) != 1 or 1 in ranks:
        return indices
    pieces: list[Node] = []
    node: Node = indices[0]
    while isinstance(node, Binary) and node.operator == "":
        pieces.insert(0, node.right)
        node = node.left
    pieces.insert(0, node)
    return tuple(pieces) if len(pieces) in ranks else indices
