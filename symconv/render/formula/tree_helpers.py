"""Small steps with forms: marks, products without ones, signs, the relation of a limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from .tree import (
    ONE,
    Decimal,
    Form,
    Limit,
    Mark,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Total,
)

Marked = TypeVar("Marked", bound=Node)


def marked(node: Marked, mark: Mark) -> Marked:
    """The node with one more mark."""
    kept = mark if node.mark in {"", mark} else "both"
    return replace(node, mark=kept)


def product(factors: tuple[Form, ...]) -> Form:
    """A product without ones and without a shell around a single factor."""
    kept = tuple(f for f in factors if f != ONE)
    return kept[0] if len(kept) == 1 else Product(kept) if kept else ONE


def quotient(above: Form, below: Form) -> Form:
    """A quotient, unless one divides by 1."""
    return above if below == ONE else Quotient(above, below)


def negative(form: Form) -> Form:
    """The form subtracted from nothing."""
    return Total(((True, form),))


def parenthesised(form: Form) -> bool:
    """Whether a factor starts and ends with its own parentheses: (t + u), (t + u)^2."""
    return isinstance(form.base if isinstance(form, Power) else form, Total)


def numeric(form: Form) -> bool:
    """Whether a factor is a number with digits, also a negative one: it needs a sign of times."""
    if isinstance(form, Total) and len(form.terms) == 1:
        return numeric(form.terms[0][1])
    return isinstance(form.base if isinstance(form, Power) else form, Decimal)


def split_sign(form: Form) -> tuple[bool, Form]:
    """Whether a form is negative as a whole, and the form without that sign."""
    if isinstance(form, Total) and len(form.terms) == 1:
        return form.terms[0]
    return False, form


def limit_relation(limit: Limit) -> Relation:
    """0 <= m < n, or 1 <= m <= n where indices start at 1."""
    if limit.first == Number(0):
        return Relation((limit.first, limit.variable, limit.beyond), ("<=", "<"))
    return Relation((limit.first, limit.variable, limit.last), ("<=", "<="))


def limit_variable(limit: Limit) -> Form:
    """The bound index, marked as the limit is."""
    return replace(limit.variable, mark=limit.mark) if limit.mark else limit.variable
