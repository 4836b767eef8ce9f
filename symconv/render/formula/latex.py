r"""Formulas in LaTeX, with nothing beyond amsmath, and with the width of every piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import glyphs
from .latex_atoms import SIZES, LatexSigns
from .line_breaking import Boxes, TextBox, add_glue, delimit, fuse_boxes, join_text, total_width
from .tree import (
    ONE,
    DisplayArgmax,
    DisplayCall,
    DisplayDerivative,
    DisplayEntry,
    DisplayFloor,
    DisplayLimit,
    DisplayNumber,
    DisplayPower,
    DisplayQuotient,
    DisplayReduction,
    DisplaySymbol,
    DisplayTree,
    Mark,
)
from .tree_helpers import limit_relation, limit_variable


@dataclass(frozen=True)
class LatexSums(LatexSigns):
    r"""\sum_{m=0}^{k_1-1}, or \sum_{m} where the ranges stand elsewhere on the page (`brief`)."""

    brief: bool = False

    def first_maximum(self, form: DisplayArgmax) -> Boxes:
        places = fuse_boxes(self.strip(form.place[0]))
        for place in form.place[1:]:
            comma = TextBox(",", glyphs.COMMA * self.scale)
            places = fuse_boxes((places, *add_glue(comma, self.strip(place))))
        if len(form.place) > 1:
            places = fuse_boxes(self.enclosed((places,)))
        sign = self.relation_sign("=")
        return (places, *add_glue(sign, self.reduction(form.maximum, r"\operatorname*{arg\,max}")))

    def reduction(self, form: DisplayReduction, operator: str = r"\max") -> Boxes:
        strip = super().reduction(self.sign_by_sign(form) if self.loose else form)
        if form.operator == "sum" or operator == r"\max":
            return strip
        longer = strip[0].width + 20 * self.scale
        return (
            strip[0]._replace(text=strip[0].text.replace(r"\max", operator, 1), width=longer),
            *strip[1:],
        )

    def sign_by_sign(self, form: DisplayReduction) -> DisplayReduction:
        """Sums one inside the other, so that a line can break between their signs."""
        if form.operator == "max" or self.brief or len(form.limits) == 1:
            return form
        inner = DisplayReduction("sum", form.limits[1:], form.body)
        return replace(form, limits=form.limits[:1], body=inner)

    def reduction_head(self, form: DisplayReduction) -> TextBox:
        if form.operator == "sum" and self.brief:
            return self.brief_summation(form.limits)
        if form.operator == "sum":
            pieces = tuple(map(self.marked_summation, form.limits))
            return TextBox(
                join_text(pieces) + " ", total_width(pieces) + 2, 3 if self.size == 0 else 1
            )
        ranges = [fuse_boxes(self.small().strip(limit_relation(limit))) for limit in form.limits]
        below = r" \\ ".join(piece.text for piece in ranges)
        below = rf"\substack{{{below}}}" if len(ranges) > 1 else below
        width = max(24 * self.scale, *(piece.width for piece in ranges)) + 3
        return TextBox(rf"\max_{{{below}}} ", width, 2)

    def marked_summation(self, limit: DisplayLimit) -> TextBox:
        sign = self.summation(limit)
        return fuse_boxes(self.marked((sign,), limit.mark)) if limit.mark else sign

    def summation(self, limit: DisplayLimit) -> TextBox:
        """One sign of summation; its limits stand beside it inside a line of text."""
        variable, first, last = (
            fuse_boxes(self.small().strip(part))
            for part in (limit.variable, limit.first, limit.last)
        )
        start = variable.width + first.width + glyphs.RELATION * 0.6
        text = rf"\sum_{{{variable.text}={first.text}}}^{{{last.text}}}"
        limits = max(start, last.width) + 2
        if self.size == 0:
            return TextBox(text, max(glyphs.BIG_SUM, limits), 3)
        return TextBox(text, 12 * self.scale + limits, 1)

    def brief_summation(self, limits: tuple[DisplayLimit, ...]) -> TextBox:
        """One sign for all indices, without their limits."""
        small = self.small()
        below = small.row(tuple(fuse_boxes(small.strip(limit_variable(limit))) for limit in limits))
        text = rf"\sum_{{{below.text}}} "
        if self.size == 0:
            return TextBox(text, max(glyphs.BIG_SUM, below.width) + 2, 2)
        return TextBox(text, 12 * self.scale + below.width + 2, 1)

    def row(self, pieces: Boxes) -> TextBox:
        """a,b,c as in a subscript."""
        commas = glyphs.TIGHT_COMMA * self.scale * (len(pieces) - 1)
        text = ",".join(piece.text for piece in pieces)
        return TextBox(text, total_width(pieces) + commas)


OWN_MARKS = (r"\derivationold{%s}", r"\derivationnew{%s}")
PLAIN_MARKS = (r"\underline{%s}", r"\boldsymbol{%s}")
BOLD = 1.16
"""How much wider bold letters are: 0.575 em for a digit, where 0.5 em is the plain one."""

WIDEST = 280
"""In points: a fraction up to that width stays in one piece.

