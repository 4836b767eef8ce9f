"""What is no array in code: axes, shapes, modes, and formulas of whole numbers and sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING

from symconv.claims.arrays.arguments import Plain
from symconv.claims.arrays.dense_array import describe_shape
from symconv.claims.model.code_nodes import LocalName
from symconv.claims.model.errors import ClaimError, ShapeMismatchError
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    BinaryExpression,
    FunctionCall,
    Identifier,
    IndexSlice,
    Numeral,
    Subscript,
    SyntaxNode,
    UnaryMinus,
)

from .dense_values import as_dense
from .index_expressions import MOST_INDEX_BITS, Environment, evaluate_index

if TYPE_CHECKING:
    from .evaluator import Evaluator

CONSTANTS: dict[str, Plain] = {"None": None, "True": True, "False": False}
WHOLE_FUNCTIONS = {"floor", "ceil", "modulo", "max", "min"}
EXTENTS: dict[str, Callable[[tuple[int, ...]], Plain]] = {
    "np.shape": lambda shape: shape,
    "np.size": prod,
    "np.len": lambda shape: shape[0] if shape else 1,
}


def read_plain(at: Evaluator, node: SyntaxNode, env: Environment) -> Plain:
    """An axis, a shape, a mode: what is no array; ClaimError where it is something else."""
    match node:
        case LocalName():
            return _read_local(at, node)
        case Identifier() if node.name in CONSTANTS or node.name.startswith("'"):
            return CONSTANTS.get(node.name, node.name.strip("'"))
        case ArrayLiteral():
            return _read_tuple(at, node, env)
        case FunctionCall() if node.function in EXTENTS:
            return EXTENTS[node.function](as_dense(at.value(node.arguments[0], env)).shape)
        case Subscript():
            return _read_part(at, node, env)
    return read_whole(at, node, env)


def read_whole(at: Evaluator, node: SyntaxNode, env: Environment) -> int:
    """A whole number; ClaimError where it is none."""
    value: Plain = evaluate_index(node, env, at.context)
    if isinstance(node, LocalName):
        value = _read_local(at, node)
    elif value is None and isinstance(node, UnaryMinus):
        value = -read_whole(at, node.body, env)
    elif value is None and isinstance(node, BinaryExpression):
        value = _calculate(at, node, env)
    elif value is None and isinstance(node, FunctionCall | Subscript):
        value = _read_extent(at, node, env)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ClaimError("a whole number is expected here", help="axis=0, shape=(2, 3)")
    if value.bit_length() > MOST_INDEX_BITS:
        raise ClaimError("a whole number that is too large", help="sizes and places")
    return value


def _read_local(at: Evaluator, node: LocalName) -> Plain:
    """What a name of code stands for; ClaimError where it is an array."""
    value = at.locals.get(node.name)
    if value is None or not isinstance(value, int | tuple):
        raise ClaimError(f"'{node.name}' is no whole number here", help="axis=0, shape=(2, 3)")
    return value


def _read_extent(at: Evaluator, node: FunctionCall | Subscript, env: Environment) -> Plain:
    known = node.base if isinstance(node, Subscript) else node
    if isinstance(known, LocalName) or (
        isinstance(known, FunctionCall) and known.function in EXTENTS
    ):
        return read_plain(at, node, env)
    if isinstance(node, FunctionCall) and node.function in WHOLE_FUNCTIONS and not node.primes:
        return _apply_to_whole(at, node, env)
    return None


def _apply_to_whole(at: Evaluator, node: FunctionCall, env: Environment) -> Plain:
    """A quotient rounded down or up, what is left over, the larger and the smaller one."""
    (first, *others) = node.arguments
    if node.function in {"floor", "ceil"} and not others:
        if not isinstance(first, BinaryExpression) or first.operator != "/":
            return read_whole(at, first, env)
        above, below = (read_whole(at, side, env) for side in (first.left, first.right))
        if not below:
            raise ClaimError("a division by 0", help="(H - k) // s + 1")
        return above // below if node.function == "floor" else -(-above // below)
    values = [read_whole(at, x, env) for x in node.arguments]
    if node.function == "modulo":
        if len(values) != 2 or not values[1]:
            raise ClaimError("a remainder of a division by 0", help="i % 2")
        return values[0] % values[1]
    return max(values) if node.function == "max" else min(values)


def is_plain(node: SyntaxNode, knows: Callable[[LocalName | Identifier], bool]) -> bool:
    """Whether a formula is made of whole numbers, of names that are such, and of shapes alone."""
    found = False
    match node:
        case LocalName() | Identifier():
            found = knows(node)
        case Numeral():
            found = node.value.denominator == 1
        case FunctionCall() if node.function in EXTENTS:
            found = True
        case FunctionCall():
            whole = node.function in WHOLE_FUNCTIONS and not node.primes
            found = whole and all(is_plain(x, knows) for x in list_whole_operands(node))
        case Subscript():
            found = not isinstance(node.base, Numeral) and is_plain(node.base, knows)
        case BinaryExpression() if node.operator in {"+", "-", "*"}:
            found = is_plain(node.left, knows) and is_plain(node.right, knows)
        case UnaryMinus() | ArrayLiteral():
            found = all(is_plain(x, knows) for x in node.children())
    return found


def list_whole_operands(node: SyntaxNode) -> Sequence[SyntaxNode]:
    """What a function of whole numbers is taken of: a rounded quotient, of its two sides."""
    parts = tuple(node.children())
    inner = parts[0] if parts else None
    rounded = isinstance(node, FunctionCall) and node.function in {"floor", "ceil"}
    if rounded and isinstance(inner, BinaryExpression) and inner.operator == "/":
        return inner.left, inner.right
    return parts


def has_plain_value(at: Evaluator, node: SyntaxNode) -> bool:
    """Whether a formula is a whole number, or a shape, as the names of the program stand."""

    def knows(name: LocalName | Identifier) -> bool:
        if isinstance(name, LocalName):
            return isinstance(at.locals.get(name.name), int | tuple)
        return name.name in at.context.size_names or name.name in CONSTANTS

    return is_plain(node, knows)


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
