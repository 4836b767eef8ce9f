"""What all printers share: where parentheses stand, and where a line may break."""

from __future__ import annotations

from dataclasses import dataclass

from .line_breaking import Strip, around, deeper, glued, solid
from .markup import Markup
from .tree import (
    ONE,
    Bracket,
    Call,
    Decimal,
    Derivative,
    Entry,
    FirstMaximum,
    Floor,
    Form,
    Number,
    Power,
    Product,
    Quotient,
    Reduction,
    Relation,
    Several,
    Total,
    Word,
)

BEHIND_FRACTION, BEHIND_PARENTHESIS, BEHIND_SUM = 20, 30, 40
"""Where a line breaks only if it must: worse than at any sign."""


@dataclass(frozen=True)
class Writer(Markup):
    """Writes an arranged formula; a markup adds how the smallest things look."""

    def strip(self, form: Form) -> Strip:
        """The formula in pieces, with every place at which a line may break."""
        strip = self.unmarked(form)
        return self.marked(strip, form.mark) if form.mark else strip

    def unmarked(self, form: Form) -> Strip:  # noqa: C901, PLR0911, PLR0912 - one line for every kind
        """The formula in pieces, whatever its own mark is."""
        match form:
            case Word():
                return (self.leaf(self.relettered(form)),)
            case Number() | Decimal() | Entry():
                return (self.leaf(form),)
            case Several():
                return self.several(form)
            case Total():
                return self.total(form)
            case Product():
                return self.product(form)
            case Quotient():
                return self.fraction(form)
            case Floor():
                return (self.floor(form),)
            case Power():
                return self.power(form)
            case Call():
                return self.call(form)
            case Reduction():
                return self.reduction(form)
            case Derivative():
                return self.derivative(form)
            case Bracket(relation):
                return self.enclosed(self.strip(relation), "[]")
            case FirstMaximum():
                return self.enclosed(self.first_maximum(form), "[]")
            case Relation():
                return self.relation(form)

    def write(self, form: Form) -> str:
        """The formula on one line."""
        return solid(self.strip(form)).text

    def fraction(self, form: Quotient) -> Strip:
        """above / below in one piece, or (1 / below) above where that would be too wide."""
        piece = self.quotient(form)
        if piece.width <= self.widest() or form.above == ONE:
            return (piece,)
        factors = form.above.factors if isinstance(form.above, Product) else (form.above,)
        return self.product(Product((Quotient(ONE, form.below), *factors)))

    def total(self, form: Total) -> Strip:
        """a + b - c, breaking before a sign."""
        pieces: Strip = ()
        for minus, term in form.terms:
            strip = deeper(self.strip(term))
            strip = self.enclosed(strip) if isinstance(term, Total | Relation) else strip
            if pieces:
                pieces += glued(self.sign(minus=minus), strip)
            else:
                pieces = around(self.prefix(), strip, self.nothing()) if minus else strip
        return pieces

    def product(self, form: Product) -> Strip:
        """Factors side by side; a sum among them in parentheses, a reduction only if not last."""
        pieces: Strip = ()
        last = len(form.factors) - 1
        for k, factor in enumerate(form.factors):
            strip = self.factor(factor, last=k == last)
            if pieces:
                strip = glued(self.times(form.factors[k - 1], factor), strip)
            pieces += strip
        return pieces

    def several(self, form: Several) -> Strip:
        """a, b, c, breaking after a comma."""
        pieces = self.strip(form.items[0])
        for item in form.items[1:]:
            pieces += glued(self.comma(), self.strip(item))
        return pieces

    def factor(self, form: Form, *, last: bool) -> Strip:
        """A factor of a product, in parentheses where it would read wrong without."""
        strip = deeper(self.strip(form))
        open_ended = isinstance(form, Reduction) and not last
        return self.enclosed(strip) if open_ended or isinstance(form, Total) else strip

    def reduction(self, form: Reduction) -> Strip:
        """The signs of summation, then what they reach: a product, or a sum in parentheses."""
        body = deeper(self.strip(form.body))
        body = self.enclosed(body) if isinstance(form.body, Total) else body
        head = self.reduction_head(form)
        return around(head, body, self.nothing(), BEHIND_SUM if self.loose else None)

    def relation(self, form: Relation) -> Strip:
        """a = b, breaking before the relation."""
        pieces = self.strip(form.sides[0])
        for sign, side in zip(form.relations, form.sides[1:], strict=True):
            pieces += glued(self.relation_sign(sign), self.strip(side))
        return pieces

    def call(self, form: Call) -> Strip:
        """f(x)."""
        return around(
            self.function(form.function), self.enclosed(self.strip(form.argument)), self.nothing()
        )

    def based(self, form: Form) -> Strip:
        """The base of a power: anything but a bare letter or a call in parentheses."""
        bare = isinstance(form, Number | Decimal | Call) or (
            isinstance(form, Word | Entry) and not self.has_superscript(form)
        )
        return self.strip(form) if bare else self.enclosed(self.strip(form))

    @staticmethod
    def has_superscript(form: Word | Entry) -> bool:
        """Whether a name already carries its layer above."""
        if isinstance(form, Word):
            return bool(form.superscript)
        return form.name.layer is not None or form.name.kind != ""

    def enclosed(self, strip: Strip, ends: str = "()") -> Strip:
        """A strip in parentheses or brackets, harder to break inside."""
        left, right = self.delimiters(ends, max(piece.height for piece in strip))
        return around(left, deeper(strip, 4), right, BEHIND_PARENTHESIS if self.loose else None)

    def operand(self, form: Form) -> Strip:
        """What a derivative that is still to be done applies to."""
        strip = deeper(self.strip(form))
        return strip if isinstance(form, Power | Call) else self.enclosed(strip)
