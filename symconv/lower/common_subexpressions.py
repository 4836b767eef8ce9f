"""Pieces that occur more than once are computed once, in front of their first use."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count

from sympy import Basic, Symbol

from symconv.core.tree import substitute, walk

from .builder import origin_key
from .dataflow import arrays_read, arrays_written, loop_indices
from .ir import (
    ApplyFunction,
    Arithmetic,
    Array,
    Cast,
    Choose,
    Comparison,
    Correlate,
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
    | Correlate
    | Matmul
    | Comparison
    | LogicalAnd
    | Choose
    | Cast
    | Reshape
)
WORDS = {
    Reshape: "blocks",
    Einsum | Matmul | Correlate: "product",
    Choose: "chosen",
    Comparison | LogicalAnd | Cast: "mask",
}
OPERATORS = {"+": "sum", "*": "product", "/": "ratio", "**": "power", "%": "rest"}
OPERATORS |= {"max": "larger", "min": "smaller"}


def eliminate_common_subexpressions(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The same program with every repeated piece bound to a local array of its own."""
    return RepeatedPieces().eliminate(statements)


@dataclass
class RepeatedPieces:
    """The pieces of the statements of one program, each with a number.

    A long program has many repetitions, and after each everything is counted again: what a
    statement is made of is looked up once, and numbers are counted instead of trees.
    """

    pieces: list[WORTH] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    numbers: dict[WORTH, int] = field(default_factory=dict)
    _made_of: dict[int, tuple[Statement, list[int]]] = field(default_factory=dict)
    _writes: dict[int, frozenset[Ref | Local]] = field(default_factory=dict)

    def eliminate(self, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """The program with a local array for every repeated piece, the largest first."""
        # Negative, so that no number of the builder's own arrays, which counts up from 0, is taken.
        for serial in count(-1000, -1):
            made_of = [self._numbers_of(s) for s in statements]
            found = self._find_repetition(statements, made_of)
            if found is None:
                return statements
            place, number = found
            piece = self.pieces[number]
            local = Local(_base_key(piece), _local_word(piece), serial)
            later = tuple(
                [
                    substitute(s, piece, local) if number in inside else s
                    for s, inside in zip(statements[place:], made_of[place:], strict=True)
                ]
            )
            statements = (*statements[:place], Let(local, piece), *later)
        raise AssertionError

    def _numbers_of(self, statement: Statement) -> list[int]:
        """The pieces of a statement by their numbers, in order."""
        known = self._made_of.get(id(statement))
        if known is None:
            # The statement is kept beside them: its address must not be used again.
            known = statement, [self._number(p) for p in _pieces(statement)]
            self._made_of[id(statement)] = known
            self._writes[id(statement)] = frozenset(arrays_written(statement))
        return known[1]

    def _number(self, piece: WORTH) -> int:
        if piece not in self.numbers:
            self.numbers[piece] = len(self.pieces)
            self.pieces.append(piece)
            self.sizes.append(sum(1 for _ in walk(piece)))
        return self.numbers[piece]

    def _find_repetition(
        self, statements: tuple[Statement, ...], made_of: list[list[int]]
    ) -> tuple[int, int] | None:
        """The largest piece that is computed more than once, and where it is needed first."""
        tally = Tally(chain.from_iterable(made_of))
        pairs = zip(statements, made_of, strict=True)
        inside = {n for s, numbers in pairs if isinstance(s, Loop) for n in numbers}
        # A piece inside a loop that no loop index touches is computed once a turn: often, too.
        often = [n for n, times in tally.items() if times > 1 or n in inside]
        # The largest first: what it is made of may then occur once only.
        for number in sorted(often, key=self.sizes.__getitem__, reverse=True):
            place = next(k for k, numbers in enumerate(made_of) if number in numbers)
            if self._is_stable(self.pieces[number], statements[place:]):
                return place, number
        return None

    def _is_stable(self, piece: Array, later: tuple[Statement, ...]) -> bool:
        """Whether nothing that the piece is made of is written from its first use on."""
        used = frozenset(arrays_read(Let(Local("", "", 0), piece)))
        written = map(self._writes.__getitem__, map(id, later))
        return not any(map(used.intersection, written))


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
