"""Scalars that remember how they were worked out: 0.0686*0.88 + 0.0364*0.62 = 0.082936."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symconv.render.formula.tree import (
    ONE,
    DisplayCall,
    DisplayDecimal,
    DisplayNumber,
    DisplayPower,
    DisplayProduct,
    DisplayQuotient,
    DisplaySequence,
    DisplaySum,
    DisplayTree,
)
from symconv.render.formula.tree_helpers import make_quotient, negate
from symconv.semantics.protocol import OrderedScalars

from .numbers import ExactOrFloat, display_number
from .numbers import Number as Value

HALF = DisplayQuotient(DisplayNumber(1), DisplayNumber(2))


@dataclass(frozen=True)
class TracedNumber:
    """A value and the calculation that gave it; `make_constant` for the formula's own."""

    value: Value
    form: DisplayTree
    constant: bool = False

    def __bool__(self) -> bool:
        return self.value != 0

    def __add__(self, other: TracedNumber) -> TracedNumber:
        if not self and self.constant:
            return other
        if not other and other.constant:
            return self
        first, second = (other, self) if goes_last(self.form, other.form) else (self, other)
        return TracedNumber(
            self.value + other.value,
            DisplaySum(_split_terms(first.form) + _split_terms(second.form)),
        )

    def __mul__(self, other: TracedNumber) -> TracedNumber:
        value = self.value * other.value
        if self.constant and other.constant:
            return make_constant(value)
        for one, rest in ((self, other), (other, self)):
            if one.constant and one.value in {1, -1}:
                return rest if one.value == 1 else TracedNumber(value, negate_tree(rest.form))
        first, second = (self, other) if not other.constant else (other, self)
        return TracedNumber(
            value, DisplayProduct(_split_factors(first.form) + _split_factors(second.form))
        )

    def __gt__(self, other: TracedNumber) -> bool:
        return self.value > other.value


def make_constant(value: Value) -> TracedNumber:
    """A number that stands in the formula."""
    size = abs(Fraction(value))
    form: DisplayTree = make_quotient(
        DisplayNumber(size.numerator), DisplayNumber(size.denominator)
    )
    return TracedNumber(value, negate(form) if value < 0 else form, constant=True)


def make_leaf(value: Value, digits: int | None) -> TracedNumber:
    """An entry of a tensor, written as a number."""
    return TracedNumber(value, display_number(value, digits)[0])


def goes_last(form: DisplayTree, other: DisplayTree) -> bool:
    """Whether a term reads better at the end: a number beside products, a negative number."""
    single, rest = _split_terms(form), _split_terms(other)
    if len(single) > 1 or not isinstance(single[0][1], DisplayDecimal):
        return False
    return not isinstance(rest[0][1], DisplayDecimal) or (single[0][0] and not rest[0][0])


def _split_terms(form: DisplayTree) -> tuple[tuple[bool, DisplayTree], ...]:
    """The terms of a sum; any other form is its own term."""
    return form.terms if isinstance(form, DisplaySum) else ((False, form),)


def _split_factors(form: DisplayTree) -> tuple[DisplayTree, ...]:
    """The factors of a product; any other form is its own factor."""
    return form.factors if isinstance(form, DisplayProduct) else (form,)


def negate_tree(form: DisplayTree) -> DisplayTree:
    """-form; a form that is already negative loses its sign."""
    if isinstance(form, DisplaySum) and len(form.terms) == 1 and form.terms[0][0]:
        return form.terms[0][1]
    return negate(form)


class TracingAlgebra(OrderedScalars):
    """The algebra of worked scalars."""

    def __init__(self) -> None:
        self.plain = ExactOrFloat()

    def number(self, value: int | Fraction) -> TracedNumber:
        return make_constant(self.plain.number(value))

    def constant(self, value: float, name: str) -> TracedNumber:  # noqa: ARG002 - the protocol's name
        return make_leaf(value, None)

    def function(self, name: str) -> Callable[[TracedNumber], TracedNumber]:
        apply = self.plain.function(name)
        return lambda x: TracedNumber(apply(x.value), DisplayCall(name, x.form))

    def log_sum_exp(self, values: Sequence[TracedNumber]) -> TracedNumber:
        terms = tuple((False, DisplayCall("exp", v.form)) for v in values)
        value = self.plain.log_sum_exp([v.value for v in values])
        return TracedNumber(value, DisplayCall("log", DisplaySum(terms)))

    def power(self, exponent: Fraction) -> Callable[[TracedNumber], TracedNumber]:
        apply = self.plain.power(exponent)
        above = abs(exponent)
        shown = make_quotient(DisplayNumber(above.numerator), DisplayNumber(above.denominator))

        def raised(x: TracedNumber) -> TracedNumber:
            form = x.form if shown == ONE else DisplayPower(x.form, shown)
            form = DisplayCall("sqrt", x.form) if shown == HALF else form
            return TracedNumber(
                apply(x.value), form if exponent > 0 else DisplayQuotient(ONE, form)
            )

        return raised

    def maximum(self, values: Sequence[TracedNumber]) -> TracedNumber:
        best = values[self.first_maximiser(values)]
        if len(values) == 1:
            return best
        return TracedNumber(
            best.value, DisplayCall("max", DisplaySequence(tuple(v.form for v in values)))
        )
