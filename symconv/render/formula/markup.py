"""What a markup adds to a printer: how the smallest parts of a formula look."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Self

from symconv.core.tensor import Name
from symconv.notation.hand import PLAIN_HAND, Hand
from symconv.notation.presets import Notation
from symconv.notation.signs import TensorSign

from .glyphs import GREEK
from .line_breaking import Boxes, TextBox
from .tree import (
    DisplayArgmax,
    DisplayDecimal,
    DisplayDerivative,
    DisplayEntry,
    DisplayFloor,
    DisplayNumber,
    DisplayPower,
    DisplayQuotient,
    DisplayReduction,
    DisplaySymbol,
    DisplayTree,
    Mark,
)

Leaf = DisplayNumber | DisplayDecimal | DisplaySymbol | DisplayEntry


@dataclass(frozen=True)
class Markup(ABC):
    """How leaves, signs and delimiters are written, and how wide they are.

    `letters` are the letters that indices are shown by, where those are not their own, and `hand`
    has the signs of tensors and how layers and derivatives are written. `loose` says whether a line
    may break behind fractions, opening parentheses and signs of sums, too.
    """

    letters: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)
    loose: bool = field(default=False, kw_only=True)
    hand: Hand = field(default=PLAIN_HAND, kw_only=True)

    def in_notation(self, notation: Notation) -> Self:
        """The same markup with the letters of indices and the signs of a notation."""
        return replace(self, letters=notation.shown_letters, hand=notation.hand)

    def sign_of(self, form: DisplaySymbol | DisplayEntry) -> TensorSign | None:
        """The sign that a tensor, its entry or a constant has in this hand; None without one."""
        if not self.hand.signs:
            return None
        if isinstance(form, DisplayEntry):
            return self.hand.sign(form.name)
        number = form.superscript
        layer = int(number) if form.entry and number.isdecimal() else None
        # An index has one letter and no sign; a constant has a word, such as epsilon.
        known = form.entry or (form.letter in GREEK and not form.subscript)
        return self.hand.sign(Name(form.letter, layer)) if known else None

    def relettered(self, form: DisplaySymbol) -> DisplaySymbol:
        """An index with the letter that it is shown by; a size has a name of its own."""
        shown = dict(self.letters).get(form.letter)
        bare = not (form.entry or form.subscript or form.superscript)
        return replace(form, letter=shown) if shown and bare else form

    def shows_nabla(self, form: DisplayDerivative) -> bool:
        """Whether a derivative is written with a nabla: that of the cost, which has no places."""
        of = form.of
        whole = isinstance(of, DisplayEntry) and not of.places
        scalar = isinstance(of, DisplaySymbol) and of.entry and not of.subscript
        return self.hand.derivative == "nabla" and (whole or scalar)

    def marked(self, strip: Boxes, mark: Mark) -> Boxes:  # noqa: ARG002 - a markup that marks adds it
        """What a step rewrites or has made."""
        return strip

    def widest(self) -> float:
        """The width up to which a fraction stays in one piece."""
        return float("inf")

    def nothing(self) -> TextBox:
        return TextBox("", 0)

    @abstractmethod
    def small(self) -> Self:
        """The printer for subscripts and limits."""

    @abstractmethod
    def leaf(self, form: Leaf) -> TextBox: ...

    @abstractmethod
    def quotient(self, form: DisplayQuotient) -> TextBox: ...

    @abstractmethod
    def floor(self, form: DisplayFloor) -> TextBox: ...

    @abstractmethod
    def power(self, form: DisplayPower) -> Boxes: ...

    @abstractmethod
    def derivative(self, form: DisplayDerivative) -> Boxes: ...

    @abstractmethod
    def first_maximum(self, form: DisplayArgmax) -> Boxes: ...

    @abstractmethod
    def reduction_head(self, form: DisplayReduction) -> TextBox: ...

    @abstractmethod
    def function(self, name: str) -> TextBox: ...

    @abstractmethod
    def comma(self) -> TextBox: ...

    @abstractmethod
    def sign(self, *, minus: bool) -> TextBox: ...

    @abstractmethod
    def prefix(self) -> TextBox: ...

    @abstractmethod
    def times(self, left: DisplayTree, right: DisplayTree) -> TextBox: ...

    @abstractmethod
    def relation_sign(self, sign: str) -> TextBox: ...

    @abstractmethod
    def delimiters(self, ends: str, height: int) -> tuple[TextBox, TextBox]: ...
