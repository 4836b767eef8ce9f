r"""Formulas in LaTeX, with nothing beyond amsmath, and with the width of every piece."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import font_metrics
from .latex_signs import SIZES
from .latex_sums import LatexSums
from .line_breaking import Piece, Strip, around, solid, width_of
from .tree import Derivative, Entry, Floor, Form, Mark, Number, Power, Quotient, Word

OWN_MARKS = (r"\derivationold{%s}", r"\derivationnew{%s}")
PLAIN_MARKS = (r"\underline{%s}", r"\boldsymbol{%s}")
BOLD = 1.16
WIDEST = 280  # a fraction up to that width stays in one piece
SHORT = 170  # a marked part of that width stays on one line


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

    def marked(self, strip: Strip, mark: Mark) -> Strip:
        """Every piece marked; a short part as one piece. New parts are bold, and wider."""
        old, new = self.marks
        mark_text = {"old": old, "new": new, "both": new.replace("%s", old)}[mark]
        whole = width_of(strip) < self.short and strip[0].rank is None
        bold = 1 if mark == "old" else BOLD
        return tuple(
            replace(p, text=mark_text.replace("%s", p.text), width=p.width * bold)
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
        return Piece(text, inside.width + 2 * font_metrics.DELIMITER[3], inside.height)

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
        return self.piece("/", font_metrics.DIGIT)

    def derivative(self, form: Derivative) -> Strip:
        d = r"\partial "
        by = solid(self.inner().strip(form.by))
        if isinstance(form.of, Entry | Word):
            of = solid(self.inner().strip(form.of))
            width = max(of.width, by.width) + 9.5 * self.scale
            return (Piece(rf"\frac{{{d}{of.text}}}{{{d}{by.text}}}", width, 2),)
        operator = Piece(rf"\frac{{\partial}}{{{d}{by.text}}}", by.width + 9.5 * self.scale, 2)
        return around(operator, self.operand(form.of), self.nothing())
