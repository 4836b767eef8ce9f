"""Derivatives of forms by an entry of a forward tensor: the chain rule through the equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symconv.claims.proving.forms.budget import NotProvedError, ProofBudget
from symconv.claims.proving.forms.candidates import FIRST_LARGEST, LARGEST, select_first
from symconv.claims.proving.forms.functions import differentiate_function
from symconv.claims.proving.forms.index_forms import IndexForm
from symconv.claims.proving.forms.terms import (
    NOTHING,
    EntryFactor,
    Form,
    FunctionFactor,
    Term,
    bind_index,
    limit_index,
    make_bracket,
    multiply_forms,
)

from .equations import NetworkEquations


class ForwardDerivative:
    """d(form) / d(T[indices]) for one entry of a tensor T of the forward pass.

    dT[e]/dT[f] = [e = f], and 0 where T[f] is absent. A `direct` derivative holds other tensors.
    """

    def __init__(
        self,
        equations: NetworkEquations,
        budget: ProofBudget,
        key: str,
        indices: Sequence[IndexForm],
        *,
        direct: bool = False,
    ) -> None:
        self.direct = direct
        self.equations = equations
        self.budget = budget
        self.key = key
        self.indices = tuple(indices)

    def of_form(self, form: Form) -> Form:
        """The derivative of a sum."""
        return tuple([t for term in form for t in self._of_term(term)])

    def _of_term(self, term: Term) -> Form:
        found: list[Term] = []
        open_term = replace(term, bound=())
        for n, access in enumerate(term.accesses):
            rest = replace(open_term, accesses=term.accesses[:n] + term.accesses[n + 1 :])
            found += multiply_forms((rest,), self._of_access(access))
        for n, function in enumerate(term.functions):
            rest = replace(open_term, functions=term.functions[:n] + term.functions[n + 1 :])
            found += multiply_forms((rest,), self._of_function(function))
        form = tuple(found)
        for name in reversed(term.bound):
            form = bind_index(form, name)
        return form

    def _of_access(self, access: EntryFactor) -> Form:
        self.budget.spend()
        if access.key == self.key:
            return self._of_itself(access)
        if not access.shape:
            return NOTHING
        if access.key not in self.equations.context.forward.by_key:
            raise NotProvedError("a derivative of what is no forward value")
        if self.direct or self.key not in self.equations.dependents.get(access.key, ()):
            return NOTHING
        return self.of_form(self.equations.open(access.key, access.indices))

    def _of_itself(self, access: EntryFactor) -> Form:
        zero = tuple([a - b for a, b in zip(access.indices, self.indices, strict=True)])
        ends = [
            e
            for index, extent in zip(self.indices, access.shape, strict=True)
            for e in limit_index(index, extent)
        ]
        return make_bracket(nonnegative=tuple(ends), zero=zero, whole=self.indices)

    def _of_function(self, function: FunctionFactor) -> Form:
        # Which candidate is the first largest is constant, and so is the mark in the selection.
        if function.name == FIRST_LARGEST:
            return NOTHING
        if function.name == LARGEST:
            return self.of_form(select_first(function))
        inner = self.of_form(function.argument)
        if not inner:
            return NOTHING
        outer = differentiate_function(function.name, function.argument)
        return multiply_forms(outer, inner)
