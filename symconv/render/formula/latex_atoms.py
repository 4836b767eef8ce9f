r"""Signs between the parts of a formula in LaTeX: operators, parentheses, functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from symconv.core.tensor import HAT, Name

from . import glyphs
from .escape import escape_latex
from .formula_printer import BEHIND_FRACTION, FormulaPrinter
from .glyphs import GREEK
from .line_breaking import TextBox, join_text, tallest_height, total_width
from .markup import Leaf
from .tree import (
    DisplayDecimal,
    DisplayEntry,
    DisplayNumber,
    DisplayQuotient,
    DisplayReduction,
    DisplaySymbol,
    DisplayTree,
)
from .tree_helpers import has_parentheses, is_numeric


@dataclass(frozen=True)
class LatexLeaves(FormulaPrinter):
    """Names, numbers and accesses; `size` counts display, text, script, tiny."""

    size: int = 0
    tight: bool = False

    @property
    def scale(self) -> float:
        return glyphs.SCALE[self.size]

    @property
    def small_size(self) -> int:
        """The size of scripts."""
        return min(3, max(2, self.size + 1))

    @property
    def small_scale(self) -> float:
        return glyphs.SCALE[self.small_size]

    def small(self) -> Self:
        return replace(self, size=self.small_size, tight=True)

    def inner(self) -> Self:
        """The printer for the parts of a fraction."""
        return replace(self, size=min(3, self.size + 1), tight=False)

    def piece(self, text: str, width: float, height: int = 0) -> TextBox:
        """Text of a width given for full size."""
        return TextBox(text, width * self.scale, height)

    def leaf(self, form: Leaf) -> TextBox:
        if isinstance(form, DisplayNumber):
            return self.piece(str(form.value), glyphs.DIGIT * len(str(form.value)))
        if isinstance(form, DisplayDecimal):
            return self.piece(form.text, glyphs.DIGIT * len(form.text))
        return self.word(form) if isinstance(form, DisplaySymbol) else self.entry(form)

    def letter(self, letter: str) -> TextBox:
        r"""A letter as it is, a Greek one by its name, a longer word upright."""
        if letter in GREEK:
            return self.piece(rf"\{letter}", glyphs.GREEK_LETTER)
        if letter.endswith(HAT):
            plain = letter.removesuffix(HAT)
            return self.piece(rf"\hat{{{plain}}}", glyphs.italic_width(plain))
        if re.fullmatch("[A-Za-z]", letter):
            return self.piece(letter, glyphs.italic_width(letter))
        safe = (
            letter if re.fullmatch("[A-Za-z0-9]+", letter) else rf"\text{{{escape_latex(letter)}}}"
        )
        return self.piece(rf"\mathrm{{{safe}}}", glyphs.upright_width(letter))

    def word(self, form: DisplaySymbol) -> TextBox:
        """`w_3^1`, `w_{1,0}^{1}`, `k_1`, `m'`."""
        letter = self.letter(form.letter)
        below, above = self.script(form.subscript), self.script(form.superscript)
        brace = "{%s}" if max(len(below.text), len(above.text)) > 1 else "%s"
        text = letter.text
        text += f"_{brace % below.text}" if form.subscript else ""
        text += f"^{brace % above.text}" if form.superscript else ""
        text = f"{text}{chr(39) * form.primes}" if not form.superscript else text
        scripts = max(below.width, above.width) + 3.2 * self.scale * form.primes
        return TextBox(text, letter.width + scripts + (0.6 if scripts else 0))

    def script(self, text: str) -> TextBox:
        """A fixed subscript or superscript: a letter with a number, digits, or a word upright."""
        if not text:
            return TextBox("", 0)
        plain = re.fullmatch("[A-Za-z]?[0-9,]*", text)
        width = sum(map(glyphs.italic_width, text)) if plain else glyphs.upright_width(text)
        shown = text if plain else rf"\mathrm{{{text}}}"
        return TextBox(shown, width * self.small_scale)

    def entry(self, form: DisplayEntry) -> TextBox:
        r"""`w^{1}_{m,n}`, `\delta^{1}_{i,j}`, `\delta^{z}_{i,j}`."""
        letter, above = self.named(form.name)
        small = self.small()
        places = [small.strip(place) for place in form.places]
        text, width = letter.text, above.width
        if above.text:
            text += f"^{{{above.text}}}"
        if places:
            text += f"_{{{','.join(map(join_text, places))}}}"
            commas = self.small_scale * glyphs.TIGHT_COMMA * (len(places) - 1)
            width = max(width, sum(map(total_width, places)) + commas)
        height = 1 if any(tallest_height(place) for place in places) else 0
        return TextBox(text, letter.width + width + 0.6, height)

    def named(self, name: Name) -> tuple[TextBox, TextBox]:
        """The letter of a tensor and what stands above it."""
        layer = "" if name.layer is None else str(name.layer)
        number = TextBox(layer, glyphs.DIGIT * len(layer) * self.small_scale)
        if not name.kind:
            return self.letter(name.letter), number
        delta = self.piece(r"\delta", glyphs.GREEK_LETTER)
        if not name.letter:
            return delta, number
        inner, above = self.small().named(name.plain)
        exponent = f"^{{{above.text}}}" if above.text else ""
        return delta, TextBox(inner.text + exponent, inner.width + above.width)


FUNCTIONS = {
    "sigmoid": (r"\sigma", 6.7),
    "tanh": (r"\tanh", 22.5),
    "exp": (r"\exp", 18.0),
    "sin": (r"\sin", 14.0),
    "cos": (r"\cos", 16.0),
    "log": (r"\log", 16.0),
}
SIZES = (("", ""), (r"\bigl", r"\bigr"), (r"\Bigl", r"\Bigr"), (r"\biggl", r"\biggr"))
RELATIONS = {"=": "=", "<=": r"\le", "<": "<", "≈": r"\approx"}


@dataclass(frozen=True)
class LatexSigns(LatexLeaves):
    """Signs with the space that they take, and what stands at a break of the line."""

    def function(self, name: str) -> TextBox:
        text, width = FUNCTIONS.get(name, (rf"\operatorname{{{name}}}", glyphs.upright_width(name)))
        return self.piece(text, width)

    def sign(self, *, minus: bool) -> TextBox:
        text = "-" if minus else "+"
        glue = text if self.tight else f" {text} "
        width = glyphs.TIGHT_OPERATOR if self.size > 1 else glyphs.OPERATOR
        lead = f"{{}}{text} "
        return TextBox(glue, width * self.scale, rank=0, lead=lead, lead_width=width)

    def comma(self) -> TextBox:
        return TextBox(", ", glyphs.COMMA * self.scale, rank=3)

    def prefix(self) -> TextBox:
        return self.piece("-", 8.6)

    def times(self, left: DisplayTree, right: DisplayTree) -> TextBox:
        """Side by side, thinly spaced; parentheses and plain letters need no space."""
        glue = self.between(left, right)
        dot = is_numeric(left) or is_numeric(right)
        width = (8.0 if dot else glyphs.THIN_SPACE) * self.scale
        if isinstance(left, DisplayNumber) or (
            isinstance(left, DisplayQuotient) and not self.loose
        ):
            return TextBox(glue, width)
        lead = r"{}\cdot " if dot else r"{}\times "
        rank = BEHIND_FRACTION if isinstance(left, DisplayQuotient) else 1
        return TextBox(glue, width, rank=rank, lead=lead, lead_width=glyphs.OPERATOR)

    def between(self, left: DisplayTree, right: DisplayTree) -> str:
        if is_numeric(left) or is_numeric(right):
            return r" \cdot "
        words = isinstance(left, DisplaySymbol) and isinstance(right, DisplaySymbol)
        if isinstance(left, DisplayNumber):
            return ""
        if (
            words
            or isinstance(right, DisplayReduction)
            or (isinstance(left, DisplayQuotient) and has_parentheses(right))
        ):
            return " "
        return "" if has_parentheses(right) else r"\,"

    def relation_sign(self, sign: str) -> TextBox:
        text = RELATIONS[sign]
        width = (glyphs.RELATION if self.size < 2 else 9) * self.scale
        return TextBox(f" {text} ", width, rank=6, lead=f"{{}}{text} ", lead_width=width)

    def delimiters(self, ends: str, height: int) -> tuple[TextBox, TextBox]:
        size = SIZES[height] if self.size < 2 else SIZES[0]
        width = glyphs.DELIMITER[height] * self.scale
        return tuple(TextBox(size[k] + ends[k], width) for k in (0, 1))  # type: ignore[return-value]
