"""Entries replaced by what they are equal to, wherever they stand in a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symconv.claims.proving.forms.functions import apply_function
from symconv.claims.proving.forms.terms import Form, Term, bind_index, multiply_forms

from .equations import NetworkEquations


def unfold(equations: NetworkEquations, form: Form, keys: frozenset[str]) -> Form:
    """Every access of some tensors replaced by their equations, within functions, too."""
    found: list[Term] = []
    for term in form:
        if not _mentions(term, keys):
            found.append(term)
            continue
        made: Form = (replace(term, bound=(), accesses=(), functions=()),)
        for access in term.accesses:
            if access.key in keys:
                made = multiply_forms(made, equations.open(access.key, access.indices))
            else:
                made = multiply_forms(made, (Term(accesses=(access,)),))
        for function in term.functions:
            inner = unfold(equations, function.argument, keys)
            made = multiply_forms(made, apply_function(function.name, inner))
        for name in reversed(term.bound):
            made = bind_index(made, name)
        found += made
    return tuple(found)


def _mentions(term: Term, keys: frozenset[str]) -> bool:
    return any(k in keys for k in keys_of(term))


def keys_of(term: Term) -> Iterator[str]:
    """The tensors whose entries stand in a term, within functions, too."""
    for access in term.accesses:
        yield access.key
    for function in term.functions:
        for inner in function.argument:
            yield from keys_of(inner)
