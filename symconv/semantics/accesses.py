"""Entries of tensors and Iverson brackets: the nodes that compare index expressions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Expr, Integer, KroneckerDelta
from sympy.tensor.indexed import Indexed

from symconv.core.errors import SymconvError, Unsupported
from symconv.core.nodes import Box, Equals

from .duals import Dual
from .meaning import Scope, Table, meaning, node
from .places import Environment, Place, Read, affine, place_reader, reader, whole


def table_of(e: Indexed, scope: Scope) -> Table:
    """The entries of the tensor behind an access."""
    key = str(e.base.label)
    if key not in scope.tables:
        known = ", ".join(sorted(scope.tables)) or "none"
        raise SymconvError(
            f"the tensor '{key}' has no values", help=f"tensors with values: {known}"
        )
    return scope.tables[key]


def lookup(e: Indexed, scope: Scope) -> Read:
    """T[place], or None where T is absent; the entry of a derivative has slope 1."""
    get = table_of(e, scope).get
    place = place_reader(e.indices, scope.sizes, scope.slots)

    read: Read = lambda v: get(place(v))  # noqa: E731 - wrapped below
    for seed in scope.seeds:
        if seed.key == str(e.base.label):
            read = _seeded(read, place, seed.cell, seed.level, scope)
    return read


def _seeded(read: Read, place: Read, cell: list[Place | None], level: int, scope: Scope) -> Read:
    one = scope.one

    def seeded(v: Environment) -> object:
        value = read(v)
        if value is None or place(v) != cell[0]:
            return value
        return Dual(value, one, level)

    return seeded


@node.register(Indexed)
def access(e: Indexed, scope: Scope) -> Read:
    """T[place]; 0 where T is absent."""
    read, zero, strict = lookup(e, scope), scope.zero, scope.strict

    def present(v: Environment) -> object:
        value = read(v)
        if value is not None:
            return value
        if strict:
            raise Unsupported(
                f"'{e}' is absent at some index, inside the body of a maximum",
                help="an entry that can be absent has to be the whole body of the maximum",
            )
        return zero

    return present


@node.register(KroneckerDelta)
def kronecker(e: KroneckerDelta, scope: Scope) -> Read:
    """[a = b]."""
    a, b = (affine(side, scope.sizes, scope.slots) for side in e.args[:2])
    difference = reader(a + b.times(Fraction(-1)))
    zero, one = scope.zero, scope.one
    return lambda v: one if difference(v) == 0 else zero


@node.register(Box)
def box(e: Box, scope: Scope) -> Read:
    """[place is an integer and 0 <= place < extent]."""
    place = reader(affine(e.place, scope.sizes, scope.slots))
    inside = range(whole(e.extent, scope.sizes))
    zero, one = scope.zero, scope.one
    return lambda v: one if place(v) in inside else zero


@node.register(Equals)
def equals(e: Equals, scope: Scope) -> Read:
    """[place = label], the label being an entry of a tensor of whole numbers; open for a symbol."""
    place = reader(affine(e.place, scope.sizes, scope.slots))
    label = meaning(e.label, scope)
    zero, one = scope.zero, scope.one

    def bracket(v: Environment) -> Any:
        at, named = place(v), plain(label(v))
        if at is not None and isinstance(named, Expr) and not named.is_number:
            return Equals(Integer(at), named)
        return one if at == named else zero

    return bracket


def plain(x: Any) -> Any:
    """The number that a scalar of any algebra stands for: others are wrapped around a `value`."""
    while hasattr(x, "value"):
        x = x.value
    return x
