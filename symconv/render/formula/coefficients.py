"""Numbers in front: taking them off a sum, and gathering them into one leading fraction."""

from __future__ import annotations

from sympy import Rational

from .names import Names
from .order import factor_rank
from .tree import ONE, Form, Number, Product, Quotient, Total
from .tree_helpers import negative, product, quotient, split_sign


def without_number(form: Form) -> tuple[Rational, Form]:
    """c t taken apart into the number c and t; a form without a number has c = 1."""
    minus, plain = split_sign(form)
    head, *rest = factors_of(plain)
    number = value_of(head)
    if number is None:
        return Rational(-1 if minus else 1), plain
    return (-number if minus else number), product(tuple(rest))


def value_of(form: Form) -> Rational | None:
    """The value of a number or of a fraction of numbers; None for anything else."""
    match form:
        case Number(value):
            return Rational(value)
        case Quotient(Number(above), Number(below)):
            return Rational(above, below)
    return None


def scaled(number: Rational, factors: tuple[Form, ...], names: Names, under: Form = ONE) -> Form:
    """number/under times the factors in their order, the fraction in front."""
    ordered = sorted(factors, key=lambda form: factor_rank(form, names))
    size = abs(number)
    head = quotient(Number(int(size.p)), product((Number(int(size.q)), *factors_of(under))))
    result = product((head, *ordered))
    return negative(result) if number.is_negative else result


def factors_of(form: Form) -> tuple[Form, ...]:
    """The factors of a product; any other form is its own factor."""
    return form.factors if isinstance(form, Product) else (form,)


def divided(form: Form, below: Form) -> Form:
    """form / below as one fraction, the sign in front."""
    minus, plain = split_sign(form)
    return Total(((True, quotient(plain, below)),)) if minus else quotient(plain, below)
