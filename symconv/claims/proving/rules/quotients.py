"""Quotients of forms: a product of divisors taken apart, a divisor cancelled, partial fractions.

    1 / (a b) = (1 / a) (1 / b)     1 / (1 / a) = a     1 / (a + b / c) = c / (a c + b)
    (a + b) / (a + b) = 1           where a + b is shown to be never 0
    1 / (a b) = (1/b + k/a) / d     where a + k b = d is a number (partial fractions)

A divisor that may be 0 is never cancelled: x / x is not 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import comb

from symconv.claims.proving.forms.functions import invert_form
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_polynomials import Coefficient, divide_numbers
from symconv.claims.proving.forms.terms import (
    INVERSE,
    ONE,
    Form,
    FunctionFactor,
    Term,
    make_number,
    multiply_forms,
    scale_form,
)

from .normal_form import write_function, write_term

POSITIVE = {"exp", "sigmoid"}
HIGHEST_DEGREE = 6
"""The highest degree of a polynomial in one value whose sign is looked at."""


class QuotientRules:
    """The rules for 1 / a form, for the sizes of one network."""

    def __init__(self, sizes: SizeFacts) -> None:
        self.sizes = sizes

    def expand_inverse(self, argument: Form) -> Form | None:
        """1 / (a product) as the product of 1 / factors, with what all summands share."""
        if any(t.bound or t.brackets() for t in argument):
            return None
        if len(argument) > 1:
            return self._expand_sum(argument)
        inner = find_function(argument, INVERSE)
        if inner is not None:
            return inner.argument
        (term,) = argument
        several = len(term.accesses) + len(term.functions) > 1
        return self._invert_factors(term) if several else None

    def _expand_sum(self, argument: Form) -> Form | None:
        divisor = next((f for t in argument for f in t.functions if f.name == INVERSE), None)
        if divisor is not None and self.is_never_zero(divisor.argument):
            whole = multiply_forms(argument, divisor.argument)
            return multiply_forms(divisor.argument, invert_form(whole))
        shared = _shared_factors(argument)
        if shared.is_constant():
            return None
        rest = tuple([_divide(t, shared) for t in argument])
        return multiply_forms(self._invert_factors(shared), invert_form(rest))

    def _invert_factors(self, term: Term) -> Form:
        found = make_number(self.sizes.invert(term.coefficient))
        for access in term.accesses:
            found = multiply_forms(found, invert_form((Term(accesses=(access,)),)))
        for function in term.functions:
            found = multiply_forms(found, invert_form((Term(functions=(function,)),)))
        return found

    def rewrite_quotients(self, term: Term) -> Form | None:
        inverses = [f for f in term.functions if f.name == INVERSE]
        for inverse in inverses:
            if self.is_never_zero(inverse.argument):
                found = self._cancel(term, inverse)
                if found is not None:
                    return found
        for n, first in enumerate(inverses):
            for second in inverses[n + 1 :]:
                found = self._split_fractions(term, first, second)
                if found is not None:
                    return found
        return None

    def _cancel(self, term: Term, inverse: FunctionFactor) -> Form | None:
        """The leading summand times 1 / (the sum) = 1 - (the other summands) / (the sum)."""
        lead = max(inverse.argument, key=_degree)
        # An entry that goes would take its bounds away, by which brackets were dropped.
        if lead.bound or lead.brackets() or lead.accesses or lead.is_constant():
            return None
        rest = _divide_or_none(remove_function(term, inverse), lead)
        if rest is None:
            return None
        others = tuple([t for t in inverse.argument if t is not lead])
        quotient = multiply_forms(others, invert_form(inverse.argument))
        number = self.sizes.invert(lead.coefficient)
        bracket = scale_form(ONE + scale_form(quotient, -1), number)
        return multiply_into(replace(rest, coefficient=term.coefficient), bracket)

    def _split_fractions(
        self, term: Term, first: FunctionFactor, second: FunctionFactor
    ) -> Form | None:
        """1 / (a b) = (1/b + k/a) / d where a + k b = d is a number that is not 0."""
        a, b = first.argument, second.argument
        if not (self.is_never_zero(a) and self.is_never_zero(b)):
            return None
        for factor in (1, -1):
            total = _sum_constants((*a, *scale_form(b, factor)))
            if total is None or not self.sizes.nonzero(total):
                continue
            rest = remove_function(remove_function(term, first), second)
            parts = invert_form(b) + scale_form(invert_form(a), factor)
            return multiply_into(rest, scale_form(parts, self.sizes.invert(total)))
        return None

    # ---- signs

    def is_never_zero(self, form: Form) -> bool:
        """Whether a form is shown to be never 0, as a sum of positive summands or by its values."""
        for sign in (1, -1):
            terms = scale_form(form, sign)
            if all(self._is_positive(t) for t in terms) and any(not t.bound for t in terms):
                return bool(terms)
        return self._is_nonzero_between(form)

    def _is_positive(self, term: Term) -> bool:
        plain = not term.accesses and (not term.brackets() or bool(term.bound))
        return (
            plain
            and self.sizes.positive(term.coefficient)
            and all(self._is_positive_function(f) for f in term.functions)
        )

    def _is_positive_function(self, function: FunctionFactor) -> bool:
        if function.name == INVERSE:
            return all(self._is_positive(t) and not t.bound for t in function.argument)
        return function.name in POSITIVE

    def _is_nonzero_between(self, form: Form) -> bool:
        """Whether a polynomial in one sigmoid has no zero between 0 and 1, by its signs there.

        In the basis u^k (1 - u)^(n - k) all its coefficients have one sign.
        """
        powers: dict[int, Coefficient] = {}
        values = {write_function(f) for t in form for f in t.functions}
        names = {f.name for t in form for f in t.functions}
        if len(values) != 1 or names != {"sigmoid"}:
            return False
        for term in form:
            if term.accesses or term.bound or term.brackets():
                return False
            powers[len(term.functions)] = term.coefficient
        degree = max(powers)
        if degree > HIGHEST_DEGREE or not all(isinstance(c, int) for c in powers.values()):
            return False
        signs = [
            sum(
                divide_numbers(comb(k, n), comb(degree, n)) * powers.get(n, 0) for n in range(k + 1)
            )
            for k in range(degree + 1)
        ]
        return any(signs) and (
            all(s >= 0 for s in signs) or all(s <= 0 for s in signs)  # type: ignore[operator]
        )


def find_function(form: Form, name: str) -> FunctionFactor | None:
    """The function that a form is, with the coefficient 1."""
    if len(form) == 1 and form[0].functions and form[0].coefficient == 1:
        (term,) = form
        if replace(term, functions=()).is_constant() and len(term.functions) == 1:
            return term.functions[0] if term.functions[0].name == name else None
    return None


def multiply_into(term: Term, form: Form) -> Form:
    """A term times a form, which may have the indices that the term binds."""
    opened = multiply_forms((replace(term, bound=()),), form)
    return tuple([replace(t, bound=(*term.bound, *t.bound)) for t in opened])


def _degree(term: Term) -> tuple[int, str]:
    return len(term.accesses) + len(term.functions), write_term(replace(term, coefficient=1))


def remove_function(term: Term, function: FunctionFactor) -> Term:
    """The term without one function."""
    kept = list(term.functions)
    kept.remove(function)
    return replace(term, functions=tuple(kept))


def _divide_or_none(term: Term, by: Term) -> Term | None:
    """The term without the factors of another one; None where it lacks one of them."""
    accesses, functions = list(term.accesses), list(term.functions)
    for access in by.accesses:
        if access not in accesses:
            return None
        accesses.remove(access)
    for function in by.functions:
        if function not in functions:
            return None
        functions.remove(function)
    return replace(term, accesses=tuple(accesses), functions=tuple(functions))


def _divide(term: Term, by: Term) -> Term:
    found = _divide_or_none(term, by)
    assert found is not None
    return found


def _shared_factors(form: Form) -> Term:
    """The factors that all summands have."""
    shared = Term(accesses=form[0].accesses, functions=form[0].functions)
    for term in form[1:]:
        accesses, functions = list(term.accesses), list(term.functions)
        shared = Term(
            accesses=tuple([a for a in shared.accesses if _take(accesses, a)]),
            functions=tuple([f for f in shared.functions if _take(functions, f)]),
        )
    return shared


def _take(items: list, item: object) -> bool:  # type: ignore[type-arg]
    if item not in items:
        return False
    items.remove(item)
    return True


def _sum_constants(terms: Sequence[Term]) -> Coefficient | None:
    """The number that a sum of terms in normal form is; None where it is none."""
    found: dict[str, Coefficient] = {}
    for term in terms:
        key = "" if term.is_constant() else write_term(replace(term, coefficient=1))
        found[key] = found.get(key, 0) + term.coefficient
    number = found.pop("", 0)
    return None if any(found.values()) else number
