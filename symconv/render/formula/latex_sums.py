r"""Sums and maxima in LaTeX, with all limits or with the names of their indices alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import font_metrics
from .latex_signs import LatexSigns
from .line_breaking import Piece, Strip, glued, solid, text_of, width_of
from .tree import FirstMaximum, Limit, Reduction
from .tree_helpers import limit_relation, limit_variable


@dataclass(frozen=True)
class LatexSums(LatexSigns):
    r"""\sum_{m=0}^{k_1-1}, or \sum_{m} where the ranges stand elsewhere on the page (`brief`)."""

    brief: bool = False

    def first_maximum(self, form: FirstMaximum) -> Strip:
        places = solid(self.strip(form.place[0]))
        for place in form.place[1:]:
            comma = Piece(",", font_metrics.COMMA * self.scale)
            places = solid((places, *glued(comma, self.strip(place))))
        if len(form.place) > 1:
            places = solid(self.enclosed((places,)))
        sign = self.relation_sign("=")
        return (places, *glued(sign, self.reduction(form.maximum, r"\operatorname*{arg\,max}")))

    def reduction(self, form: Reduction, operator: str = r"\max") -> Strip:
        strip = super().reduction(self.sign_by_sign(form) if self.loose else form)
        if form.operator == "sum" or operator == r"\max":
            return strip
        longer = strip[0].width + 20 * self.scale
        return (
            replace(strip[0], text=strip[0].text.replace(r"\max", operator, 1), width=longer),
            *strip[1:],
        )

    def sign_by_sign(self, form: Reduction) -> Reduction:
        """Sums one inside the other, so that a line can break between their signs."""
        if form.operator == "max" or self.brief or len(form.limits) == 1:
            return form
        inner = Reduction("sum", form.limits[1:], form.body)
        return replace(form, limits=form.limits[:1], body=inner)

    def reduction_head(self, form: Reduction) -> Piece:
        if form.operator == "sum" and self.brief:
            return self.brief_summation(form.limits)
        if form.operator == "sum":
            pieces = tuple(map(self.marked_summation, form.limits))
            return Piece(text_of(pieces) + " ", width_of(pieces) + 2, 3 if self.size == 0 else 1)
        ranges = [solid(self.small().strip(limit_relation(limit))) for limit in form.limits]
        below = r" \\ ".join(piece.text for piece in ranges)
        below = rf"\substack{{{below}}}" if len(ranges) > 1 else below
        width = max(24 * self.scale, *(piece.width for piece in ranges)) + 3
        return Piece(rf"\max_{{{below}}} ", width, 2)

    def marked_summation(self, limit: Limit) -> Piece:
        sign = self.summation(limit)
        return solid(self.marked((sign,), limit.mark)) if limit.mark else sign

    def summation(self, limit: Limit) -> Piece:
        """One sign of summation; its limits stand beside it inside a line of text."""
        variable, first, last = (
            solid(self.small().strip(part)) for part in (limit.variable, limit.first, limit.last)
        )
        start = variable.width + first.width + font_metrics.RELATION * 0.6
        text = rf"\sum_{{{variable.text}={first.text}}}^{{{last.text}}}"
        limits = max(start, last.width) + 2
        if self.size == 0:
            return Piece(text, max(font_metrics.BIG_SUM, limits), 3)
        return Piece(text, 12 * self.scale + limits, 1)

    def brief_summation(self, limits: tuple[Limit, ...]) -> Piece:
        """One sign for all indices, without their limits."""
        small = self.small()
        below = small.row(tuple(solid(small.strip(limit_variable(limit))) for limit in limits))
        text = rf"\sum_{{{below.text}}} "
        if self.size == 0:
            return Piece(text, max(font_metrics.BIG_SUM, below.width) + 2, 2)
        return Piece(text, 12 * self.scale + below.width + 2, 1)

    def row(self, pieces: Strip) -> Piece:
        """a,b,c as in a subscript."""
        commas = font_metrics.TIGHT_COMMA * self.scale * (len(pieces) - 1)
        text = ",".join(piece.text for piece in pieces)
        return Piece(text, width_of(pieces) + commas)
