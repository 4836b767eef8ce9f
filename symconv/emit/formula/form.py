"""Formulas arranged for display: a tree that fixes what is written and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

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


Marked = TypeVar("Marked", bound=Node)


def marked(node: Marked, mark: Mark) -> Marked:
    """The node with one more mark."""
    kept = mark if node.mark in {"", mark} else "both"
    return replace(node, mark=kept)


def product(factors: tuple[Form, ...]) -> Form:
    """A product without ones and without a shell around a single factor."""
    kept = tuple(f for f in factors if f != ONE)
    return kept[0] if len(kept) == 1 else Product(kept) if kept else ONE


def quotient(above: Form, below: Form) -> Form:
    """A quotient, unless one divides by 1."""
    return above if below == ONE else Quotient(above, below)


def negative(form: Form) -> Form:
    """The form subtracted from nothing."""
    return Total(((True, form),))


def parenthesised(form: Form) -> bool:
    """Whether a factor starts and ends with its own parentheses: (t + u), (t + u)^2."""
    return isinstance(form.base if isinstance(form, Power) else form, Total)


def numeric(form: Form) -> bool:
    """Whether a factor is a number with digits, also a negative one: it needs a sign of times."""
    if isinstance(form, Total) and len(form.terms) == 1:
        return numeric(form.terms[0][1])
    return isinstance(form.base if isinstance(form, Power) else form, Decimal)


def split_sign(form: Form) -> tuple[bool, Form]:
    """Whether a form is negative as a whole, and the form without that sign."""
    if isinstance(form, Total) and len(form.terms) == 1:
        return form.terms[0]
    return False, form


def limit_relation(limit: Limit) -> Relation:
    """0 <= m < n, or 1 <= m <= n where indices start at 1."""
    if limit.first == Number(0):
        return Relation((limit.first, limit.variable, limit.beyond), ("<=", "<"))
    return Relation((limit.first, limit.variable, limit.last), ("<=", "<="))


def limit_variable(limit: Limit) -> Form:
    """The bound index, marked as the limit is."""
    return replace(limit.variable, mark=limit.mark) if limit.mark else limit.variable
