"""Formulas as one line of text: Unicode for a terminal, ASCII for everything else."""

from __future__ import annotations

from dataclasses import dataclass

from .line_breaking import Piece, Strip, around, solid
from .plain_leaves import PlainLeaves, piece
from .tree import (
    Derivative,
    Entry,
    FirstMaximum,
    Floor,
    Form,
    Number,
    Power,
    Quotient,
    Reduction,
    Total,
    Word,
)
from .tree_helpers import numeric, parenthesised


@dataclass(frozen=True)
class Plain(PlainLeaves):
    """x[i+m, j+n], Σ_{i,j}, ∂C/∂w; or sum_{i,j} and dC/dw where `ascii_only`."""

    def quotient(self, form: Quotient) -> Piece:
        above, below = self.strip(form.above), self.strip(form.below)
        above = self.enclosed(above) if isinstance(form.above, Total) else above
        bare = isinstance(form.below, Number | Word | Entry | Power)
        return solid((*above, piece("/"), *(below if bare else self.enclosed(below))))

    def floor(self, form: Floor) -> Piece:
        left, right = ("floor(", ")") if self.ascii_only else ("⌊", "⌋")
        return piece(left + self.write(form.inside) + right)

    def power(self, form: Power) -> Strip:
        exponent = self.small().write(form.exponent)
        if isinstance(form.exponent, Number):
            above = self.above(exponent)
        else:
            above = "^" + (exponent if exponent.isalnum() else f"({exponent})")
        return around(piece(""), self.based(form.base), piece(above))

    def derivative(self, form: Derivative) -> Strip:
        d = "d" if self.ascii_only else "∂"
        by = self.write(form.by)
        if isinstance(form.of, Entry | Word):
            return (piece(f"{d}{self.write(form.of)}/{d}{by}"),)
        operator = piece(f"{d}/{d}{by} ")
        return around(operator, self.operand(form.of), piece(""))

    def first_maximum(self, form: FirstMaximum) -> Strip:
        place = ", ".join(self.small().write(p) for p in form.place)
        place = f"({place})" if len(form.place) > 1 else place
        return around(piece(f"{place} = arg"), self.reduction(form.maximum), piece(""))

    def reduction_head(self, form: Reduction) -> Piece:
        sign = "max" if form.operator == "max" else "sum" if self.ascii_only else "Σ"
        variables = ",".join(self.small().write(limit.variable) for limit in form.limits)
        return piece(f"{sign}_{{{variables}}} ")

    def function(self, name: str) -> Piece:
        return piece("σ" if name == "sigmoid" and not self.ascii_only else name)

    def sign(self, *, minus: bool) -> Piece:
        text = ("-" if self.ascii_only else "−") if minus else "+"
        glue = text if self.tight else f" {text} "
        return Piece(glue, len(glue), rank=0, lead=f"{text} ", lead_width=2)

    def comma(self) -> Piece:
        return Piece(", ", 2, rank=3, lead="", lead_width=0)

    def prefix(self) -> Piece:
        return piece("-" if self.ascii_only else "−")

    def times(self, left: Form, right: Form) -> Piece:
        """Side by side, with a space unless parentheses or decorations keep the factors apart."""
        dot = "* " if self.ascii_only else "· "
        if numeric(left) or numeric(right):
            sign = "*" if self.ascii_only else "·"
            return Piece(sign, 1, rank=1, lead=dot, lead_width=2)
        glue = "" if self.close(left, right) else " "
        if isinstance(left, Number | Quotient):
            return piece(glue)
        glue = f" {dot}" if isinstance(left, Derivative) else glue
        return Piece(glue, len(glue), rank=1, lead=dot, lead_width=2)

    def close(self, left: Form, right: Form) -> bool:
        if parenthesised(right):
            size = isinstance(left, Word) and not left.entry
            return size or isinstance(left, Number) or parenthesised(left)
        if isinstance(left, Number):
            return isinstance(right, Word) and not (self.ascii_only and right.entry)
        both = isinstance(left, Word) and isinstance(right, Word) and left.entry and right.entry
        return both and not self.ascii_only

    def relation_sign(self, sign: str) -> Piece:
        shown = {"≈": "~"}.get(sign, sign) if self.ascii_only else {"<=": "≤"}.get(sign, sign)
        return Piece(f" {shown} ", len(shown) + 2, rank=6, lead=f"{shown} ", lead_width=2)

    def delimiters(self, ends: str, height: int) -> tuple[Piece, Piece]:  # noqa: ARG002
        return piece(ends[0]), piece(ends[1])


def spell(form: Form) -> str:
    """The formula in ASCII, on one line."""
    return Plain(ascii_only=True).write(form)
