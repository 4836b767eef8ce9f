"""What all printers share: where parentheses stand, and where a line may break."""

from __future__ import annotations

from dataclasses import dataclass

from .line_breaking import Boxes, add_glue, delimit, fuse_boxes, nest_boxes
from .markup import Markup
from .tree import (
    ONE,
    DisplayArgmax,
    DisplayBracket,
    DisplayCall,
    DisplayDecimal,
    DisplayDerivative,
    DisplayEntry,
    DisplayFloor,
    DisplayNumber,
    DisplayPower,
    DisplayProduct,
    DisplayQuotient,
    DisplayReduction,
    DisplayRelation,
    DisplaySequence,
    DisplaySum,
    DisplaySymbol,
    DisplayTree,
)

BEHIND_FRACTION, BEHIND_PARENTHESIS, BEHIND_SUM = 20, 30, 40
"""Where a line breaks only if it must: worse than at any sign."""


@dataclass(frozen=True)
class FormulaPrinter(Markup):
    """Writes an arranged formula; a markup adds how the smallest things look."""

    def strip(self, form: DisplayTree) -> Boxes:
        """The formula in pieces, with every place at which a line may break."""
        strip = self.unmarked(form)
        return self.marked(strip, form.mark) if form.mark else strip

    def unmarked(self, form: DisplayTree) -> Boxes:  # noqa: C901, PLR0911, PLR0912 - one line for every kind
        """The formula in pieces, whatever its own mark is."""
        match form:
            case DisplaySymbol():
                return (self.leaf(self.relettered(form)),)
            case DisplayNumber() | DisplayDecimal() | DisplayEntry():
                return (self.leaf(form),)
            case DisplaySequence():
                return self.several(form)
            case DisplaySum():
                return self.total(form)
            case DisplayProduct():
                return self.product(form)
            case DisplayQuotient():
                return self.fraction(form)
            case DisplayFloor():
                return (self.floor(form),)
            case DisplayPower():
                return self.power(form)
            case DisplayCall():
                return self.call(form)
            case DisplayReduction():
                return self.reduction(form)
            case DisplayDerivative():
                return self.derivative(form)
            case DisplayBracket(relation):
                return self.enclosed(self.strip(relation), "[]")
            case DisplayArgmax():
                return self.enclosed(self.first_maximum(form), "[]")
            case DisplayRelation():
                return self.relation(form)

    def write(self, form: DisplayTree) -> str:
        """The formula on one line."""
        return fuse_boxes(self.strip(form)).text

    def fraction(self, form: DisplayQuotient) -> Boxes:
        """above / below in one piece, or (1 / below) above where that would be too wide."""
        piece = self.quotient(form)
        if piece.width <= self.widest() or form.above == ONE:
            return (piece,)
        factors = form.above.factors if isinstance(form.above, DisplayProduct) else (form.above,)
        return self.product(DisplayProduct((DisplayQuotient(ONE, form.below), *factors)))

    def total(self, form: DisplaySum) -> Boxes:
        """a + b - c, breaking before a sign."""
        pieces: Boxes = ()
        for minus, term in form.terms:
            strip = nest_boxes(self.strip(term))
            strip = (
                self.enclosed(strip) if isinstance(term, DisplaySum | DisplayRelation) else strip
            )
            if pieces:
                pieces += add_glue(self.sign(minus=minus), strip)
            else:
                pieces = delimit(self.prefix(), strip, self.nothing()) if minus else strip
        return pieces

    def product(self, form: DisplayProduct) -> Boxes:
        """Factors side by side; a sum among them in parentheses, a reduction only if not last."""
        pieces: Boxes = ()
        last = len(form.factors) - 1
        for k, factor in enumerate(form.factors):
            strip = self.factor(factor, last=k == last)
            if pieces:
                strip = add_glue(self.times(form.factors[k - 1], factor), strip)
            pieces += strip
        return pieces

    def several(self, form: DisplaySequence) -> Boxes:
        """a, b, c, breaking after a comma."""
        pieces = self.strip(form.items[0])
        for item in form.items[1:]:
            pieces += add_glue(self.comma(), self.strip(item))
        return pieces

    def factor(self, form: DisplayTree, *, last: bool) -> Boxes:
        """A factor of a product, in parentheses where it would read wrong without."""
        strip = nest_boxes(self.strip(form))
        open_ended = isinstance(form, DisplayReduction) and not last
        nabla = isinstance(form, DisplayDerivative) and self.shows_nabla(form)
        return (
            self.enclosed(strip) if open_ended or nabla or isinstance(form, DisplaySum) else strip
        )

    def reduction(self, form: DisplayReduction) -> Boxes:
        """The signs of summation, then what they reach: a product, or a sum in parentheses."""
        body = nest_boxes(self.strip(form.body))
        body = self.enclosed(body) if isinstance(form.body, DisplaySum) else body
        head = self.reduction_head(form)
        return delimit(head, body, self.nothing(), BEHIND_SUM if self.loose else None)

    def relation(self, form: DisplayRelation) -> Boxes:
        """a = b, breaking before the relation."""
        pieces = self.strip(form.sides[0])
        for sign, side in zip(form.relations, form.sides[1:], strict=True):
            pieces += add_glue(self.relation_sign(sign), self.strip(side))
        return pieces

    def call(self, form: DisplayCall) -> Boxes:
        """f(x)."""
        return delimit(
            self.function(form.function), self.enclosed(self.strip(form.argument)), self.nothing()
        )

    def based(self, form: DisplayTree) -> Boxes:
        """The base of a power: anything but a bare letter or a call in parentheses."""
        bare = isinstance(form, DisplayNumber | DisplayDecimal | DisplayCall) or (
            isinstance(form, DisplaySymbol | DisplayEntry) and not self.has_superscript(form)
        )
        return self.strip(form) if bare else self.enclosed(self.strip(form))

    @staticmethod
    def has_superscript(form: DisplaySymbol | DisplayEntry) -> bool:
        """Whether a name already carries its layer above."""
        if isinstance(form, DisplaySymbol):
            return bool(form.superscript)
        return form.name.layer is not None or form.name.kind != ""

    def enclosed(self, strip: Boxes, ends: str = "()") -> Boxes:
        """A strip in parentheses or brackets, harder to break inside."""
        left, right = self.delimiters(ends, max(piece.height for piece in strip))
        return delimit(
            left, nest_boxes(strip, 4), right, BEHIND_PARENTHESIS if self.loose else None
        )

    def operand(self, form: DisplayTree) -> Boxes:
        """What a derivative that is still to be done applies to."""
        strip = nest_boxes(self.strip(form))
        return strip if isinstance(form, DisplayPower | DisplayCall) else self.enclosed(strip)
