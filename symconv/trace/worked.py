"""Scalars that remember how they were worked out: 0.0686*0.88 + 0.0364*0.62 = 0.082936."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symconv.render.formula.tree import (
    ONE,
    Call,
    Decimal,
    Form,
    Number,
    Power,
    Product,
    Quotient,
    Several,
    Total,
)
from symconv.render.formula.tree_helpers import negative, quotient
from symconv.semantics.protocol import Ordered

from .numbers import Mixed, written
from .numbers import Number as Value


@dataclass(frozen=True)
class Worked:
    """A value and the calculation that gave it; `constant` for numbers of the formula itself."""

    value: Value
    form: Form
    constant: bool = False

    def __bool__(self) -> bool:
        return self.value != 0

    def __add__(self, other: Worked) -> Worked:
        if not self and self.constant:
            return other
        if not other and other.constant:
            return self
        first, second = (other, self) if goes_last(self.form, other.form) else (self, other)
        return Worked(self.value + other.value, Total(terms_of(first.form) + terms_of(second.form)))

    def __mul__(self, other: Worked) -> Worked:
        value = self.value * other.value
        if self.constant and other.constant:
            return constant(value)
        for one, rest in ((self, other), (other, self)):
            if one.constant and one.value in {1, -1}:
                return rest if one.value == 1 else Worked(value, opposite(rest.form))
        first, second = (self, other) if not other.constant else (other, self)
        return Worked(value, Product(factors_of(first.form) + factors_of(second.form)))

    def __gt__(self, other: Worked) -> bool:
        return self.value > other.value


def constant(value: Value) -> Worked:
    """A number that stands in the formula."""
    size = abs(Fraction(value))
    form: Form = quotient(Number(size.numerator), Number(size.denominator))
    return Worked(value, negative(form) if value < 0 else form, constant=True)


def leaf(value: Value, digits: int | None) -> Worked:
    """An entry of a tensor, written as a number."""
    return Worked(value, written(value, digits)[0])


def goes_last(form: Form, other: Form) -> bool:
    """Whether a term reads better at the end: a number beside products, a negative number."""
    single, rest = terms_of(form), terms_of(other)
    if len(single) > 1 or not isinstance(single[0][1], Decimal):
        return False
    return not isinstance(rest[0][1], Decimal) or (single[0][0] and not rest[0][0])


def terms_of(form: Form) -> tuple[tuple[bool, Form], ...]:
    """The terms of a sum; any other form is its own term."""
    return form.terms if isinstance(form, Total) else ((False, form),)


def factors_of(form: Form) -> tuple[Form, ...]:
    """The factors of a product; any other form is its own factor."""
    return form.factors if isinstance(form, Product) else (form,)


def opposite(form: Form) -> Form:
    """-(a + b) and -a."""
    if isinstance(form, Total) and len(form.terms) == 1 and form.terms[0][0]:
        return form.terms[0][1]
    return negative(form)


class Calculation(Ordered):
    """The algebra of worked scalars."""

    def __init__(self) -> None:
        self.plain = Mixed()

    def number(self, value: int | Fraction) -> Worked:
        return constant(self.plain.number(value))

    def constant(self, value: float, name: str) -> Worked:  # noqa: ARG002 - the protocol's name
        return leaf(value, None)

    def function(self, name: str) -> Callable[[Worked], Worked]:
        apply = self.plain.function(name)
        return lambda x: Worked(apply(x.value), Call(name, x.form))

    def log_sum_exp(self, values: Sequence[Worked]) -> Worked:
        terms = tuple((False, Call("exp", v.form)) for v in values)
        value = self.plain.log_sum_exp([v.value for v in values])
        return Worked(value, Call("log", Total(terms)))

    def power(self, exponent: Fraction) -> Callable[[Worked], Worked]:
        apply = self.plain.power(exponent)
        above = abs(exponent)
        shown = quotient(Number(above.numerator), Number(above.denominator))

        def raised(x: Worked) -> Worked:
            form = x.form if shown == ONE else Power(x.form, shown)
            return Worked(apply(x.value), form if exponent > 0 else Quotient(ONE, form))

        return raised

    def maximum(self, values: Sequence[Worked]) -> Worked:
        best = values[self.first_maximiser(values)]
        if len(values) == 1:
            return best
        return Worked(best.value, Call("max", Several(tuple(v.form for v in values))))
