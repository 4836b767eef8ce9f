"""Formulas arranged for display: a tree that fixes what is written and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from symconv.core.tensor import Name

Mark = Literal["", "old", "new", "both"]
"""What a derivation says about a part: rewritten by the next step, made by the last, or both."""


@dataclass(frozen=True)
class DisplayNode:
    """A part of a formula. Its mark is no part of what it says: equal parts may be marked apart."""

    # Left out of equality, so that a marked part is found again in the next line.
    mark: Mark = field(default="", kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class DisplayNumber(DisplayNode):
    """A non-negative integer; signs belong to `DisplaySum`, division to `DisplayQuotient`."""

    value: int


@dataclass(frozen=True)
class DisplaySymbol(DisplayNode):
    """A symbol: an index, a size, or one entry of a tensor (`w_3^1`), with its decorations."""

    letter: str
    subscript: str = ""
    superscript: str = ""
    primes: int = 0
    entry: bool = False


@dataclass(frozen=True)
class DisplayDecimal(DisplayNode):
    """A measured or computed number, written with the digits of `text`; never negative."""

    text: str


@dataclass(frozen=True)
class DisplaySequence(DisplayNode):
    """A comma-separated list: a, b, c."""

    items: tuple[DisplayTree, ...]


@dataclass(frozen=True)
class DisplayEntry(DisplayNode):
    """An access of a tensor. No places: the tensor as a whole, or a scalar."""

    name: Name
    places: tuple[DisplayTree, ...] = ()


@dataclass(frozen=True)
class DisplaySum(DisplayNode):
    """A sum of terms, each with whether it is subtracted."""

    terms: tuple[tuple[bool, DisplayTree], ...]


@dataclass(frozen=True)
class DisplayProduct(DisplayNode):
    """Factors, side by side."""

    factors: tuple[DisplayTree, ...]


@dataclass(frozen=True)
class DisplayQuotient(DisplayNode):
    """above / below."""

    above: DisplayTree
    below: DisplayTree


@dataclass(frozen=True)
class DisplayPower(DisplayNode):
    """base ^ exponent."""

    base: DisplayTree
    exponent: DisplayTree


@dataclass(frozen=True)
class DisplayCall(DisplayNode):
    """f(x)."""

    function: str
    argument: DisplayTree


@dataclass(frozen=True)
class DisplayLimit(DisplayNode):
    """A bound index with its first and last value, and the number one beyond the last."""

    variable: DisplayTree
    first: DisplayTree
    last: DisplayTree
    beyond: DisplayTree


@dataclass(frozen=True)
class DisplayReduction(DisplayNode):
    """A sum or a maximum over bound indices, the outermost first."""

    operator: Literal["sum", "max"]
    limits: tuple[DisplayLimit, ...]
    body: DisplayTree


@dataclass(frozen=True)
class DisplayRelation(DisplayNode):
    """A chain a = b, 0 <= e < n: forms with the relations between them."""

    sides: tuple[DisplayTree, ...]
    relations: tuple[Literal["=", "<=", "<", "≈"], ...]


@dataclass(frozen=True)
class DisplayBracket(DisplayNode):
    """An Iverson bracket: 1 if the relation holds, else 0."""

    relation: DisplayRelation


@dataclass(frozen=True)
class DisplayArgmax(DisplayNode):
    """The bracket [place is the first maximiser of `maximum`]."""

    place: tuple[DisplayTree, ...]
    maximum: DisplayReduction


@dataclass(frozen=True)
class DisplayDerivative(DisplayNode):
    """d of / d by."""

    of: DisplayTree
    by: DisplayTree


@dataclass(frozen=True)
class DisplayFloor(DisplayNode):
    """The greatest integer not above."""

    inside: DisplayTree


DisplayTree = (
    DisplayNumber
    | DisplayDecimal
    | DisplaySequence
    | DisplaySymbol
    | DisplayEntry
    | DisplaySum
    | DisplayProduct
    | DisplayQuotient
    | DisplayPower
    | DisplayCall
    | DisplayReduction
    | DisplayRelation
    | DisplayBracket
    | DisplayArgmax
    | DisplayDerivative
    | DisplayFloor
)

ONE = DisplayNumber(1)
