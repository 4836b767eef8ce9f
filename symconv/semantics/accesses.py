"""Entries of tensors and Iverson brackets: the nodes that compare index expressions."""

from __future__ import annotations

from fractions import Fraction

from sympy import KroneckerDelta
from sympy.tensor.indexed import Indexed

from symconv.core.errors import SymconvError, Unsupported
from symconv.core.nodes import Box, Equals
from symconv.core.tensor import key_of

from .autodiff import Dual
from .index_arithmetic import (
    Environment,
    Read,
    affine_in_slots,
    as_integer,
    compile_index,
    compile_place,
)
from .node_compiler import EvaluationScope, Seed, Table, compile_formula, compile_node


def tensor_table(e: Indexed, scope: EvaluationScope) -> Table:
    """The entries of the tensor behind an access."""
    key = key_of(e)
    if key not in scope.tables:
        known = ", ".join(sorted(scope.tables)) or "none"
        raise SymconvError(
            f"the tensor '{key}' has no values", help=f"tensors with values: {known}"
        )
    return scope.tables[key]


def lookup(e: Indexed, scope: EvaluationScope) -> Read:
    """T[place], or None where T is absent; the entry of a derivative has slope 1."""
    get = tensor_table(e, scope).get
    place = compile_place(e.indices, scope.sizes, scope.slots)

    read: Read = lambda v: get(place(v))  # noqa: E731 - wrapped below
    for seed in scope.seeds:
        if seed.key == key_of(e):
            read = _seed_entry(read, place, seed, scope)
    return read


def _seed_entry(read: Read, place: Read, seed: Seed, scope: EvaluationScope) -> Read:
    one, cell, level, note = scope.one, seed.cell, seed.level, seed.read.add

    def seeded(v: Environment) -> object:
        value = read(v)
        if value is None:
            return None
        here = place(v)
        note(here)
        # The cell is a list of one place: the closure is compiled once, and the derivative puts the
        # entry it is taken by into the cell before each evaluation.
        return Dual(value, one, level) if here == cell[0] else value

    return seeded


@compile_node.register(Indexed)
def compile_access(e: Indexed, scope: EvaluationScope) -> Read:
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


@compile_node.register(KroneckerDelta)
def compile_kronecker(e: KroneckerDelta, scope: EvaluationScope) -> Read:
    """[a = b]."""
    a, b = (affine_in_slots(side, scope.sizes, scope.slots) for side in e.args[:2])
    # A difference that is no integer reads as None, and None is not 0: the bracket is 0 then, too.
    difference = compile_index(a + b.times(Fraction(-1)))
    zero, one = scope.zero, scope.one
    return lambda v: one if difference(v) == 0 else zero


@compile_node.register(Box)
def compile_box(e: Box, scope: EvaluationScope) -> Read:
    """[place is an integer and 0 <= place < extent]."""
    place = compile_index(affine_in_slots(e.place, scope.sizes, scope.slots))
    inside = range(as_integer(e.extent, scope.sizes))
    zero, one = scope.zero, scope.one
    return lambda v: one if place(v) in inside else zero


@compile_node.register(Equals)
def compile_equals(e: Equals, scope: EvaluationScope) -> Read:
    """[place = label], the label being an entry of a tensor of whole numbers; open for a symbol."""
    place = compile_index(affine_in_slots(e.place, scope.sizes, scope.slots))
    label, compare = compile_formula(e.label, scope), scope.algebra.compare_label
    return lambda v: compare(place(v), label(v))
