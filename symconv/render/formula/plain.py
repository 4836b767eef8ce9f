"""Formulas as one line of text: Unicode for a terminal, ASCII for everything else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import Self

from symconv.core.tensor import HAT, Name
from symconv.notation.signs import TensorSign

from .formula_printer import FormulaPrinter
from .glyphs import COMBINING, GREEK, SUBSCRIPT, SUPERSCRIPT
from .line_breaking import Boxes, TextBox, delimit, fuse_boxes
from .markup import Leaf
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
    DisplaySum,
    DisplaySymbol,
    DisplayTree,
)
from .tree_helpers import has_parentheses, is_numeric, is_root


def text_box(text: str) -> TextBox:
    """Text as wide as it has characters; an accent stands on the one before it."""
    return TextBox(text, sum(not unicodedata.combining(c) for c in text))


WIDEST = 40
"""In characters: the widest fraction of a formula that does not fit otherwise.

A wider one is written as 1/n times what stands above, which can be broken.
"""


@dataclass(frozen=True)
class PlainLeaves(FormulaPrinter):
    """x[i+m, j+n], Σ_{i,j}, ∂C/∂w; or sum_{i,j} and dC/dw where `ascii_only`."""

    ascii_only: bool = False
    tight: bool = False

    def small(self) -> Self:
        return replace(self, tight=True)

    def leaf(self, form: Leaf) -> TextBox:
        if isinstance(form, DisplayNumber):
            return text_box(str(form.value))
        if isinstance(form, DisplayDecimal):
            return text_box(form.text)
        return text_box(self.word(form) if isinstance(form, DisplaySymbol) else self.entry(form))

    def letter(self, letter: str) -> str:
        """`beta`, or β; `xhat`, or x with its accent."""
        if self.ascii_only and letter.endswith(HAT):
            return letter.removesuffix(HAT) + "hat"
        return letter if self.ascii_only else GREEK.get(letter, letter)

    def word(self, form: DisplaySymbol) -> str:
        """`w_3^1`, or w₃¹; in a hand that marks layers below, w_1[3]."""
        sign, number = self.sign_of(form), form.superscript
        letter = self.letter(form.letter) if sign is None else self.sign_letter(sign)
        primes = ("'" if self.ascii_only else "′") * form.primes
        if not form.entry:
            return letter + self.below(form) + self.above(number) + primes
        layer = int(number) if number.isdecimal() else None
        layer = self.hand.shown_layer(Name(form.letter, layer))
        if self.hand.mark == "below" and layer is not None:
            places = f"[{form.subscript}]" if form.subscript else ""
            return letter + self.layer_mark(layer) + places + primes
        above = self.above(number) if self.hand.mark == "up" else self.layer_mark(layer)
        return letter + self.below(form) + (above if layer is not None else "") + primes

    def layer_mark(self, layer: int | None) -> str:
        """`^1`, `^[1]`, `^(1)` or `_1`; nothing where a tensor has no layer."""
        if layer is None:
            return ""
        match self.hand.mark:
            case "bracket":
                return f"^[{layer}]"
            case "paren":
                return f"^({layer})"
            case "below":
                return f"_{layer}" if self.ascii_only else str(layer).translate(SUBSCRIPT)
        return self.above(str(layer))

    def sign_letter(self, sign: TensorSign) -> str:
        """`W` for a bold one, `xhat` or x̂: a text has no fonts."""
        letter = self.letter(sign.letter)
        if self.ascii_only:
            return sign.ascii()
        return letter + "".join(COMBINING[accent] for accent in sign.accents[::-1])

    def below(self, form: DisplaySymbol) -> str:
        """A subscript; the number of a size is part of its ASCII name (`k1`)."""
        text = form.subscript
        if not text:
            return ""
        if self.ascii_only:
            bare = text.isdigit() and not form.entry
            return text if bare else "_" + _add_braces(text)
        digits = text.replace(",", "").isdigit()
        return text.translate(SUBSCRIPT) if digits else "_" + _add_braces(text)

    def above(self, text: str) -> str:
        """A superscript: a layer."""
        if not text:
            return ""
        if self.ascii_only or not text.isdigit():
            return "^" + _add_braces(text)
        return text.translate(SUPERSCRIPT)

    def entry(self, form: DisplayEntry) -> str:
        """`w^1[m,n]`, `delta_z[i,j]`."""
        name = form.name
        shown = self.hand.shown_layer(name) if name.letter else name.layer
        layer = self.layer_mark(shown)
        sign = self.sign_of(form) if name.letter else None
        letter = self.letter(name.letter) if sign is None else self.sign_letter(sign)
        if name.kind:
            own = self.hand.sign(Name("delta"))
            delta = self.letter("delta") if own is None else self.sign_letter(own)
            kind = delta if name.kind == "delta" else "grad"
            letter = f"{kind}_{letter}" if letter else kind
        return letter + layer + self.places(form.places)

    def places(self, places: tuple[DisplayTree, ...]) -> str:
        """The indices of an entry, with a space after the commas where one of them is compound."""
        texts = [self.small().write(place) for place in places]
        comma = "," if all(len(text.rstrip("'′")) <= 2 for text in texts) else ", "
        return f"[{comma.join(texts)}]" if texts else ""


def _add_braces(text: str) -> str:
    return text if text.isalnum() else f"{{{text}}}"


@dataclass(frozen=True)
class PlainText(PlainLeaves):
    """x[i+m, j+n], Σ_{i,j}, ∂C/∂w; or sum_{i,j} and dC/dw where `ascii_only`."""

    def widest(self) -> float:
        return WIDEST if self.loose else super().widest()

    def quotient(self, form: DisplayQuotient) -> TextBox:
        above, below = self.strip(form.above), self.strip(form.below)
        above = self.enclosed(above) if isinstance(form.above, DisplaySum) else above
        bare = isinstance(
            form.below, DisplayNumber | DisplaySymbol | DisplayEntry | DisplayPower
        ) or is_root(form.below)
        return fuse_boxes((*above, text_box("/"), *(below if bare else self.enclosed(below))))

    def floor(self, form: DisplayFloor) -> TextBox:
        left, right = ("floor(", ")") if self.ascii_only else ("⌊", "⌋")
        return text_box(left + self.write(form.inside) + right)

    def power(self, form: DisplayPower) -> Boxes:
        exponent = self.small().write(form.exponent)
        if isinstance(form.exponent, DisplayNumber):
            above = self.above(exponent)
        else:
            above = "^" + (exponent if exponent.isalnum() else f"({exponent})")
        return delimit(text_box(""), self.based(form.base), text_box(above))

    def derivative(self, form: DisplayDerivative) -> Boxes:
        if self.shows_nabla(form):
            nabla = "nabla" if self.ascii_only else "∇"
            return (text_box(f"{nabla}_{{{self.write(form.by)}}} {self.write(form.of)}"),)
        d = "d" if self.ascii_only or self.hand.derivative == "d" else "∂"
        by = self.write(form.by)
        if isinstance(form.of, DisplayEntry | DisplaySymbol):
            return (text_box(f"{d}{self.write(form.of)}/{d}{by}"),)
        operator = text_box(f"{d}/{d}{by} ")
        return delimit(operator, self.operand(form.of), text_box(""))

    def first_maximum(self, form: DisplayArgmax) -> Boxes:
        place = ", ".join(self.small().write(p) for p in form.place)
        place = f"({place})" if len(form.place) > 1 else place
        return delimit(text_box(f"{place} = arg"), self.reduction(form.maximum), text_box(""))

    def reduction_head(self, form: DisplayReduction) -> TextBox:
        sign = "max" if form.operator == "max" else "sum" if self.ascii_only else "Σ"
        variables = ",".join(self.small().write(limit.variable) for limit in form.limits)
        return text_box(f"{sign}_{{{variables}}} ")

    def function(self, name: str) -> TextBox:
        signs = {} if self.ascii_only else {"sigmoid": "σ", "sqrt": "√"}
        return text_box(signs.get(name, name))

    def sign(self, *, minus: bool) -> TextBox:
        text = ("-" if self.ascii_only else "−") if minus else "+"
        glue = text if self.tight else f" {text} "
        return TextBox(glue, len(glue), rank=0, lead=f"{text} ", lead_width=2)

    def comma(self) -> TextBox:
        return TextBox(", ", 2, rank=3, lead="", lead_width=0)

    def prefix(self) -> TextBox:
        return text_box("-" if self.ascii_only else "−")

    def times(self, left: DisplayTree, right: DisplayTree) -> TextBox:
        """Side by side, with a space unless parentheses or decorations keep the factors apart."""
        dot = "* " if self.ascii_only else "· "
        if is_numeric(left) or is_numeric(right):
            sign = "*" if self.ascii_only else "·"
            return TextBox(sign, 1, rank=1, lead=dot, lead_width=2)
        glue = "" if self.close(left, right) else " "
        if isinstance(left, DisplayNumber | DisplayQuotient):
            return text_box(glue)
        glue = f" {dot}" if isinstance(left, DisplayDerivative) else glue
        return TextBox(glue, len(glue), rank=1, lead=dot, lead_width=2)

    def close(self, left: DisplayTree, right: DisplayTree) -> bool:
        if has_parentheses(right):
            size = isinstance(left, DisplaySymbol) and not left.entry
            return size or isinstance(left, DisplayNumber) or has_parentheses(left)
        if isinstance(left, DisplayNumber):
            return isinstance(right, DisplaySymbol) and not (self.ascii_only and right.entry)
        both = (
            isinstance(left, DisplaySymbol)
            and isinstance(right, DisplaySymbol)
            and left.entry
            and right.entry
        )
        return both and not self.ascii_only

    def relation_sign(self, sign: str) -> TextBox:
        shown = {"≈": "~"}.get(sign, sign) if self.ascii_only else {"<=": "≤"}.get(sign, sign)
        return TextBox(f" {shown} ", len(shown) + 2, rank=6, lead=f"{shown} ", lead_width=2)

    def delimiters(self, ends: str, height: int) -> tuple[TextBox, TextBox]:  # noqa: ARG002
        return text_box(ends[0]), text_box(ends[1])


def print_ascii(form: DisplayTree) -> str:
    """The formula in ASCII, on one line."""
    return PlainText(ascii_only=True).write(form)
