r"""Signs between the parts of a formula in LaTeX: operators, parentheses, functions."""

from __future__ import annotations

from dataclasses import dataclass

from . import font_metrics
from .latex_leaves import LatexLeaves
from .line_breaking import Piece
from .tree import Form, Number, Quotient, Reduction, Word
from .tree_helpers import numeric, parenthesised
from .writer import BEHIND_FRACTION

FUNCTIONS = {
    "sigmoid": (r"\sigma", 6.7),
    "tanh": (r"\tanh", 22.5),
    "exp": (r"\exp", 18.0),
    "log": (r"\log", 16.0),
}
SIZES = (("", ""), (r"\bigl", r"\bigr"), (r"\Bigl", r"\Bigr"), (r"\biggl", r"\biggr"))
RELATIONS = {"=": "=", "<=": r"\le", "<": "<", "≈": r"\approx"}


@dataclass(frozen=True)
class LatexSigns(LatexLeaves):
    """Signs with the space that they take, and what stands at a break of the line."""

    def function(self, name: str) -> Piece:
        text, width = FUNCTIONS.get(name, (rf"\operatorname{{{name}}}", font_metrics.upright(name)))
        return self.piece(text, width)

    def sign(self, *, minus: bool) -> Piece:
        text = "-" if minus else "+"
        glue = text if self.tight else f" {text} "
        width = font_metrics.TIGHT_OPERATOR if self.size > 1 else font_metrics.OPERATOR
        lead = f"{{}}{text} "
        return Piece(glue, width * self.scale, rank=0, lead=lead, lead_width=width)

    def comma(self) -> Piece:
        return Piece(", ", font_metrics.COMMA * self.scale, rank=3)

    def prefix(self) -> Piece:
        return self.piece("-", 8.6)

    def times(self, left: Form, right: Form) -> Piece:
        """Side by side, thinly spaced; parentheses and plain letters need no space."""
        glue = self.between(left, right)
        dot = numeric(left) or numeric(right)
        width = (8.0 if dot else font_metrics.THIN_SPACE) * self.scale
        if isinstance(left, Number) or (isinstance(left, Quotient) and not self.loose):
            return Piece(glue, width)
        lead = r"{}\cdot " if dot else r"{}\times "
        rank = BEHIND_FRACTION if isinstance(left, Quotient) else 1
        return Piece(glue, width, rank=rank, lead=lead, lead_width=font_metrics.OPERATOR)

    def between(self, left: Form, right: Form) -> str:
        if numeric(left) or numeric(right):
            return r" \cdot "
        words = isinstance(left, Word) and isinstance(right, Word)
        if isinstance(left, Number):
            return ""
        if (
            words
            or isinstance(right, Reduction)
            or (isinstance(left, Quotient) and parenthesised(right))
        ):
            return " "
        return "" if parenthesised(right) else r"\,"

    def relation_sign(self, sign: str) -> Piece:
        text = RELATIONS[sign]
        width = (font_metrics.RELATION if self.size < 2 else 9) * self.scale
        return Piece(f" {text} ", width, rank=6, lead=f"{{}}{text} ", lead_width=width)

    def delimiters(self, ends: str, height: int) -> tuple[Piece, Piece]:
        size = SIZES[height] if self.size < 2 else SIZES[0]
        width = font_metrics.DELIMITER[height] * self.scale
        return tuple(Piece(size[k] + ends[k], width) for k in (0, 1))  # type: ignore[return-value]
