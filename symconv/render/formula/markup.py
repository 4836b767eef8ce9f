"""What a markup adds to a printer: how the smallest parts of a formula look."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Self

from .line_breaking import Piece, Strip
from .tree import (
    Decimal,
    Derivative,
    Entry,
    FirstMaximum,
    Floor,
    Form,
    Mark,
    Number,
    Power,
    Quotient,
    Reduction,
    Word,
)

Leaf = Number | Decimal | Word | Entry


@dataclass(frozen=True)
class Markup(ABC):
    """How leaves, signs and delimiters are written, and how wide they are.

    `letters` are the letters that indices are shown by, where those are not their own. `loose` says
    whether a line may break behind fractions, opening parentheses and signs of sums, too.
    """

    letters: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)
    loose: bool = field(default=False, kw_only=True)

    def relettered(self, form: Word) -> Word:
        """An index with the letter that it is shown by; a size has a name of its own."""
        shown = dict(self.letters).get(form.letter)
        bare = not (form.entry or form.subscript or form.superscript)
        return replace(form, letter=shown) if shown and bare else form

    def marked(self, strip: Strip, mark: Mark) -> Strip:  # noqa: ARG002 - a markup that marks adds it
        """What a step rewrites or has made."""
        return strip

    def widest(self) -> float:
        """The width up to which a fraction stays in one piece."""
        return float("inf")

    def nothing(self) -> Piece:
        return Piece("", 0)

    @abstractmethod
    def small(self) -> Self:
        """The printer for subscripts and limits."""

    @abstractmethod
    def leaf(self, form: Leaf) -> Piece: ...

    @abstractmethod
    def quotient(self, form: Quotient) -> Piece: ...

    @abstractmethod
    def floor(self, form: Floor) -> Piece: ...

    @abstractmethod
    def power(self, form: Power) -> Strip: ...

    @abstractmethod
    def derivative(self, form: Derivative) -> Strip: ...

    @abstractmethod
    def first_maximum(self, form: FirstMaximum) -> Strip: ...

    @abstractmethod
    def reduction_head(self, form: Reduction) -> Piece: ...

    @abstractmethod
    def function(self, name: str) -> Piece: ...

    @abstractmethod
    def comma(self) -> Piece: ...

    @abstractmethod
    def sign(self, *, minus: bool) -> Piece: ...

    @abstractmethod
    def prefix(self) -> Piece: ...

    @abstractmethod
    def times(self, left: Form, right: Form) -> Piece: ...

    @abstractmethod
    def relation_sign(self, sign: str) -> Piece: ...

    @abstractmethod
    def delimiters(self, ends: str, height: int) -> tuple[Piece, Piece]: ...
