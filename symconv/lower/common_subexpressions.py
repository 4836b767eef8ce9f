"""Pieces that occur more than once are computed once, in front of their first use."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from itertools import count

from sympy import Basic, Symbol

from symconv.core.tree import substitute, walk

from .builder import origin_key
from .dataflow import arrays_read, arrays_written, loop_indices
from .ir import (
    ApplyFunction,
    Arithmetic,
    Array,
    Cast,
    Comparison,
    Einsum,
    Let,
    Local,
    LogicalAnd,
    Loop,
    Matmul,
    Negate,
    Reduce,
    Ref,
    Reshape,
    Scalar,
    SoftmaxArray,
    Statement,
)

WORTH = (
    ApplyFunction
    | Arithmetic
    | Reduce
    | SoftmaxArray
    | Einsum
    | Matmul
    | Comparison
    | LogicalAnd
    | Cast
    | Reshape
)
WORDS = {Reshape: "blocks", Einsum | Matmul: "product", Comparison | LogicalAnd | Cast: "mask"}
OPERATORS = {"+": "sum", "*": "product", "/": "ratio", "**": "power", "%": "rest"}


def eliminate_common_subexpressions(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The same program with every repeated piece bound to a local array of its own."""
    # Negative, so that no number of the builder's own arrays, which counts up from 0, is taken.
    for serial in count(-1000, -1):
        found = _find_repetition(statements)
        if found is None:
            return statements
        place, piece = found
        local = Local(_base_key(piece), _local_word(piece), serial)
        later = tuple(substitute(s, piece, local) for s in statements[place:])
        statements = (*statements[:place], Let(local, piece), *later)
    raise AssertionError


def _find_repetition(statements: tuple[Statement, ...]) -> tuple[int, Array] | None:
    """The largest piece that is computed more than once, and where it is needed first."""
    tally = Tally(p for s in statements for p in _pieces(s))
    inside = {p for s in statements if isinstance(s, Loop) for p in _pieces(s)}
    # A piece inside a loop that no loop index touches is computed once a turn: often, too.
    often = [p for p, times in tally.items() if times > 1 or p in inside]
    # The largest first: what it is made of may then occur once only.
    for piece in sorted(often, key=lambda p: -sum(1 for _ in walk(p))):
        place = next(k for k, s in enumerate(statements) if piece in set(_pieces(s)))
        if _is_stable(piece, statements[place:]):
            return place, piece
    return None


def _pieces(statement: Statement) -> Iterator[WORTH]:
    """Every piece of a statement that takes time to compute, but for those that a loop changes."""
    varying = loop_indices((statement,))
    body = statement.body if isinstance(statement, Loop) else (statement,)
    for part in walk(tuple(s if isinstance(s, Loop) else s.value for s in body)):
        if (
            isinstance(part, WORTH)
            and _is_costly(part)
            and not (varying and _symbols_of(part) & varying)
        ):
            yield part


def _is_costly(piece: WORTH) -> bool:
    """Whether a piece is more than a number beside an array, or another view of one."""
    if isinstance(piece, Arithmetic):
        # 2 x in front of a product costs less than an array to hold it.
        return sum(not isinstance(p, Scalar) for p in piece.parts) > 1
    return not isinstance(piece, Reshape) or isinstance(piece.source, Ref | Local)


def _symbols_of(piece: object) -> set[Symbol]:
    """The sizes and loop indices that a piece mentions."""
    return {s for p in walk(piece, Basic) for s in p.atoms(Symbol)}


def _is_stable(piece: Array, later: tuple[Statement, ...]) -> bool:
    """Whether nothing that the piece is made of is written from its first use on."""
    used = set(arrays_read(Let(Local("", "", 0), piece)))
    return not any(arrays_written(s) & used for s in later)


def _base_key(piece: Array) -> str:
    """The key of the first tensor that a piece is made of."""
    named = origin_key(piece)
    found = (origin_key(a) for a in arrays_read(Let(Local("", "", 0), piece)))
    return named or next((k for k in found if k), "")


def _local_word(piece: Array) -> str:
    """What a piece is, in a word."""
    match piece:
        case ApplyFunction(function=word) | Reduce(kind=word) | SoftmaxArray(kind=word):
            return word
        case Arithmetic("+", summands) if any(isinstance(p, Negate) for p in summands):
            return "difference"
        case Arithmetic(operator):
            return OPERATORS[operator]
    return next(word for kinds, word in WORDS.items() if isinstance(piece, kinds))
