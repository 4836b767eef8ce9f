"""Formulas as MathML: the same pieces and widths as in LaTeX, in elements instead of commands."""

from __future__ import annotations

from dataclasses import dataclass

from .latex import BOLD
from .line_breaking import Boxes, TextBox, delimit, fuse_boxes, join_text
from .mathml_atoms import MathMlSigns, attach_scripts, element, operator, row
from .tree import (
    DisplayArgmax,
    DisplayDerivative,
    DisplayEntry,
    DisplayFloor,
    DisplayLimit,
    DisplayPower,
    DisplayQuotient,
    DisplayReduction,
    DisplaySymbol,
    DisplayTree,
    Mark,
)
from .tree_helpers import limit_relation, limit_variable

MARKS = {"old": "old", "new": "new", "both": "old new"}


@dataclass(frozen=True)
class MathMl(MathMlSigns):
    """<mi>w</mi>, <msub>, <munderover>; line breaks are where LaTeX has them."""

    def marked(self, strip: Boxes, mark: Mark) -> Boxes:
        """Every mark takes the room of one that is bold: browsers' bold letters are wider."""
        pieces = super().marked(strip, mark)
        short = len(pieces) == 1 and len(strip) > 1
        plain = (fuse_boxes(strip),) if short else strip
        return tuple(
            p._replace(text=f'<mrow class="{MARKS[mark]}">{q.text}</mrow>', width=q.width * BOLD)
            for p, q in zip(pieces, plain, strict=True)
        )

    def quotient(self, form: DisplayQuotient) -> TextBox:
        above, below = (row(self.inner().write(part)) for part in (form.above, form.below))
        fraction = element("mfrac", above, below)
        if self.size == 2:
            fraction = element("mstyle", fraction, scriptlevel="0", displaystyle="false")
        return super().quotient(form)._replace(text=fraction)

    def floor(self, form: DisplayFloor) -> TextBox:
        inside = operator("⌊") + self.write(form.inside) + operator("⌋")
        return super().floor(form)._replace(text=row(inside))

    def power(self, form: DisplayPower) -> Boxes:
        width = fuse_boxes(super().power(form))
        base = join_text(self.based(form.base))
        return (
            width._replace(text=attach_scripts(row(base), "", self.exponent(form.exponent).text)),
        )

    def radical(self, inside: TextBox) -> TextBox:
        return super().radical(inside)._replace(text=element("msqrt", inside.text))

    def derivative(self, form: DisplayDerivative) -> Boxes:
        widths = super().derivative(form)
        if self.shows_nabla(form):
            under = row(self.small().write(form.by))
            text = element("msub", operator("∇"), under) + self.write(form.of)
            return (fuse_boxes(widths)._replace(text=row(text)),)
        d = operator("d" if self.hand.derivative == "d" else "∂")
        by = row(d + self.inner().write(form.by))
        if isinstance(form.of, DisplayEntry | DisplaySymbol):
            of = row(d + self.inner().write(form.of))
            return (fuse_boxes(widths)._replace(text=element("mfrac", of, by)),)
        head = element("mfrac", d, by)
        return delimit(TextBox(head, 0, 2), self.operand(form.of), self.nothing())

    def first_maximum(self, form: DisplayArgmax) -> Boxes:
        places = operator(",").join(self.strip_text(p) for p in form.place)
        if len(form.place) > 1:
            places = operator("(", stretchy="false") + places + operator(")", stretchy="false")
        widths = fuse_boxes(super().first_maximum(form))
        found = join_text(self.reduction(form.maximum, "arg max"))
        # The widths are those of LaTeX, so that both break their lines at the same places.
        return (widths._replace(text=places + operator("=") + found),)

    def strip_text(self, form: DisplayTree) -> str:
        return join_text(self.strip(form))

    def reduction(self, form: DisplayReduction, name: str = "max") -> Boxes:
        strip = super().reduction(form)
        if name == "max" or form.operator == "sum":
            return strip
        return (strip[0]._replace(text=strip[0].text.replace("max", "arg max", 1)), *strip[1:])

    def reduction_head(self, form: DisplayReduction) -> TextBox:
        width = super().reduction_head(form)
        if form.operator == "sum" and self.brief:
            return width._replace(text=self.brief_text(form.limits))
        if form.operator == "sum":
            return width._replace(text="".join(map(self.sum_text, form.limits)))
        ranges = [row(self.small().write(limit_relation(limit))) for limit in form.limits]
        cells = (element("mtr", element("mtd", r)) for r in ranges)
        below = element("mtable", *cells) if len(ranges) > 1 else ranges[0]
        return width._replace(text=element("munder", operator("max", movablelimits="false"), below))

    def sum_text(self, limit: DisplayLimit) -> str:
        """One sign of summation with its limits."""
        variable, first, last = (
            self.small().write(part) for part in (limit.variable, limit.first, limit.last)
        )
        text = element(
            "munderover", self.sum_sign(), row(variable + operator("=") + first), row(last)
        )
        return f'<mrow class="{MARKS[limit.mark]}">{text}</mrow>' if limit.mark else text

    def brief_text(self, limits: tuple[DisplayLimit, ...]) -> str:
        """One sign for all indices, without their limits."""
        small = self.small()
        below = operator(",").join(small.strip_text(limit_variable(limit)) for limit in limits)
        return element("munder", self.sum_sign(), row(below))

    def sum_sign(self) -> str:
        return operator("∑", movablelimits="false" if self.size == 0 else "true")
