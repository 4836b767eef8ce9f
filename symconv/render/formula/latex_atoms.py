r"""Signs between the parts of a formula in LaTeX: operators, parentheses, functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from symconv.core.tensor import HAT, Name
from symconv.notation.signs import TensorSign

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
        sign = self.sign_of(form)
        if sign or (form.entry and form.superscript and self.hand.mark != "up"):
            return self.word_in_hand(form, sign)
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
        commas = self.small_scale * glyphs.TIGHT_COMMA * (len(places) - 1)
        below = TextBox(
            ",".join(map(join_text, places)),
            sum(map(total_width, places)) + commas if places else 0,
            1 if any(tallest_height(place) for place in places) else 0,
        )
        word = self.word_below(form.name)
        inside = self.hand.mark == "below" and form.name.kind != "delta"
        if inside or (self.hand.mark == "below" and not form.name.letter):
            return self.layer_below(letter, above, below, word)
        return self.scripted(letter, above, self.joined(word, below))

    def joined(self, word: TextBox, below: TextBox) -> TextBox:
        """A word of a sign in front of the indices below it."""
        if not word.text or not below.text:
            return word if word.text else below
        width = word.width + below.width + glyphs.TIGHT_COMMA * self.small_scale
        return TextBox(f"{word.text},{below.text}", width, below.height)

    def scripted(self, letter: TextBox, above: TextBox, below: TextBox) -> TextBox:
        """A letter with what stands above and below it."""
        text = letter.text
        text += f"^{{{above.text}}}" if above.text else ""
        text += f"_{{{below.text}}}" if below.text else ""
        return TextBox(text, letter.width + max(above.width, below.width) + 0.6, below.height)

    def layer_below(
        self, letter: TextBox, layer: TextBox, below: TextBox, word: TextBox
    ) -> TextBox:
        """`W_{1}`, and `(W_{1})_{m,n}` with indices."""
        nothing = TextBox("", 0)
        if not (below.text and layer.text):
            only = below if below.text else layer
            return self.scripted(letter, nothing, self.joined(word, only))
        marked = self.scripted(letter, nothing, self.joined(word, layer))
        ends = 2 * glyphs.DELIMITER[0] * self.scale
        around = TextBox(f"({marked.text})", marked.width + ends)
        return self.scripted(around, nothing, below)

    def word_in_hand(self, form: DisplaySymbol, sign: TensorSign | None) -> TextBox:
        """An entry by its numbers with the sign of its tensor and the mark of its layer."""
        number = form.superscript
        name = Name(form.letter, int(number) if number.isdecimal() else None)
        letter = self.letter(form.letter) if sign is None else self.sign_letter(sign)
        shown = self.hand.shown_layer(name)
        layer = self.layer_mark(shown) if form.entry else self.script(number)
        below, word = self.script(form.subscript), self.word_below(name)
        if self.hand.mark == "below" and form.entry:
            return self.layer_below(letter, layer, below, word)
        found = self.scripted(letter, layer, self.joined(word, below))
        return found._replace(text=found.text + chr(39) * form.primes)

    def word_below(self, name: Name) -> TextBox:
        """The word below a sign; nothing where it has none."""
        sign = self.hand.sign(name) if self.hand.signs and not name.kind else None
        text = "" if sign is None else sign.below_latex()
        return TextBox(text, glyphs.upright_width(sign.below if sign else "") * self.small_scale)

    def layer_mark(self, layer: int | None) -> TextBox:
        """`1`, `[1]` or `(1)`; nothing where a tensor has no layer."""
        digits = "" if layer is None else str(layer)
        ends = {"bracket": "[]", "paren": "()"}.get(self.hand.mark, "")
        text = f"{ends[0]}{digits}{ends[1]}" if digits and ends else digits
        return TextBox(text, glyphs.DIGIT * len(text) * self.small_scale)

    def sign_letter(self, sign: TensorSign) -> TextBox:
        r"""`\mathbf{W}`, `\hat{x}`, with a width on the safe side."""
        letter = sign.letter
        width = glyphs.GREEK_LETTER if sign.is_greek else sum(map(glyphs.sign_width, letter))
        return self.piece(sign.latex(), width if sign.is_bare else width * glyphs.WIDER_FONT)

    def named(self, name: Name) -> tuple[TextBox, TextBox]:
        """The letter of a tensor and what stands above it."""
        number = self.layer_mark(self.hand.shown_layer(name) if name.letter else name.layer)
        if not name.kind:
            sign = self.hand.sign(name)
            return self.letter(name.letter) if sign is None else self.sign_letter(sign), number
        own = self.hand.sign(Name("delta"))
        delta = self.piece(r"\delta", glyphs.GREEK_LETTER) if own is None else self.sign_letter(own)
        if not name.letter:
            return delta, number
        inner, above = self.small().named(name.plain)
        word = self.small().word_below(name.plain)
        script = "_" if self.hand.mark == "below" else "^"
        exponent = f"{script}{{{above.text}}}" if above.text else ""
        exponent += f"_{{{word.text}}}" if word.text and script == "^" else ""
        return delta, TextBox(inner.text + exponent, inner.width + above.width + word.width)


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
