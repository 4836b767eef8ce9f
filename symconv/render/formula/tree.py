"""Formulas arranged for display: a tree that fixes what is written and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from symconv.core.tensor import Name

Mark = Literal["", "old", "new", "both"]
"""What a derivation says about a part: rewritten by the next step, made by the last, or both."""


@dataclass(frozen=True)
class Node:
    """A part of a formula. Its mark is no part of what it says: equal parts may be marked apart."""

    mark: Mark = field(default="", kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Number(Node):
    """A non-negative integer; signs belong to `Total`, division to `Quotient`."""

    value: int


@dataclass(frozen=True)
class Word(Node):
    """A symbol: an index, a size, or one entry of a tensor (`w_3^1`), with its decorations."""

    letter: str
    subscript: str = ""
    superscript: str = ""
    primes: int = 0
    entry: bool = False


@dataclass(frozen=True)
class Decimal(Node):
    """A measured or computed number, written with the digits of `text`; never negative."""

    text: str


@dataclass(frozen=True)
class Several(Node):
    """a, b, c."""

    items: tuple[Form, ...]


@dataclass(frozen=True)
class Entry(Node):
    """An access of a tensor. No places: the tensor as a whole, or a scalar."""

    name: Name
    places: tuple[Form, ...] = ()


@dataclass(frozen=True)
class Total(Node):
    """A sum of terms, each with whether it is subtracted."""

    terms: tuple[tuple[bool, Form], ...]


@dataclass(frozen=True)
class Product(Node):
    """Factors, side by side."""

    factors: tuple[Form, ...]


@dataclass(frozen=True)
class Quotient(Node):
    """above / below."""

    above: Form
    below: Form


@dataclass(frozen=True)
class Power(Node):
    """base ^ exponent."""

    base: Form
    exponent: Form


@dataclass(frozen=True)
class Call(Node):
    """f(x)."""

    function: str
    argument: Form


@dataclass(frozen=True)
class Limit(Node):
    """A bound index with its first and last value, and the number one beyond the last."""

    variable: Form
    first: Form
    last: Form
    beyond: Form


@dataclass(frozen=True)
class Reduction(Node):
    """A sum or a maximum over bound indices, the outermost first."""

    operator: Literal["sum", "max"]
    limits: tuple[Limit, ...]
    body: Form


@dataclass(frozen=True)
class Relation(Node):
    """A chain a = b, 0 <= e < n: forms with the relations between them."""

    sides: tuple[Form, ...]
    relations: tuple[Literal["=", "<=", "<", "≈"], ...]


@dataclass(frozen=True)
class Bracket(Node):
    """An Iverson bracket: 1 if the relation holds, else 0."""

    relation: Relation


@dataclass(frozen=True)
class FirstMaximum(Node):
    """The bracket [place is the first maximiser of `maximum`]."""

    place: tuple[Form, ...]
    maximum: Reduction


@dataclass(frozen=True)
class Derivative(Node):
    """d of / d by."""

    of: Form
    by: Form


@dataclass(frozen=True)
class Floor(Node):
    """The greatest integer not above."""

    inside: Form


Form = (
    Number
    | Decimal
    | Several
    | Word
    | Entry
    | Total
    | Product
    | Quotient
    | Power
    | Call
    | Reduction
    | Relation
    | Bracket
    | FirstMaximum
    | Derivative
    | Floor
)

ONE = Number(1)
