"""Small steps with forms: marks, products without ones, signs, the relation of a limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from symconv.core.tree import walk

from .tree import (
    ONE,
    DisplayCall,
    DisplayDecimal,
    DisplayLimit,
    DisplayNode,
    DisplayNumber,
    DisplayPower,
    DisplayProduct,
    DisplayQuotient,
    DisplayReduction,
    DisplayRelation,
    DisplaySum,
    DisplayTree,
    Mark,
)

Marked = TypeVar("Marked", bound=DisplayNode)


def add_mark(node: Marked, mark: Mark) -> Marked:
    """The node with one more mark."""
    kept = mark if node.mark in {"", mark} else "both"
    return replace(node, mark=kept)


def make_product(factors: tuple[DisplayTree, ...]) -> DisplayTree:
    """A product without factors 1; a single factor stands for itself."""
    kept = tuple(f for f in factors if f != ONE)
    return kept[0] if len(kept) == 1 else DisplayProduct(kept) if kept else ONE


def make_quotient(above: DisplayTree, below: DisplayTree) -> DisplayTree:
    """A quotient, unless one divides by 1."""
    return above if below == ONE else DisplayQuotient(above, below)


def negate(form: DisplayTree) -> DisplayTree:
    """-form, as a sum of one subtracted term."""
    return DisplaySum(((True, form),))


def has_parentheses(form: DisplayTree) -> bool:
    """Whether a factor starts and ends with its own parentheses: (t + u), (t + u)^2."""
    return isinstance(form.base if isinstance(form, DisplayPower) else form, DisplaySum)


def is_root(form: DisplayTree) -> bool:
    """Whether a form is a square root, which needs no parentheses of its own."""
    return isinstance(form, DisplayCall) and form.function == "sqrt"


def is_numeric(form: DisplayTree) -> bool:
    """Whether a factor is a number with digits, also a negative one: it needs a sign of times."""
    if isinstance(form, DisplaySum) and len(form.terms) == 1:
        return is_numeric(form.terms[0][1])
    return isinstance(form.base if isinstance(form, DisplayPower) else form, DisplayDecimal)


def split_sign(form: DisplayTree) -> tuple[bool, DisplayTree]:
    """Whether a form is negative as a whole, and the form without that sign."""
    if isinstance(form, DisplaySum) and len(form.terms) == 1:
        return form.terms[0]
    return False, form


def limit_relation(limit: DisplayLimit) -> DisplayRelation:
    """0 <= m < n, or 1 <= m <= n where indices start at 1."""
    if limit.first == DisplayNumber(0):
        return DisplayRelation((limit.first, limit.variable, limit.beyond), ("<=", "<"))
    return DisplayRelation((limit.first, limit.variable, limit.last), ("<=", "<="))


def limit_variable(limit: DisplayLimit) -> DisplayTree:
    """The bound index, marked as the limit is."""
    return replace(limit.variable, mark=limit.mark) if limit.mark else limit.variable


def collect_limits(part: object) -> Iterator[DisplayLimit]:
    """The limits of all sums inside a form, in the order in which they are written."""
    for reduction in walk(part, DisplayReduction):
        if reduction.operator == "sum":
            yield from reduction.limits


def common_limits(forms: Iterable[DisplayTree]) -> tuple[DisplayLimit, ...] | None:
    """One limit for every index that sums bind; None if an index has two different ranges."""
    found = list(dict.fromkeys(limit for form in forms for limit in collect_limits(form)))
    variables = {limit.variable for limit in found}
    return tuple(found) if len(variables) == len(found) else None
