"""Signs between the parts of a formula as MathML: operators, parentheses, functions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .line_breaking import Piece
from .mathml_elements import element, operator
from .mathml_leaves import MathMlLeaves
from .tree import Form
from .tree_helpers import numeric

FUNCTIONS = {"sigmoid": "σ"}
RELATIONS = {"=": "=", "<=": "≤", "<": "<", "≈": "≈"}
THIN = '<mspace width="0.16em"/>'
HEIGHTS = ("1em", "1.25em", "1.8em", "2.4em")


@dataclass(frozen=True)
class MathMlSigns(MathMlLeaves):
    """<mo> with the space that it takes in LaTeX."""

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

    def slash(self) -> Piece:
        return replace(super().slash(), text=operator("/", lspace="0", rspace="0"))
