"""Pieces that occur more than once are computed once, in front of their first use."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import count
from typing import TypeVar

from sympy import Basic, Symbol

from .arithmetic import Apply, Arithmetic, Both, Cast, Negative, Test
from .builder import origin
from .leaves import Local, Number, Ref
from .program import Array, Let, Loop, Statement
from .reductions import Einsum, Matmul, Normalised, Reduce
from .views import Reshape
from .walk import loop_indices, parts, reads, writes

T = TypeVar("T")
WORTH = Apply | Arithmetic | Reduce | Normalised | Einsum | Matmul | Test | Both | Cast | Reshape
WORDS = {Reshape: "blocks", Einsum | Matmul: "product", Test | Both | Cast: "mask"}
OPERATORS = {"+": "sum", "*": "product", "/": "ratio", "**": "power", "%": "rest"}


def shared(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The same program with every repeated piece bound to a local array of its own."""
    for serial in count(-1000, -1):
        found = _repeated(statements)
        if found is None:
            return statements
        place, piece = found
        local = Local(_base(piece), _word(piece), serial)
        later = tuple(_replaced(s, piece, local) for s in statements[place:])
        statements = (*statements[:place], Let(local, piece), *later)
    raise AssertionError


def _repeated(statements: tuple[Statement, ...]) -> tuple[int, Array] | None:
    """The largest piece that is computed more than once, and where it is needed first."""
    tally = Tally(p for s in statements for p in _pieces(s))
    inside = {p for s in statements if isinstance(s, Loop) for p in _pieces(s)}
    often = [p for p, times in tally.items() if times > 1 or p in inside]
    for piece in sorted(often, key=lambda p: -sum(1 for _ in parts(p))):
        place = next(k for k, s in enumerate(statements) if piece in set(_pieces(s)))
        if _stable(piece, statements[place:]):
            return place, piece
    return None


def _pieces(statement: Statement) -> Iterator[WORTH]:
    """Every piece of a statement that takes time to compute, but for those that a loop changes."""
    varying = loop_indices((statement,))
    body = statement.body if isinstance(statement, Loop) else (statement,)
    for part in parts(tuple(s if isinstance(s, Loop) else s.value for s in body)):
        if isinstance(part, WORTH) and _costly(part) and not _sizes(part) & varying:
            yield part


def _costly(piece: WORTH) -> bool:
    """Whether a piece is more than a number beside an array, or another view of one."""
    if isinstance(piece, Arithmetic):
        return sum(not isinstance(p, Number) for p in piece.parts) > 1
    return not isinstance(piece, Reshape) or isinstance(piece.source, Ref | Local)


def _sizes(piece: object) -> set[Symbol]:
    """The sizes and loop indices that a piece mentions."""
    return {s for p in parts(piece) if isinstance(p, Basic) for s in p.atoms(Symbol)}


def _stable(piece: Array, later: tuple[Statement, ...]) -> bool:
    """Whether nothing that the piece is made of is written from its first use on."""
    used = set(reads(Let(Local("", "", 0), piece)))
    return not any(writes(s) & used for s in later)


def _base(piece: Array) -> str:
    """The key of the first tensor that a piece is made of."""
    named = origin(piece)
    found = (origin(a) for a in reads(Let(Local("", "", 0), piece)))
    return named or next((k for k in found if k), "")


def _word(piece: Array) -> str:
    """What a piece is, in a word."""
    match piece:
        case Apply(function=word) | Reduce(kind=word) | Normalised(kind=word):
            return word
        case Arithmetic("+", summands) if any(isinstance(p, Negative) for p in summands):
            return "difference"
        case Arithmetic(operator):
            return OPERATORS[operator]
    return next(word for kinds, word in WORDS.items() if isinstance(piece, kinds))


def _replaced(node: T, piece: Array, local: Local) -> T:
    """The same program with a piece replaced by the array that holds it."""
    if node == piece:
        return local  # type: ignore[return-value]
    if isinstance(node, tuple):
        return tuple(_replaced(part, piece, local) for part in node)  # type: ignore[return-value]
    if is_dataclass(node) and not isinstance(node, type):
        changes = {f.name: _replaced(getattr(node, f.name), piece, local) for f in fields(node)}
        return replace(node, **changes)
    return node