A wider one is written as 1/n times what stands above, which can be broken. It leaves room for a
left side in a line of 360.
"""

SHORT = 170
"""In points: a marked part up to that width stays on one line, so that it has one mark."""


@dataclass(frozen=True)
class Latex(LatexSums):
    r"""\sum_{m=0}^{k_1-1} w^{1}_{m,n}\,x_{i+m,j+n}.

    Marked parts up to `short` and fractions up to `wide` stay on one line.
    """

    marks: tuple[str, str] = OWN_MARKS
    short: float = SHORT
    wide: float = WIDEST

    def widest(self) -> float:
        return self.wide

    def marked(self, strip: Boxes, mark: Mark) -> Boxes:
        """Every piece marked; a short part as one piece. New parts are bold, and wider."""
        old, new = self.marks
        mark_text = {"old": old, "new": new, "both": new.replace("%s", old)}[mark]
        whole = total_width(strip) < self.short and strip[0].rank is None
        bold = 1 if mark == "old" else BOLD
        return tuple(
            p._replace(text=mark_text.replace("%s", p.text), width=p.width * bold)
            for p in ((fuse_boxes(strip),) if whole else strip)
        )

    def quotient(self, form: DisplayQuotient) -> TextBox:
        r"""`\frac`, and in subscripts `\tfrac`, which stays large enough to read."""
        small = self.size == 2
        writer = replace(self, tight=True) if small else self.inner()
        above, below = (fuse_boxes(writer.strip(part)) for part in (form.above, form.below))
        width = max(above.width, below.width) + 3 * self.scale
        command = r"\tfrac" if small else r"\frac"
        return TextBox(rf"{command}{{{above.text}}}{{{below.text}}}", width, 2)

    def floor(self, form: DisplayFloor) -> TextBox:
        inside = fuse_boxes(self.strip(form.inside))
        size = SIZES[min(inside.height, 3)] if inside.height < 2 else SIZES[3]
        text = rf"{size[0]}\lfloor {inside.text} {size[1]}\rfloor"
        return TextBox(text, inside.width + 2 * glyphs.DELIMITER[3], inside.height)

    def power(self, form: DisplayPower) -> Boxes:
        above = self.exponent(form.exponent)
        return delimit(
            self.nothing(), self.based(form.base), above._replace(text=f"^{{{above.text}}}")
        )

    def call(self, form: DisplayCall) -> Boxes:
        r"""`\sqrt{a}`, or (a)^{1/2}, which can be broken, where that would be too wide."""
        if form.function != "sqrt":
            return super().call(form)
        inside = fuse_boxes(self.strip(form.argument))
        if inside.width > self.widest():
            return self.power(DisplayPower(form.argument, DisplayQuotient(ONE, DisplayNumber(2))))
        return (self.radical(inside),)

    def radical(self, inside: TextBox) -> TextBox:
        width = inside.width + glyphs.RADICAL * self.scale
        return TextBox(rf"\sqrt{{{inside.text}}}", width, inside.height)

    def exponent(self, form: DisplayTree) -> TextBox:
        """A fraction of numbers stays on one line: 1/2."""
        small = self.small()
        match form:
            case DisplayQuotient(DisplayNumber() as above, DisplayNumber() as below):
                ends = fuse_boxes((*small.strip(above), small.slash(), *small.strip(below)))
                return ends._replace(height=0)
        return fuse_boxes(small.strip(form))

    def slash(self) -> TextBox:
        return self.piece("/", glyphs.DIGIT)

    def derivative(self, form: DisplayDerivative) -> Boxes:
        if self.shows_nabla(form):
            return self.nabla(form)
        d = "d" if self.hand.derivative == "d" else r"\partial "
        by = fuse_boxes(self.inner().strip(form.by))
        if isinstance(form.of, DisplayEntry | DisplaySymbol):
            of = fuse_boxes(self.inner().strip(form.of))
            width = max(of.width, by.width) + 9.5 * self.scale
            return (TextBox(rf"\frac{{{d}{of.text}}}{{{d}{by.text}}}", width, 2),)
        operator = TextBox(rf"\frac{{{d.strip()}}}{{{d}{by.text}}}", by.width + 9.5 * self.scale, 2)
        return delimit(operator, self.operand(form.of), self.nothing())

    def nabla(self, form: DisplayDerivative) -> Boxes:
        r"""`\nabla_{w_{m,n}} C`."""
        by, of = fuse_boxes(self.small().strip(form.by)), fuse_boxes(self.strip(form.of))
        width = 9.2 * self.scale + by.width + of.width + 2
        return (TextBox(rf"\nabla_{{{by.text}}} {of.text}", width),)
