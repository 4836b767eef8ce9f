"""Functions of forms: their factor in a term, one divided by a form, and derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from .budget import NotProvedError
from .terms import (
    INVERSE,
    NOTHING,
    ONE,
    Form,
    FunctionFactor,
    Term,
    multiply_forms,
    scale_form,
)


def apply_function(name: str, argument: Form) -> Form:
    """A function of a form."""
    return (Term(functions=(FunctionFactor(name, argument),)),)


def invert_form(form: Form) -> Form:
    """One divided by a form."""
    return apply_function(INVERSE, form)


def subtract_forms(a: Form, b: Form) -> Form:
    """The difference of two sums."""
    return a + scale_form(b, -1)


def square_function(name: str, argument: Form) -> Form:
    """The square of a function of a form."""
    value = apply_function(name, argument)
    return multiply_forms(value, value)


def _slope_of_absolute(x: Form) -> Form:
    return subtract_forms(apply_function("step", x), apply_function("step", scale_form(x, -1)))


SLOPES: Mapping[str, Callable[[Form], Form]] = {
    "sigmoid": lambda x: subtract_forms(
        apply_function("sigmoid", x), square_function("sigmoid", x)
    ),
    "tanh": lambda x: subtract_forms(ONE, square_function("tanh", x)),
    "absolute": _slope_of_absolute,
    "log": invert_form,
    "sqrt": lambda x: scale_form(invert_form(apply_function("sqrt", x)), Fraction(1, 2)),
    INVERSE: lambda x: scale_form(square_function(INVERSE, x), -1),
    "step": lambda _: NOTHING,
    "is_zero": lambda _: NOTHING,
    "exp": lambda x: apply_function("exp", x),
    "relu": lambda x: apply_function("step", x),
    "softplus": lambda x: apply_function("sigmoid", x),
    "sin": lambda x: apply_function("cos", x),
    "cos": lambda x: scale_form(apply_function("sin", x), -1),
}
"""The derivative of every function at a form, as the network takes it: step is 0 at 0."""


def differentiate_function(name: str, argument: Form) -> Form:
    """The derivative of a function at a form; NotProvedError where it is not known."""
    if name not in SLOPES:
        raise NotProvedError(f"the derivative of {name}")
    return SLOPES[name](argument)
