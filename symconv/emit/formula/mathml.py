"""Formulas as MathML: the same pieces and widths as in LaTeX, in elements instead of commands."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

from .form import (
    Decimal,
    Derivative,
    Entry,
    FirstMaximum,
    Floor,
    Form,
    Limit,
    Mark,
    Number,
    Power,
    Quotient,
    Reduction,
    Word,
    limit_relation,
    numeric,
)
from .latex import Latex
from .letters import GREEK
from .strip import Piece, Strip, around, solid, text_of
from .writer import Leaf

FUNCTIONS = {"sigmoid": "σ"}
RELATIONS = {"=": "=", "<=": "≤", "<": "<", "≈": "≈"}
MARKS = {"old": "old", "new": "new", "both": "old new"}
THIN = '<mspace width="0.16em"/>'
HEIGHTS = ("1em", "1.25em", "1.8em", "2.4em")


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


@dataclass(frozen=True)
class MathMl(Latex):
    """<mi>w</mi>, <msub>, <munderover>; line breaks are where LaTeX has them."""

    def marked(self, strip: Strip, mark: Mark) -> Strip:
        pieces = super().marked(strip, mark)
        short = len(pieces) == 1 and len(strip) > 1
        plain = (solid(strip),) if short else strip
        return tuple(
            replace(p, text=f'<mrow class="{MARKS[mark]}">{q.text}</mrow>')
            for p, q in zip(pieces, plain, strict=True)
        )

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

    def quotient(self, form: Quotient) -> Piece:
        above, below = (row(self.inner().write(part)) for part in (form.above, form.below))
        fraction = element("mfrac", above, below)
        if self.size == 2:
            fraction = element("mstyle", fraction, scriptlevel="0", displaystyle="false")
        return replace(super().quotient(form), text=fraction)

    def floor(self, form: Floor) -> Piece:
        inside = operator("⌊") + self.write(form.inside) + operator("⌋")
        return replace(super().floor(form), text=row(inside))

    def power(self, form: Power) -> Strip:
        width = solid(super().power(form))
        base = text_of(self.based(form.base))
        return (replace(width, text=scripted(row(base), "", self.exponent(form.exponent).text)),)

    def slash(self) -> Piece:
        return replace(super().slash(), text=operator("/", lspace="0", rspace="0"))

    def derivative(self, form: Derivative) -> Strip:
        widths = super().derivative(form)
        by = row(operator("∂") + self.inner().write(form.by))
        if isinstance(form.of, Entry | Word):
            of = row(operator("∂") + self.inner().write(form.of))
            return (replace(solid(widths), text=element("mfrac", of, by)),)
        head = element("mfrac", operator("∂"), by)
        return around(Piece(head, 0, 2), self.operand(form.of), self.nothing())

    def first_maximum(self, form: FirstMaximum) -> Strip:
        places = operator(",").join(self.strip_text(p) for p in form.place)
        if len(form.place) > 1:
            places = operator("(", stretchy="false") + places + operator(")", stretchy="false")
        widths = solid(super().first_maximum(form))
        found = text_of(self.reduction(form.maximum, "arg max"))
        return (replace(widths, text=places + operator("=") + found),)

    def strip_text(self, form: Form) -> str:
        return text_of(self.strip(form))

    def reduction(self, form: Reduction, name: str = "max") -> Strip:
        strip = super().reduction(form)
        if name == "max" or form.operator == "sum":
            return strip
        return (replace(strip[0], text=strip[0].text.replace("max", "arg max", 1)), *strip[1:])

    def reduction_head(self, form: Reduction) -> Piece:
        width = super().reduction_head(form)
        if form.operator == "sum":
            return replace(width, text="".join(map(self.sum_text, form.limits)))
        ranges = [row(self.small().write(limit_relation(limit))) for limit in form.limits]
        cells = (element("mtr", element("mtd", r)) for r in ranges)
        below = element("mtable", *cells) if len(ranges) > 1 else ranges[0]
        return replace(width, text=element("munder", operator("max", movablelimits="false"), below))

    def sum_text(self, limit: Limit) -> str:
        """One sign of summation with its limits."""
        variable, first, last = (
            self.small().write(part) for part in (limit.variable, limit.first, limit.last)
        )
        sign = operator("∑", movablelimits="false" if self.size == 0 else "true")
        text = element("munderover", sign, row(variable + operator("=") + first), row(last))
        return f'<mrow class="{MARKS[limit.mark]}">{text}</mrow>' if limit.mark else text

    def function(self, name: str) -> Piece:
        shown = FUNCTIONS.get(name, name)
        return replace(super().function(name), text=element("mi", shown) + operator("⁡"))

    def sign(self, *, minus: bool) -> Piece:
        sign = super().sign(minus=minus)
        shown = operator("−" if minus else "+")
        tight = operator("−" if minus else "+", lspace="0.1em", rspace="0.1em")
        return replace(sign, text=tight if self.tight else shown, lead=shown)

    def prefix(self) -> Piece:
        return replace(super().prefix(), text=operator("−", form="prefix"))

    def comma(self) -> Piece:
        return replace(super().comma(), text=operator(","))

    def times(self, left: Form, right: Form) -> Piece:
        sign = super().times(left, right)
        if numeric(left) or numeric(right):
            return replace(sign, text=operator("·"), lead=operator("·") if sign.lead else "")
        text = THIN if sign.text in {" ", r"\,"} else ""
        return replace(sign, text=text, lead=operator("×") if sign.lead else "")

    def relation_sign(self, sign: str) -> Piece:
        made = super().relation_sign(sign)
        return replace(made, text=operator(RELATIONS[sign]), lead=operator(RELATIONS[sign]))

    def delimiters(self, ends: str, height: int) -> tuple[Piece, Piece]:
        pieces = super().delimiters(ends, height)
        tall = HEIGHTS[height] if self.size < 2 else HEIGHTS[0]
        attributes = {"stretchy": "true", "symmetric": "true", "minsize": tall, "maxsize": tall}
        if tall == HEIGHTS[0]:
            attributes = {"stretchy": "false"}
        left, right = (
            replace(p, text=operator(end, **attributes))
            for p, end in zip(pieces, ends, strict=True)
        )
        return left, right


def scripted(base: str, below: str, above: str) -> str:
    """A base with what stands below and above it."""
    if below and above:
        return element("msubsup", base, row(below), row(above))
    if below:
        return element("msub", base, row(below))
    return element("msup", base, row(above)) if above else base
