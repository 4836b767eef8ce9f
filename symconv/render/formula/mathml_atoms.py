"""Names, numbers and accesses as MathML."""

from __future__ import annotations

import html
from dataclasses import dataclass

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
        layer = "" if form.name.layer is None else element("mn", str(form.name.layer))
        if not form.name.kind:
            return attach_scripts(self.letter_text(form.name.letter), below, layer)
        above = layer
        if form.name.letter:
            above = attach_scripts(self.letter_text(form.name.letter), "", layer)
        return attach_scripts(self.letter_text("delta"), below, above)


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
