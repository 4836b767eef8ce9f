"""The rules for functions: laws of exponents, roots, factors that do not change a sign, quotients.

exp(a + b) = exp(a) exp(b)      exp(-a) = 1 / exp(a)      exp(log a) = a (a > 0), log(exp(a)) = a
sqrt(a) sqrt(a) = a             1 / sqrt(a) 1 / sqrt(a) = 1 / a
step(c a) = step(a)             relu(c a) = c relu(a)  where c > 0
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from symconv.claims.proving.forms.functions import apply_function, invert_form
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import (
    INVERSE,
    ONE,
    Form,
    FunctionFactor,
    Term,
    multiply_forms,
    raise_form,
    scale_form,
)

from .class_labels import sum_over_classes
from .normal_form import write_function, write_term
from .quotients import (
    HIGHEST_DEGREE,
    QuotientRules,
    find_function,
    multiply_into,
    remove_function,
)

DEFINED = {"sigmoid", "tanh", "softplus"}
POSITIVE = {"exp", "sigmoid", "softplus"}


class FunctionRules:
    """The rules, for the sizes of one network; functions are in normal form already.

    `labels` says of the tensors of labels how many classes they choose from.
    """

    def __init__(self, sizes: SizeFacts, labels: Mapping[str, Coefficient]) -> None:
        self.sizes = sizes
        self.labels = labels
        self.quotients = QuotientRules(sizes)

    def rewrite(self, term: Term) -> Form | None:
        """What a term is by the first rule that applies; None where none does."""
        for n, function in enumerate(term.functions):
            rest = replace(term, functions=term.functions[:n] + term.functions[n + 1 :])
            found = self._rewrite_function(function)
            if found is not None:
                return multiply_into(rest, found)
        return (
            self._rewrite_roots(term)
            or sum_over_classes(term, self.labels)
            or self.quotients.rewrite_quotients(term)
        )

    def _rewrite_function(self, function: FunctionFactor) -> Form | None:
        argument = function.argument
        if function.name == "exp":
            return self._expand_exponential(argument)
        if function.name == "log" and (inner := find_function(argument, "exp")):
            return inner.argument
        if function.name == INVERSE:
            return self.quotients.expand_inverse(argument)
        if function.name in {"step", "relu", "is_zero"} and argument:
            return self._scale_argument(function)
        return None

    def _expand_exponential(self, argument: Form) -> Form | None:
        if not argument:
            return ONE
        if len(argument) == 1 and argument[0].coefficient == 1:
            inner = find_function(argument, "log")
            # Of what may be negative there is no logarithm, and nothing to undo.
            return inner.argument if inner and self._is_positive(inner.argument) else None
        found = ONE
        for term in argument:
            power = term.coefficient
            if not isinstance(power, int) or abs(power) > HIGHEST_DEGREE or term.is_constant():
                base = apply_function("exp", (term,))
                if len(argument) == 1:
                    return None
            else:
                base = apply_function("exp", (replace(term, coefficient=1),))
                if power < 0:
                    base = invert_form(base)
                base = raise_form(base, abs(power))
            found = multiply_forms(found, base)
        return found

    def _is_positive(self, form: Form) -> bool:
        """Whether a form is a sum of positive multiples of exponentials."""
        return bool(form) and all(
            self.sizes.positive(t.coefficient)
            and not t.accesses
            and all(
                f.name in POSITIVE or (f.name == INVERSE and self._is_positive(f.argument))
                for f in t.functions
            )
            for t in form
        )

    def _scale_argument(self, function: FunctionFactor) -> Form | None:
        """step(c x) = step(x), relu(c x) = c relu(x) for c > 0; [c x = 0] = [x = 0] for c != 0."""
        lead = min(function.argument, key=lambda t: write_term(replace(t, coefficient=1)))
        size = lead.coefficient
        if self.sizes.positive(size * -1) and function.name != "is_zero":
            size = size * -1
        if size == 1 or not self.sizes.nonzero(size):
            return None
        plain = scale_form(function.argument, self.sizes.invert(size))
        found = apply_function(function.name, plain)
        return scale_form(found, size) if function.name == "relu" else found

    def _rewrite_roots(self, term: Term) -> Form | None:
        """The square of a root, and of one divided by a root."""
        roots: dict[str, FunctionFactor] = {}
        for function in term.functions:
            root = function
            if function.name == INVERSE:
                root = find_function(function.argument, "sqrt") or function
            if root.name != "sqrt":
                continue
            text = write_function(function)
            if text in roots:
                rest = remove_function(remove_function(term, function), roots[text])
                square = root.argument
                return multiply_into(rest, square if root is function else invert_form(square))
            roots[text] = function
        return None


def open_definitions(form: Form) -> Form | None:
    """Activations by the exponentials that define them; None where that cannot help.

    It helps where two kinds of such functions meet: sigmoids alone are not written otherwise.

    sigmoid(x) = e / (1 + e), tanh(x) = 1 - 2 / (1 + e e), softplus(x) = log(1 + e), e = exp(x).
    """
    kinds = {f.name for t in form for f in _all_functions(t)} & {*DEFINED, "exp", "log"}
    return _open_all(form) if len(kinds) > 1 and kinds & DEFINED else None


def _open_all(form: Form) -> Form:
    found: list[Term] = []
    for term in form:
        made: Form = (replace(term, bound=(), functions=()),)
        for function in term.functions:
            inner = _open_all(function.argument)
            made = multiply_forms(made, _define(function.name, inner))
        found += [replace(t, bound=(*term.bound, *t.bound)) for t in made]
    return tuple(found)


def _define(name: str, argument: Form) -> Form:
    power = apply_function("exp", argument)
    if name == "sigmoid":
        return multiply_forms(power, invert_form(ONE + power))
    if name == "tanh":
        square = multiply_forms(power, power)
        return ONE + scale_form(invert_form(ONE + square), -2)
    if name == "softplus":
        return apply_function("log", ONE + power)
    return apply_function(name, argument)


def _all_functions(term: Term) -> Iterator[FunctionFactor]:
    for function in term.functions:
        yield function
        for inner in function.argument:
            yield from _all_functions(inner)
