"""The order of factors and terms, and the keys that make it independent of hashes."""

from __future__ import annotations

from typing import Any

from symconv.core.tensor import Role

from .names import Names
from .plain import spell
from .positions import natural
from .tree import (
    Bracket,
    Derivative,
    Entry,
    FirstMaximum,
    Form,
    Number,
    Power,
    Product,
    Quotient,
    Reduction,
    Total,
    Word,
)

Signed = tuple[bool, Form]

IN_INDEX_FORMULAS: dict[Role, int] = {"mask": 3, "parameter": 5}
IN_SCALAR_FORMULAS: dict[Role, int] = {"input": 6, "target": 7, "parameter": 8}


def factor_rank(form: Form, names: Names) -> tuple[Any, ...]:
    """Number, sums of scalars, errors, masks, parameters, values, sums, brackets, reductions."""
    base = form.base if isinstance(form, Power) else form
    return (_rank(base, names), *_complexity(base), natural(spell(form)))


def _rank(form: Form, names: Names) -> int:  # noqa: PLR0911 - a table of kinds
    match form:
        case Number() | Quotient(Number()):
            return 0
        case Word(entry=False):
            return 1
        case Entry() | Derivative() if _is_error(form):
            return 2
        case Entry(name):
            return IN_INDEX_FORMULAS.get(names.roles.get(name.key, "value"), 6)
        case Word(letter):
            return IN_SCALAR_FORMULAS.get(names.letters.get(letter, "value"), 6)
        case Total():
            return 9 if _has_entries(form) else 2
    return {FirstMaximum: 3, Derivative: 10, Bracket: 11, Reduction: 12}.get(type(form), 7)


def _is_error(form: Form) -> bool:
    """delta, or the derivative of a scalar without places (the cost)."""
    if isinstance(form, Derivative):
        return isinstance(form.of, Word) or (isinstance(form.of, Entry) and not form.of.places)
    return isinstance(form, Entry) and form.name.kind != ""


def _has_entries(form: Total) -> bool:
    return any("[" in spell(term) for _, term in form.terms)


def _complexity(form: Form) -> tuple[int, int]:
    """Short sums before long ones: (factors in the longest term, number of terms)."""
    if not isinstance(form, Total):
        return (0, 0)
    lengths = [len(t.factors) if isinstance(t, Product) else 1 for _, t in form.terms]
    return (max(lengths), len(lengths))


def in_sum_order(terms: list[Signed]) -> tuple[Signed, ...]:
    """Numbers, then reductions, then by the first symbol; a positive term takes the lead."""
    ordered = sorted(terms, key=lambda term: _term_rank(term[1]))
    lead = next((k for k, (minus, _) in enumerate(ordered) if not minus), 0)
    return (ordered[lead], *ordered[:lead], *ordered[lead + 1 :])


def _term_rank(form: Form) -> tuple[Any, ...]:
    factors = form.factors if isinstance(form, Product) else (form,)
    named = [f for f in factors if not isinstance(f, Number | Quotient)]
    reduces = any(isinstance(f, Reduction) for f in factors)
    return (bool(named), not reduces, natural(" ".join(spell(f).lstrip("(") for f in named)))
