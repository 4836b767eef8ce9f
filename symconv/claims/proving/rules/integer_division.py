"""Index expressions divided by whole numbers and sizes: quotient, rest, denominators."""

from __future__ import annotations

from fractions import Fraction
from math import floor, gcd, lcm

from symconv.claims.proving.forms.index_forms import IndexForm
from symconv.claims.proving.forms.size_polynomials import (
    Coefficient,
    make_coefficient,
    make_letter,
    multiply_monomials,
    terms_of,
)


def keep_fractions(form: IndexForm) -> IndexForm:
    """The form without what is an integer in any case."""
    slopes = {n: f for n, s in form.slopes.items() if (f := _fraction_of(s))}
    return IndexForm(slopes, _fraction_of(form.constant))


def _fraction_of(value: Coefficient) -> Coefficient:
    if isinstance(value, int):
        return 0
    if isinstance(value, Fraction):
        return value - floor(value)
    found: Coefficient = 0
    for monomial, number in terms_of(value):
        if any(e < 0 for _, e in monomial):
            found = found + make_coefficient({monomial: number})
        elif isinstance(number, Fraction):
            found = found + make_coefficient({monomial: number - floor(number)})
    return found


def find_denominator(form: IndexForm) -> Coefficient:
    """The least positive number and sizes that make the coefficients of a form whole."""
    number, powers = 1, dict[str, int]()
    for value in (*form.slopes.values(), form.constant):
        for monomial, c in terms_of(value):
            number = lcm(number, c.denominator)
            for name, exponent in monomial:
                powers[name] = max(powers.get(name, 0), -exponent)
    return make_coefficient({tuple(sorted((n, e) for n, e in powers.items() if e)): number})


def clear_denominators(form: IndexForm) -> IndexForm:
    """The form times what makes its coefficients whole."""
    factor = find_denominator(form)
    return form if factor == 1 else form.scale(factor)


def candidate_steps(form: IndexForm) -> list[Coefficient]:
    """What an inequality may be divided by: numbers and sizes that stand before an index."""
    if not form.slopes:
        return []
    numbers = [abs(s) for s in form.slopes.values() if isinstance(s, int)]
    common = gcd(*numbers) if len(numbers) == len(form.slopes) else 1
    steps = sorted({common, *numbers} - {1}, reverse=True)
    names = {n for s in form.slopes.values() for m, _ in terms_of(s) for n, e in m if e > 0}
    return [*steps, *(make_letter(n) for n in sorted(names))]


def split_by_step(form: IndexForm, step: Coefficient) -> tuple[IndexForm, IndexForm]:
    """Quotient and rest, with form = step * quotient + rest and a quotient that is an integer."""
    slopes = {n: _divide_coefficient(s, step) for n, s in form.slopes.items()}
    quotient = IndexForm(
        {n: q for n, q in slopes.items() if q}, _divide_coefficient(form.constant, step)
    )
    return quotient, form - quotient.scale(step)


def _divide_coefficient(value: Coefficient, step: Coefficient) -> Coefficient:
    """The whole part of value / step, term by term, rounded towards 0."""
    quotient: Coefficient = 0
    if isinstance(step, int):
        for monomial, number in terms_of(value):
            quotient = quotient + make_coefficient({monomial: int(Fraction(number) / step)})
        return quotient
    (name,) = (n for m, _ in terms_of(step) for n, _ in m)
    for monomial, number in terms_of(value):
        if dict(monomial).get(name, 0) > 0:
            lowered = multiply_monomials(monomial, ((name, -1),))
            quotient = quotient + make_coefficient({lowered: number})
    return quotient
