"""Names, numbers and accesses as MathML."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

from .alphabets import GREEK
from .latex import Latex
from .line_breaking import Piece
from .markup import Leaf
from .mathml_elements import element, operator, row, scripted
from .tree import Decimal, Entry, Number, Word


@dataclass(frozen=True)
class MathMlLeaves(Latex):
    """<mi>w</mi> with <msub>, <msup>; as wide as in LaTeX."""

    def leaf(self, form: Leaf) -> Piece:
        return replace(super().leaf(form), text=self.leaf_text(form))

    def leaf_text(self, form: Leaf) -> str:
        match form:
            case Number(value):
                return element("mn", str(value))
            case Decimal(text):
                return element("mn", html.escape(text))
            case Word():
                return self.word_text(form)
            case Entry():
                return self.entry_text(form)

    def letter_text(self, letter: str) -> str:
        """A letter as it is, a Greek one as its character, a longer word upright."""
        shown = GREEK.get(letter, letter)
        return element("mi", html.escape(shown))

    def word_text(self, form: Word) -> str:
        above = element("mtext", html.escape(form.superscript)) if form.superscript else ""
        primes = operator("′" * form.primes) if form.primes else ""
        below = self.script_text(form.subscript) if form.subscript else ""
        return scripted(self.letter_text(form.letter), below, above or primes)

    @staticmethod
    def script_text(text: str) -> str:
        """A fixed subscript: digits as a number, letters upright."""
        return element("mn" if text.replace(",", "").isdigit() else "mtext", html.escape(text))

    def entry_text(self, form: Entry) -> str:
        below = operator(",").join(row(self.small().write(place)) for place in form.places)
        layer = "" if form.name.layer is None else element("mn", str(form.name.layer))
        if not form.name.kind:
            return scripted(self.letter_text(form.name.letter), below, layer)
        above = layer
        if form.name.letter:
            above = scripted(self.letter_text(form.name.letter), "", layer)
        return scripted(self.letter_text("delta"), below, above)
