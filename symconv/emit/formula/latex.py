r"""Formulas in LaTeX, with nothing beyond amsmath, and with the width of every piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import metrics
from .form import (
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
    parenthesised,
)
from .latex_leaves import LatexLeaves
from .strip import Piece, Strip, around, glued, solid, text_of, width_of

FUNCTIONS = {
    "sigmoid": (r"\sigma", 6.7),
    "tanh": (r"\tanh", 22.5),
    "exp": (r"\exp", 18.0),
    "log": (r"\log", 16.0),
}
SIZES = (("", ""), (r"\bigl", r"\bigr"), (r"\Bigl", r"\Bigr"), (r"\biggl", r"\biggr"))
RELATIONS = {"=": "=", "<=": r"\le", "<": "<", "≈": r"\approx"}
OWN_MARKS = (r"\derivationold{%s}", r"\derivationnew{%s}")
PLAIN_MARKS = (r"\underline{%s}", r"\boldsymbol{%s}")
BOLD = 1.16
WIDEST = 280  # a fraction up to that width stays in one piece
SHORT = 170  # a marked part of that width stays on one line


@dataclass(frozen=True)
class Latex(LatexLeaves):
    r"""\sum_{m=0}^{k_1-1} w^{1}_{m,n}\,x_{i+m,j+n}."""

    marks: tuple[str, str] = OWN_MARKS

    def widest(self) -> float:
        return WIDEST

    def marked(self, strip: Strip, mark: Mark) -> Strip:
        """Every piece marked; a short part as one piece."""
        old, new = self.marks
        mark_text = {"old": old, "new": new, "both": new.replace("%s", old)}[mark]
        whole = width_of(strip) < SHORT and strip[0].rank is None
        return tuple(
            replace(p, text=mark_text.replace("%s", p.text), width=p.width * BOLD)
            for p in ((solid(strip),) if whole else strip)
        )

    def quotient(self, form: Quotient) -> Piece:
        r"""`\frac`, and in subscripts `\tfrac`, which stays large enough to read."""
        small = self.size == 2
        writer = replace(self, tight=True) if small else self.inner()
        above, below = (solid(writer.strip(part)) for part in (form.above, form.below))
        width = max(above.width, below.width) + 3 * self.scale
        command = r"\tfrac" if small else r"\frac"
        return Piece(rf"{command}{{{above.text}}}{{{below.text}}}", width, 2)

    def floor(self, form: Floor) -> Piece:
        inside = solid(self.strip(form.inside))
        size = SIZES[min(inside.height, 3)] if inside.height < 2 else SIZES[3]
        text = rf"{size[0]}\lfloor {inside.text} {size[1]}\rfloor"
        return Piece(text, inside.width + 2 * metrics.DELIMITER[3], inside.height)

    def power(self, form: Power) -> Strip:
        above = self.exponent(form.exponent)
        return around(
            self.nothing(), self.based(form.base), replace(above, text=f"^{{{above.text}}}")
        )

    def exponent(self, form: Form) -> Piece:
        """A fraction of numbers stays on one line: 1/2."""
        small = self.small()
        match form:
            case Quotient(Number() as above, Number() as below):
                ends = solid((*small.strip(above), small.slash(), *small.strip(below)))
                return replace(ends, height=0)
        return solid(small.strip(form))

    def slash(self) -> Piece:
        return self.piece("/", metrics.DIGIT)

    def derivative(self, form: Derivative) -> Strip:
        d = r"\partial "
        by = solid(self.inner().strip(form.by))
        if isinstance(form.of, Entry | Word):
            of = solid(self.inner().strip(form.of))
            width = max(of.width, by.width) + 9.5 * self.scale
            return (Piece(rf"\frac{{{d}{of.text}}}{{{d}{by.text}}}", width, 2),)
        operator = Piece(rf"\frac{{\partial}}{{{d}{by.text}}}", by.width + 9.5 * self.scale, 2)
        return around(operator, self.operand(form.of), self.nothing())

    def first_maximum(self, form: FirstMaximum) -> Strip:
        places = solid(self.strip(form.place[0]))
        for place in form.place[1:]:
            comma = Piece(",", metrics.COMMA * self.scale)
            places = solid((places, *glued(comma, self.strip(place))))
        if len(form.place) > 1:
            places = solid(self.enclosed((places,)))
        sign = self.relation_sign("=")
        return (places, *glued(sign, self.reduction(form.maximum, r"\operatorname*{arg\,max}")))

    def reduction(self, form: Reduction, operator: str = r"\max") -> Strip:
        strip = super().reduction(form)
        if form.operator == "sum" or operator == r"\max":
            return strip
        longer = strip[0].width + 20 * self.scale
        return (
            replace(strip[0], text=strip[0].text.replace(r"\max", operator, 1), width=longer),
            *strip[1:],
        )

    def reduction_head(self, form: Reduction) -> Piece:
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
        start = variable.width + first.width + metrics.RELATION * 0.6
        text = rf"\sum_{{{variable.text}={first.text}}}^{{{last.text}}}"
        limits = max(start, last.width) + 2
        if self.size == 0:
            return Piece(text, max(metrics.BIG_SUM, limits), 3)
        return Piece(text, 12 * self.scale + limits, 1)

    def function(self, name: str) -> Piece:
        text, width = FUNCTIONS.get(name, (rf"\operatorname{{{name}}}", metrics.upright(name)))
        return self.piece(text, width)

    def sign(self, *, minus: bool) -> Piece:
        text = "-" if minus else "+"
        glue = text if self.tight else f" {text} "
        width = metrics.TIGHT_OPERATOR if self.size > 1 else metrics.OPERATOR
        lead = f"{{}}{text} "
        return Piece(glue, width * self.scale, rank=0, lead=lead, lead_width=width)

    def comma(self) -> Piece:
        return Piece(", ", metrics.COMMA * self.scale, rank=3)

    def prefix(self) -> Piece:
        return self.piece("-", 8.6)

    def times(self, left: Form, right: Form) -> Piece:
        """Side by side, thinly spaced; parentheses and plain letters need no space."""
        glue = self.between(left, right)
        dot = numeric(left) or numeric(right)
        width = (8.0 if dot else metrics.THIN_SPACE) * self.scale
        if isinstance(left, Number | Quotient):
            return Piece(glue, width)
        lead = r"{}\cdot " if dot else r"{}\times "
        return Piece(glue, width, rank=1, lead=lead, lead_width=metrics.OPERATOR)

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
        width = (metrics.RELATION if self.size < 2 else 9) * self.scale
        return Piece(f" {text} ", width, rank=6, lead=f"{{}}{text} ", lead_width=width)

    def delimiters(self, ends: str, height: int) -> tuple[Piece, Piece]:
        size = SIZES[height] if self.size < 2 else SIZES[0]
        width = metrics.DELIMITER[height] * self.scale
        return tuple(Piece(size[k] + ends[k], width) for k in (0, 1))  # type: ignore[return-value]
