"""The order of factors and terms, and the keys that make it independent of hashes."""

from __future__ import annotations

from typing import Any

from sympy import Rational

from symconv.core.tensor import Role

from .names import DisplayNames
from .plain import print_ascii
from .positions import natural_key, sort_several
from .tree import (
    ONE,
    DisplayArgmax,
    DisplayBracket,
    DisplayCall,
    DisplayDerivative,
    DisplayEntry,
    DisplayNumber,
    DisplayPower,
    DisplayProduct,
    DisplayQuotient,
    DisplayReduction,
    DisplaySum,
    DisplaySymbol,
    DisplayTree,
)
from .tree_helpers import make_product, make_quotient, negate, split_sign

Signed = tuple[bool, DisplayTree]

IN_INDEX_FORMULAS: dict[Role, int] = {"mask": 3, "parameter": 5}
IN_SCALAR_FORMULAS: dict[Role, int] = {"input": 6, "target": 7, "parameter": 8}


def factor_rank(form: DisplayTree, names: DisplayNames) -> tuple[Any, ...]:
    """Number, sums of scalars, errors, masks, parameters, values, sums, brackets, reductions."""
    base = form.base if isinstance(form, DisplayPower) else form
    # The text decides in the end, so that no two factors are left to SymPy's own order.
    return (_kind_rank(base, names), *_complexity(base), natural_key(print_ascii(form)))


def _kind_rank(form: DisplayTree, names: DisplayNames) -> int:  # noqa: PLR0911 - a table of kinds
    match form:
        case DisplayNumber() | DisplayQuotient(DisplayNumber()):
            return 0
        case DisplaySymbol(entry=False):
            return 1
        case DisplayEntry() | DisplayDerivative() if _is_error(form):
            return 2
        case DisplayEntry(name):
            return IN_INDEX_FORMULAS.get(names.roles.get(name.key, "value"), 6)
        case DisplaySymbol(letter):
            return IN_SCALAR_FORMULAS.get(names.letters.get(letter, "value"), 6)
        case DisplayCall("sqrt") if not _has_entries(form):
            return 1
        case DisplaySum():
            return 9 if _has_entries(form) else 2
    return {DisplayArgmax: 3, DisplayDerivative: 10, DisplayBracket: 11, DisplayReduction: 12}.get(
        type(form), 7
    )


def _is_error(form: DisplayTree) -> bool:
    """delta, or the derivative of a scalar without places (the cost)."""
    if isinstance(form, DisplayDerivative):
        return isinstance(form.of, DisplaySymbol) or (
            isinstance(form.of, DisplayEntry) and not form.of.places
        )
    return isinstance(form, DisplayEntry) and form.name.kind != ""


def _has_entries(form: DisplayTree) -> bool:
    return "[" in print_ascii(form)


def _complexity(form: DisplayTree) -> tuple[int, int]:
    """Short sums before long ones: (factors in the longest term, number of terms)."""
    if not isinstance(form, DisplaySum):
        return (0, 0)
    lengths = [len(t.factors) if isinstance(t, DisplayProduct) else 1 for _, t in form.terms]
    return (max(lengths), len(lengths))


def order_terms(terms: list[Signed]) -> tuple[Signed, ...]:
    """Numbers, then reductions, then by the first symbol, then sizes and constants with a name.

    A positive term takes the lead.
    """
    ordered = sort_several(terms, lambda term: _term_rank(term[1]))
    # o - y rather than -y + o.
    lead = next((k for k, (minus, _) in enumerate(ordered) if not minus), 0)
    return (ordered[lead], *ordered[:lead], *ordered[lead + 1 :])


def _term_rank(form: DisplayTree) -> tuple[Any, ...]:
    factors = form.factors if isinstance(form, DisplayProduct) else (form,)
    named = [f for f in factors if not isinstance(f, DisplayNumber | DisplayQuotient)]
    reduces = any(isinstance(f, DisplayReduction) for f in factors)
    constant = bool(named) and all(isinstance(f, DisplaySymbol) and not f.entry for f in named)
    return (
        bool(named),
        constant,
        not reduces,
        natural_key(" ".join(print_ascii(f).lstrip("(") for f in named)),
    )


def split_coefficient(form: DisplayTree) -> tuple[Rational, DisplayTree]:
    """(c, t) for a tree c t whose leading factor is the number c; c = 1 where there is none."""
    minus, plain = split_sign(form)
    head, *rest = split_factors(plain)
    number = rational_value(head)
    if number is None:
        return Rational(-1 if minus else 1), plain
    return (-number if minus else number), make_product(tuple(rest))


def rational_value(form: DisplayTree) -> Rational | None:
    """The value of a number or of a fraction of numbers; None for anything else."""
    match form:
        case DisplayNumber(value):
            return Rational(value)
        case DisplayQuotient(DisplayNumber(above), DisplayNumber(below)):
            return Rational(above, below)
    return None


def scale_factors(
    number: Rational,
    factors: tuple[DisplayTree, ...],
    names: DisplayNames,
    under: DisplayTree = ONE,
) -> DisplayTree:
    """number/under times the factors in their order, the fraction in front."""
    ordered = sort_several(factors, lambda form: factor_rank(form, names))
    size = abs(number)
    head = make_quotient(
        DisplayNumber(int(size.p)),
        make_product((DisplayNumber(int(size.q)), *split_factors(under))),
    )
    result = make_product((head, *ordered))
    return negate(result) if number.is_negative else result


def split_factors(form: DisplayTree) -> tuple[DisplayTree, ...]:
    """The factors of a product; any other form is its own factor."""
    return form.factors if isinstance(form, DisplayProduct) else (form,)


def make_signed_quotient(form: DisplayTree, below: DisplayTree) -> DisplayTree:
    """form / below as one fraction, the sign in front."""
    minus, plain = split_sign(form)
    return (
        DisplaySum(((True, make_quotient(plain, below)),)) if minus else make_quotient(plain, below)
    )
