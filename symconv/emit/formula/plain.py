"""Formulas as one line of text: Unicode for a terminal, ASCII for everything else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from .form import (
    Decimal,
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
    numeric,
    parenthesised,
)
from .letters import GREEK, SUBSCRIPT, SUPERSCRIPT
from .strip import Piece, Strip, around, solid
from .writer import Leaf, Writer


def piece(text: str) -> Piece:
    """Text as wide as it has characters."""
    return Piece(text, len(text))


@dataclass(frozen=True)
class Plain(Writer):
    """x[i+m, j+n], Σ_{i,j}, ∂C/∂w; or sum_{i,j} and dC/dw where `ascii_only`."""

    ascii_only: bool = False
    tight: bool = False

    def small(self) -> Self:
        return replace(self, tight=True)

    def leaf(self, form: Leaf) -> Piece:
        if isinstance(form, Number):
            return piece(str(form.value))
        if isinstance(form, Decimal):
            return piece(form.text)
        return piece(self.word(form) if isinstance(form, Word) else self.entry(form))

    def letter(self, letter: str) -> str:
        """`beta`, or β."""
        return letter if self.ascii_only else GREEK.get(letter, letter)

    def word(self, form: Word) -> str:
        """`w_3^1`, or w₃¹."""
        above = self.above(form.superscript)
        below = self.below(form)
        primes = ("'" if self.ascii_only else "′") * form.primes
        return self.letter(form.letter) + below + above + primes

    def below(self, form: Word) -> str:
        """A subscript; the number of a size is part of its ASCII name (`k1`)."""
        text = form.subscript
        if not text:
            return ""
        if self.ascii_only:
            bare = text.isdigit() and not form.entry
            return text if bare else "_" + _braced(text)
        digits = text.replace(",", "").isdigit()
        return text.translate(SUBSCRIPT) if digits else "_" + _braced(text)

    def above(self, text: str) -> str:
        """A superscript: a layer."""
        if not text:
            return ""
        if self.ascii_only or not text.isdigit():
            return "^" + _braced(text)
        return text.translate(SUPERSCRIPT)

    def entry(self, form: Entry) -> str:
        """`w^1[m,n]`, `delta_z[i,j]`."""
        layer = self.above("" if form.name.layer is None else str(form.name.layer))
        letter = self.letter(form.name.letter)
        if form.name.kind:
            kind = self.letter("delta") if form.name.kind == "delta" else "grad"
            letter = f"{kind}_{letter}" if letter else kind
        return letter + layer + self.places(form.places)

    def places(self, places: tuple[Form, ...]) -> str:
        """The indices of an entry, with a space after the commas where one of them is compound."""
        texts = [self.small().write(place) for place in places]
        comma = "," if all(len(text.rstrip("'′")) <= 2 for text in texts) else ", "
        return f"[{comma.join(texts)}]" if texts else ""

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


def _braced(text: str) -> str:
    return text if text.isalnum() else f"{{{text}}}"


def spell(form: Form) -> str:
    """The formula in ASCII, on one line."""
    return Plain(ascii_only=True).write(form)
