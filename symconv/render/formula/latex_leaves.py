"""Names, numbers and accesses in LaTeX, with their widths."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from symconv.core.tensor import Name

from . import font_metrics
from .alphabets import GREEK
from .escape import escape_latex
from .line_breaking import Piece, height_of, text_of, width_of
from .markup import Leaf
from .tree import Decimal, Entry, Number, Word
from .writer import Writer


@dataclass(frozen=True)
class LatexLeaves(Writer):
    """Names, numbers and accesses; `size` counts display, text, script, tiny."""

    size: int = 0
    tight: bool = False

    @property
    def scale(self) -> float:
        return font_metrics.SCALE[self.size]

    def small(self) -> Self:
        return replace(self, size=min(3, max(2, self.size + 1)), tight=True)

    def inner(self) -> Self:
        """The printer for the parts of a fraction."""
        return replace(self, size=min(3, self.size + 1), tight=False)

    def piece(self, text: str, width: float, height: int = 0) -> Piece:
        """Text of a width given for full size."""
        return Piece(text, width * self.scale, height)

    def leaf(self, form: Leaf) -> Piece:
        if isinstance(form, Number):
            return self.piece(str(form.value), font_metrics.DIGIT * len(str(form.value)))
        if isinstance(form, Decimal):
            return self.piece(form.text, font_metrics.DIGIT * len(form.text))
        return self.word(form) if isinstance(form, Word) else self.entry(form)

    def letter(self, letter: str) -> Piece:
        r"""A letter as it is, a Greek one by its name, a longer word upright."""
        if letter in GREEK:
            return self.piece(rf"\{letter}", font_metrics.GREEK_LETTER)
        if re.fullmatch("[A-Za-z]", letter):
            return self.piece(letter, font_metrics.italic(letter))
        safe = (
            letter if re.fullmatch("[A-Za-z0-9]+", letter) else rf"\text{{{escape_latex(letter)}}}"
        )
        return self.piece(rf"\mathrm{{{safe}}}", font_metrics.upright(letter))

    def word(self, form: Word) -> Piece:
        """`w_3^1`, `w_{1,0}^{1}`, `k_1`, `m'`."""
        letter = self.letter(form.letter)
        below, above = self.script(form.subscript), self.script(form.superscript)
        brace = "{%s}" if max(len(below.text), len(above.text)) > 1 else "%s"
        text = letter.text
        text += f"_{brace % below.text}" if form.subscript else ""
        text += f"^{brace % above.text}" if form.superscript else ""
        text = f"{text}{chr(39) * form.primes}" if not form.superscript else text
        scripts = max(below.width, above.width) + 3.2 * self.scale * form.primes
        return Piece(text, letter.width + scripts + (0.6 if scripts else 0))

    def script(self, text: str) -> Piece:
        """A fixed subscript or superscript: a letter with a number, digits, or a word upright."""
        plain = re.fullmatch("[A-Za-z]?[0-9,]*", text)
        width = sum(map(font_metrics.italic, text)) if plain else font_metrics.upright(text)
        return self.small().piece(text if plain else rf"\mathrm{{{text}}}", width)

    def entry(self, form: Entry) -> Piece:
        r"""`w^{1}_{m,n}`, `\delta^{1}_{i,j}`, `\delta^{z}_{i,j}`."""
        letter, above = self.named(form.name)
        places = [self.small().strip(place) for place in form.places]
        text, width = letter.text, above.width
        if above.text:
            text += f"^{{{above.text}}}"
        if places:
            text += f"_{{{','.join(map(text_of, places))}}}"
            commas = self.small().scale * font_metrics.TIGHT_COMMA * (len(places) - 1)
            width = max(width, sum(map(width_of, places)) + commas)
        height = 1 if any(height_of(place) for place in places) else 0
        return Piece(text, letter.width + width + 0.6, height)

    def named(self, name: Name) -> tuple[Piece, Piece]:
        """The letter of a tensor and what stands above it."""
        layer = "" if name.layer is None else str(name.layer)
        number = self.small().piece(layer, font_metrics.DIGIT * len(layer))
        if not name.kind:
            return self.letter(name.letter), number
        delta = self.piece(r"\delta", font_metrics.GREEK_LETTER)
        if not name.letter:
            return delta, number
        inner, above = self.small().named(name.plain)
        exponent = f"^{{{above.text}}}" if above.text else ""
        return delta, Piece(inner.text + exponent, inner.width + above.width)
