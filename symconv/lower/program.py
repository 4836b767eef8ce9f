"""The array program: a small frozen tree between index equations and a text that runs.

Arrays are expressions, statements bind them. Sizes and places are SymPy integers expressions of
size symbols and loop indices; nothing here knows the language that is printed in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sympy import Expr, Symbol

from .arithmetic import Apply, Arithmetic, Both, Cast, Negative, Not, Test
from .leaves import Constant, Counter, Local, Number, Ref
from .reductions import Einsum, FirstMaximum, Matmul, Normalised, Reduce
from .views import (
    WHOLE,
    At,
    Broadcast,
    Index,
    Item,
    NewAxis,
    Pad,
    Reshape,
    Slice,
    Transpose,
    Windows,
)

Array: TypeAlias = (
    Ref
    | Local
    | Number
    | Index
    | Pad
    | Windows
    | Reshape
    | Transpose
    | Broadcast
    | Einsum
    | Matmul
    | Arithmetic
    | Negative
    | Apply
    | Reduce
    | FirstMaximum
    | Normalised
    | Counter
    | Test
    | Both
    | Not
    | Cast
    | Constant
)


@dataclass(frozen=True)
class Let:
    """`target` = `value`; `finishes` is the key of the equation that is complete with it."""

    target: Ref | Local
    value: Array
    finishes: str | None = None


@dataclass(frozen=True)
class Store:
    """`target[items]` = `value`, or += where `add` is set."""

    target: Ref | Local
    items: tuple[Item, ...]
    value: Array
    add: bool
    finishes: str | None = None


@dataclass(frozen=True)
class Raise:
    """`target` = max(`target`, `value`), entry by entry."""

    target: Ref | Local
    value: Array
    finishes: str | None = None


@dataclass(frozen=True)
class Loop:
    """`body` for every value of the indices, in row-major order."""

    indices: tuple[tuple[Symbol, Expr], ...]
    body: tuple[Statement, ...]


Statement: TypeAlias = Let | Store | Raise | Loop

__all__ = [
    "WHOLE",
    "Apply",
    "Arithmetic",
    "Array",
    "At",
    "Both",
    "Broadcast",
    "Cast",
    "Constant",
    "Counter",
    "Einsum",
    "FirstMaximum",
    "Index",
    "Item",
    "Let",
    "Local",
    "Loop",
    "Matmul",
    "Negative",
    "NewAxis",
    "Normalised",
    "Not",
    "Number",
    "Pad",
    "Raise",
    "Reduce",
    "Ref",
    "Reshape",
    "Slice",
    "Statement",
    "Store",
    "Test",
    "Transpose",
    "Windows",
]
