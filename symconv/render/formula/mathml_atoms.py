"""Names, numbers and accesses as MathML."""

from __future__ import annotations

import html
from dataclasses import dataclass

from symconv.core.tensor import Name
from symconv.notation.signs import TensorSign

from .glyphs import GREEK
from .latex import Latex
from .line_breaking import TextBox
from .markup import Leaf
from .tree import DisplayDecimal, DisplayEntry, DisplayNumber, DisplaySymbol, DisplayTree
from .tree_helpers import is_numeric


def element(name: str, *parts: str, **attributes: str) -> str:
    """<name key="value">parts</name>; the parts are markup already."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(parts)}</{name}>"


def row(text: str) -> str:
    """Markup as one argument of an element."""
    return element("mrow", text)


def operator(sign: str, **attributes: str) -> str:
    """A sign as an operator."""
    return element("mo", html.escape(sign), **attributes)


def attach_scripts(base: str, below: str, above: str) -> str:
    """A base with what stands below and above it."""
    if below and above:
        return element("msubsup", base, row(below), row(above))
    if below:
        return element("msub", base, row(below))
    return element("msup", base, row(above)) if above else base


@dataclass(frozen=True)
class MathMlLeaves(Latex):
    """<mi>w</mi> with <msub>, <msup>; as wide as in LaTeX."""

    def leaf(self, form: Leaf) -> TextBox:
        return super().leaf(form)._replace(text=self.leaf_text(form))

    def leaf_text(self, form: Leaf) -> str:
        match form:
            case DisplayNumber(value):
                return element("mn", str(value))
            case DisplayDecimal(text):
                return element("mn", html.escape(text))
            case DisplaySymbol():
                return self.word_text(form)
            case DisplayEntry():
                return self.entry_text(form)

    def letter_text(self, letter: str) -> str:
        """A letter as it is, a Greek one as its character, a longer word upright."""
        shown = GREEK.get(letter, letter)
        return element("mi", html.escape(shown))

    def word_text(self, form: DisplaySymbol) -> str:
        sign = self.sign_of(form)
        if sign or (form.entry and form.superscript and self.hand.mark != "up"):
            return self.hand_word_text(form, sign)
        above = element("mtext", html.escape(form.superscript)) if form.superscript else ""
        primes = operator("′" * form.primes) if form.primes else ""
        below = self.script_text(form.subscript) if form.subscript else ""
        return attach_scripts(self.letter_text(form.letter), below, above or primes)

    @staticmethod
    def script_text(text: str) -> str:
        """A fixed subscript: digits as a number, letters upright."""
        return element("mn" if text.replace(",", "").isdigit() else "mtext", html.escape(text))

    def entry_text(self, form: DisplayEntry) -> str:
        below = operator(",").join(row(self.small().write(place)) for place in form.places)
        name = form.name
        layer = self.layer_text(self.hand.shown_layer(name) if name.letter else name.layer)
        letter, under = self.sign_text(name), self.hand.mark == "below"
        if not name.kind:
            return self.marked_entry(letter, below, layer, self.word_below(name).text)
        delta = self.sign_text(Name("delta"))
        if not name.letter:
            return self.marked_entry(delta, below, layer, "")
        inner = attach_scripts(letter, layer if under else "", "" if under else layer)
        return attach_scripts(delta, below, inner)

    def marked_entry(self, letter: str, below: str, layer: str, word: str) -> str:
        """A letter with its layer above, or below it inside of parentheses, and its indices."""
        word = element("mtext", html.escape(word.removeprefix(r"\mathrm{").rstrip("}")))
        comma = operator(",")
        if self.hand.mark == "below" and layer:
            script = word + comma + layer if "></" not in word else layer
            marked = attach_scripts(letter, script, "")
            return (
                attach_scripts(row(operator("(") + marked + operator(")")), below, "")
                if (below)
                else marked
            )
        if "></" not in word:
            below = word + comma + below if below else word
        return attach_scripts(letter, below, layer)

    def layer_text(self, layer: int | None) -> str:
        """The mark of a layer."""
        mark = self.layer_mark(layer).text
        if self.hand.mark in {"up", "below"}:
            return element("mn", mark) if mark else ""
        return element("mtext", mark) if mark else ""

    def sign_text(self, name: Name) -> str:
        """The letter of a tensor in the hand: fonts as letters of their own, accents above."""
        sign = self.hand.sign(name) if name.letter else None
        if sign is None:
            return self.letter_text(name.letter)
        shown = "".join(mathematical_letter(GREEK.get(c, c), sign.font) for c in self.cut(sign))
        text = element("mi", html.escape(shown))
        for accent in sign.accents[::-1]:
            over = "munder" if accent == "underline" else "mover"
            text = element(over, text, operator(OVER[accent], stretchy="false"), accent="true")
        return text

    @staticmethod
    def cut(sign: TensorSign) -> tuple[str, ...]:
        """The letters of a sign: a Greek one is one letter."""
        return (sign.letter,) if sign.is_greek else tuple(sign.letter)

    def hand_word_text(self, form: DisplaySymbol, sign: TensorSign | None) -> str:
        """An entry by its numbers, with the sign of its tensor."""
        number = form.superscript
        name = Name(form.letter, int(number) if number.isdecimal() else None)
        letter = self.sign_text(name) if sign else self.letter_text(form.letter)
        layer = self.layer_text(self.hand.shown_layer(name))
        below = self.script_text(form.subscript) if form.subscript else ""
        found = self.marked_entry(letter, below, layer, self.word_below(name).text)
        return element("msup", found, operator("′" * form.primes)) if form.primes else found


OVER = {
    "hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "bar": "¯", "overline": "¯",
    "vec": "→", "dot": "˙", "ddot": "¨", "check": "ˇ", "breve": "˘", "mathring": "˚",
    "underline": "_",
}  # fmt: skip
"""What stands over a letter, as MathML writes accents."""

BLOCKS = {
    "bold": (0x1D400, 0x1D41A),
    "bold italic": (0x1D468, 0x1D482),
    "sans": (0x1D5A0, 0x1D5BA),
    "typewriter": (0x1D670, 0x1D68A),
    "calligraphic": (0x1D49C, 0x1D4B6),
    "fraktur": (0x1D504, 0x1D51E),
    "blackboard": (0x1D538, 0x1D552),
}
"""Where Unicode has the capital and the small letters of a font."""

GAPS = {
    **dict(zip((0x1D49D, 0x1D4A0, 0x1D4A1, 0x1D4A3, 0x1D4A4), "ℬℰℱℋℐ", strict=True)),
    **dict(zip((0x1D4A7, 0x1D4A8, 0x1D4AD), "ℒℳℛ", strict=True)),
    **dict(zip((0x1D506, 0x1D50B, 0x1D50C, 0x1D515, 0x1D51D), "ℭℌℑℜℨ", strict=True)),
    **dict(zip((0x1D53A, 0x1D53F, 0x1D545, 0x1D547, 0x1D548), "ℂℍℕℙℚ", strict=True)),
    **dict(zip((0x1D549, 0x1D551), "ℝℤ", strict=True)),
}
"""Letters that Unicode has at another place."""


def mathematical_letter(letter: str, font: str) -> str:
    """The letter of a font as Unicode has it; itself where there is none."""
    if font not in BLOCKS or not (letter.isascii() and letter.isalpha()):
        return letter
    capital, small = BLOCKS[font]
    code = capital + ord(letter) - ord("A") if letter.isupper() else small + ord(letter) - ord("a")
    return GAPS.get(code, chr(code))


FUNCTIONS = {"sigmoid": "σ"}
RELATIONS = {"=": "=", "<=": "≤", "<": "<", "≈": "≈"}
THIN = '<mspace width="0.16em"/>'
HEIGHTS = ("1em", "1.25em", "1.8em", "2.4em")


@dataclass(frozen=True)
class MathMlSigns(MathMlLeaves):
    """<mo> with the space that it takes in LaTeX."""

    def function(self, name: str) -> TextBox:
        shown = FUNCTIONS.get(name, name)
        return super().function(name)._replace(text=element("mi", shown) + operator("⁡"))

    def sign(self, *, minus: bool) -> TextBox:
        sign = super().sign(minus=minus)
        shown = operator("−" if minus else "+")
        tight = operator("−" if minus else "+", lspace="0.1em", rspace="0.1em")
        return sign._replace(text=tight if self.tight else shown, lead=shown)

    def prefix(self) -> TextBox:
        return super().prefix()._replace(text=operator("−", form="prefix"))

    def comma(self) -> TextBox:
        return super().comma()._replace(text=operator(","))

    def times(self, left: DisplayTree, right: DisplayTree) -> TextBox:
        sign = super().times(left, right)
        if is_numeric(left) or is_numeric(right):
            return sign._replace(text=operator("·"), lead=operator("·") if sign.lead else "")
        text = THIN if sign.text in {" ", r"\,"} else ""
        return sign._replace(text=text, lead=operator("×") if sign.lead else "")

    def relation_sign(self, sign: str) -> TextBox:
        made = super().relation_sign(sign)
        return made._replace(text=operator(RELATIONS[sign]), lead=operator(RELATIONS[sign]))

    def delimiters(self, ends: str, height: int) -> tuple[TextBox, TextBox]:
        pieces = super().delimiters(ends, height)
        tall = HEIGHTS[height] if self.size < 2 else HEIGHTS[0]
        attributes = {"stretchy": "true", "symmetric": "true", "minsize": tall, "maxsize": tall}
        if tall == HEIGHTS[0]:
            attributes = {"stretchy": "false"}
        left, right = (
            p._replace(text=operator(end, **attributes))
            for p, end in zip(pieces, ends, strict=True)
        )
        return left, right

    def slash(self) -> TextBox:
        return super().slash()._replace(text=operator("/", lspace="0", rspace="0"))
