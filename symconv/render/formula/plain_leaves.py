"""Names, numbers and accesses as text: Unicode for a terminal, ASCII for everything else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from .alphabets import GREEK, SUBSCRIPT, SUPERSCRIPT
from .line_breaking import Piece
from .markup import Leaf
from .tree import Decimal, Entry, Form, Number, Word
from .writer import Writer


def piece(text: str) -> Piece:
    """Text as wide as it has characters."""
    return Piece(text, len(text))


@dataclass(frozen=True)
class PlainLeaves(Writer):
    """x[i+m, j+n], Σ_{i,j}, ∂C/∂w; or sum_{i,j} and dC/dw where `ascii_only`."""

    ascii_only: bool = False
    tight: bool = False

    def small(self) -> Self:
        return replace(self, tight=True)

    def leaf(self, form: Leaf) -> Piece:
        if isinstance(form, Number):
            return piece(str(form.value))
        if isinstance(form, Decimal):
            return piece(form.text)
        return piece(self.word(form) if isinstance(form, Word) else self.entry(form))

    def letter(self, letter: str) -> str:
        """`beta`, or β."""
        return letter if self.ascii_only else GREEK.get(letter, letter)

    def word(self, form: Word) -> str:
        """`w_3^1`, or w₃¹."""
        above = self.above(form.superscript)
        below = self.below(form)
        primes = ("'" if self.ascii_only else "′") * form.primes
        return self.letter(form.letter) + below + above + primes

    def below(self, form: Word) -> str:
        """A subscript; the number of a size is part of its ASCII name (`k1`)."""
        text = form.subscript
        if not text:
            return ""
        if self.ascii_only:
            bare = text.isdigit() and not form.entry
            return text if bare else "_" + _braced(text)
        digits = text.replace(",", "").isdigit()
        return text.translate(SUBSCRIPT) if digits else "_" + _braced(text)

    def above(self, text: str) -> str:
        """A superscript: a layer."""
        if not text:
            return ""
        if self.ascii_only or not text.isdigit():
            return "^" + _braced(text)
        return text.translate(SUPERSCRIPT)

    def entry(self, form: Entry) -> str:
        """`w^1[m,n]`, `delta_z[i,j]`."""
        layer = self.above("" if form.name.layer is None else str(form.name.layer))
        letter = self.letter(form.name.letter)
        if form.name.kind:
            kind = self.letter("delta") if form.name.kind == "delta" else "grad"
            letter = f"{kind}_{letter}" if letter else kind
        return letter + layer + self.places(form.places)

    def places(self, places: tuple[Form, ...]) -> str:
        """The indices of an entry, with a space after the commas where one of them is compound."""
        texts = [self.small().write(place) for place in places]
        comma = "," if all(len(text.rstrip("'′")) <= 2 for text in texts) else ", "
        return f"[{comma.join(texts)}]" if texts else ""


def _braced(text: str) -> str:
    return text if text.isalnum() else f"{{{text}}}"
