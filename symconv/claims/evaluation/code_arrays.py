"""Statements that are code: arrays go together as in NumPy, and its words have their values."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from symconv.claims.arrays.arguments import ArgumentReader, Plain
from symconv.claims.arrays.dense_array import (
    DenseArray,
    NumberSystem,
    combine_dense,
    describe_shape,
)
from symconv.claims.arrays.table import evaluate_word
from symconv.claims.model.errors import ClaimError, ShapeMismatchError
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    BinaryExpression,
    FunctionCall,
    Identifier,
    IndexSlice,
    Subscript,
    SyntaxNode,
    UnaryMinus,
)

from .arrays import ArrayValue, Value, make_array
from .index_expressions import Environment, evaluate_index

if TYPE_CHECKING:
    from .evaluator import Evaluator

CONSTANTS = {"None": None, "True": True, "False": False}
EXTENTS: dict[str, Callable[[tuple[int, ...]], Plain]] = {
    "np.shape": lambda shape: shape,
    "np.size": prod,
    "np.len": lambda shape: shape[0] if shape else 1,
}


def as_dense(value: Value) -> DenseArray:
    """A value as an array of NumPy; a number has no axes."""
    if isinstance(value, ArrayValue):
        return DenseArray(value.shape, value.entries)
    return DenseArray((), (value,))


def as_value(array: DenseArray) -> Value:
    """An array of NumPy as a value; one without axes is a number."""
    return make_array(array.shape, array.entries) if array.shape else array.entries[0]


def combine_in_code(left: Value, right: Value, function: Callable[[Any, Any], Any]) -> Value:
    """Entry by entry, as NumPy broadcasts; the tensors of the axes are kept where they are."""
    if not isinstance(left, ArrayValue) and not isinstance(right, ArrayValue):
        return function(left, right)
    found = combine_dense(as_dense(left), as_dense(right), function)
    same = next((x for x in (left, right) if getattr(x, "shape", None) == found.shape), None)
    return as_value(found) if same is None else ArrayValue(same.blocks, found.entries)


def number_system(at: Evaluator) -> NumberSystem:
    """The numbers of an evaluation."""
    return NumberSystem(at.algebra, at.zero)


def evaluate_word_of_code(at: Evaluator, node: FunctionCall, env: Environment) -> Value:
    """The value of a word of NumPy."""
    reader = ArgumentReader(
        number_system(at),
        lambda n: as_dense(at.value(n, env)),
        lambda n: read_plain(at, n, env),
    )
    return as_value(evaluate_word(node, reader))


# ---- what is no array


def read_plain(at: Evaluator, node: SyntaxNode, env: Environment) -> Plain:
    """An axis, a shape, a mode: what is no array; ClaimError where it is something else."""
    if isinstance(node, Identifier) and node.name in CONSTANTS:
        return CONSTANTS[node.name]
    if isinstance(node, Identifier) and node.name.startswith("'"):
        return node.name.strip("'")
    if isinstance(node, ArrayLiteral):
        return _read_tuple(at, node, env)
    if isinstance(node, FunctionCall) and node.function in EXTENTS:
        return EXTENTS[node.function](as_dense(at.value(node.arguments[0], env)).shape)
    if isinstance(node, Subscript):
        return _read_part(at, node, env)
    return read_whole(at, node, env)


def read_whole(at: Evaluator, node: SyntaxNode, env: Environment) -> int:
    """A whole number; ClaimError where it is none."""
    value: Plain = evaluate_index(node, env, at.context)
    if value is None and isinstance(node, UnaryMinus):
        value = -read_whole(at, node.body, env)
    elif value is None and isinstance(node, BinaryExpression):
        value = _calculate(at, node, env)
    elif value is None and isinstance(node, FunctionCall | Subscript):
        value = _read_extent(at, node, env)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ClaimError("a whole number is expected here", help="axis=0, shape=(2, 3)")
    return value


def _read_extent(at: Evaluator, node: FunctionCall | Subscript, env: Environment) -> Plain:
    known = node.base if isinstance(node, Subscript) else node
    if isinstance(known, FunctionCall) and known.function in EXTENTS:
        return read_plain(at, node, env)
    return None


def _read_tuple(at: Evaluator, node: ArrayLiteral, env: Environment) -> Plain:
    """A tuple; a tuple of tuples where there are more axes."""
    if len(node.shape) == 1:
        return tuple(read_plain(at, e, env) for e in node.entries)
    inner = len(node.entries) // node.shape[0]
    rows = (node.entries[n : n + inner] for n in range(0, len(node.entries), inner))
    parts = (ArrayLiteral(node.shape[1:], row, span=node.span) for row in rows)
    return tuple(_read_tuple(at, part, env) for part in parts)


def _read_part(at: Evaluator, node: Subscript, env: Environment) -> Plain:
    """`x.shape[0]`, `x.shape[1:]`."""
    whole = read_plain(at, node.base, env)
    if not isinstance(whole, tuple) or len(node.indices) != 1:
        raise ClaimError("an axis of a shape is expected here", help="x.shape[0]")
    (index,) = node.indices
    if isinstance(index, IndexSlice):
        ends = [None if e is None else read_whole(at, e, env) for e in (index.low, index.high)]
        return whole[slice(*ends)]
    place = read_whole(at, index, env)
    if not -len(whole) <= place < len(whole):
        raise ShapeMismatchError(f"the shape {describe_shape(whole)} has no axis {place}")
    return whole[place]


def _calculate(at: Evaluator, node: BinaryExpression, env: Environment) -> Plain:
    a, b = (read_whole(at, s, env) for s in (node.left, node.right))
    if node.operator == "/":
        return a // b if b and a % b == 0 else None
    return {"+": a + b, "-": a - b}.get(node.operator, a * b)
