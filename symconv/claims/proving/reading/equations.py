"""The equations of a network as forms, and an access replaced by what it is equal to.

An opened equation keeps the brackets of its range: a value is absent outside, where its formula
may be something else, as sigmoid(0) is 1/2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, cast

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Sum, Symbol, expand
from sympy.functions.special.tensor_functions import KroneckerDelta
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.claims.proving.forms.budget import NotProvedError
from symconv.claims.proving.forms.candidates import list_candidates, mark_first, take_largest
from symconv.claims.proving.forms.functions import apply_function, invert_form, subtract_forms
from symconv.claims.proving.forms.index_forms import IndexForm, make_index
from symconv.claims.proving.forms.size_facts import SizeFacts
from symconv.claims.proving.forms.size_letters import find_size_facts
from symconv.claims.proving.forms.size_polynomials import Coefficient
from symconv.claims.proving.forms.terms import (
    ONE,
    EntryFactor,
    Form,
    FreshNames,
    Term,
    bind_index,
    limit_index,
    make_bracket,
    make_index_number,
    make_number,
    multiply_forms,
    put_indices,
    raise_form,
)
from symconv.core.equation import Equation, count_labels
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, ScalarFunction
from symconv.core.tensor import key_of

Indices = Mapping[Symbol, IndexForm]


def make_pi() -> Form:
    """The number pi: of all that is known of it, a proof needs that it is one number."""
    return (Term(accesses=(EntryFactor("number pi", (), ()),)),)


class NetworkEquations:
    """The equations of a network, translated once; the same for all claims on it."""

    def __init__(self, context: NetworkContext) -> None:
        self.context = context
        self.sizes: SizeFacts = find_size_facts(context.program)
        self.fresh = FreshNames("%")
        tensors = [*context.program.tensors, *context.forward.tensors]
        self.shapes = {t.key: tuple(map(self.sizes.coefficient, t.shape)) for t in tensors}
        self.templates: dict[str, Form] = {}
        self.closed: set[str] = set()

    @cached_property
    def by_key(self) -> dict[str, list[Equation]]:
        """The equations of every tensor; several where each gives some of its entries."""
        found: dict[str, list[Equation]] = {}
        for e in self.context.program.equations:
            found.setdefault(e.key, []).append(e)
        return found

    @cached_property
    def labels(self) -> dict[str, Coefficient]:
        """How many classes the labels choose from, by the key of their tensor.

        Labels that may be none of the classes, as one that is ignored, are left out.
        """
        found = count_labels(self.context.forward.equations).items()
        return {key: self.sizes.coefficient(n) for key, (n, *outside) in found if not outside}

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of every tensor's equation in the program."""
        return {e.key: n for n, e in enumerate(self.context.program.equations)}

    @cached_property
    def dependents(self) -> Mapping[str, frozenset[str]]:
        """For every tensor of the forward pass what it depends on, itself included."""
        found: dict[str, frozenset[str]] = {}
        for e in self.context.forward.equations:
            below = frozenset().union(*(found.get(k, frozenset({k})) for k in e.reads), {e.key})
            found[e.key] = found.get(e.key, frozenset()) | below
        return found

    def access(self, key: str, indices: Sequence[IndexForm]) -> Form:
        """One entry of a tensor."""
        return (Term(accesses=(EntryFactor(key, self.shapes[key], tuple(indices)),)),)

    def open(self, key: str, indices: Sequence[IndexForm]) -> Form:
        """What an entry is equal to, by its equations."""
        if key in self.closed or key not in self.by_key:
            raise NotProvedError(f"the equation of {key} is not covered")
        if key not in self.templates:
            self.templates[key] = tuple(
                [t for e in self.by_key[key] for t in self._translate_equation(e)]
            )
        values = {f"${n}": e for n, e in enumerate(indices)}
        return tuple([put_indices(t, values) for t in self.templates[key]])

    def can_open(self, key: str) -> bool:
        """Whether a tensor has equations that can be written as forms."""
        try:
            self.open(key, [make_index("$")] * len(self.shapes.get(key, ())))
        except NotProvedError:
            self.closed.add(key)
            return False
        return True

    def _translate_equation(self, e: Equation) -> Form:
        """The right side where the entry's indices are $0, $1, ..., and 0 elsewhere.

        The indices of the left side may be affine, as in x[s u + m]: then u and m are summed over,
        which is one term at most, since no entry is written twice.
        """
        env: dict[Symbol, IndexForm] = {}
        bound: list[str] = []
        limits: list[IndexForm] = []
        for v, extent in e.ranges:
            place = next((n for n, i in enumerate(e.lhs.indices) if i == v), None)
            if place is None or sum(i.has(v) for i in e.lhs.indices) > 1:
                bound.append(self.fresh.next())
                env[v] = make_index(bound[-1])
            else:
                env[v] = make_index(f"${place}")
            limits += limit_index(env[v], self.sizes.coefficient(extent))
        places = [self.index(i, env) for i in e.lhs.indices]
        zero = [p - make_index(f"${n}") for n, p in enumerate(places)]
        zero = [form for form in zero if form.slopes or form.constant]
        brackets = make_bracket(nonnegative=tuple(limits), zero=tuple(zero))
        # An entry is looked up at integers alone; every index is one where the access is not 0.
        whole = tuple(make_index(f"${n}") for n in range(len(e.lhs.indices)))
        brackets = tuple([replace(t, whole=whole) for t in brackets])
        found = multiply_forms(brackets, self.translate(e.rhs, env))
        for name in bound:
            found = bind_index(found, name)
        return found

    # ---- from SymPy

    def index(self, e: Expr, env: Indices) -> IndexForm:
        """An index expression; NotProvedError where it is not affine."""
        if e in env:
            return env[e]  # type: ignore[index]
        e = expand(e)
        found, rest = IndexForm({}, 0), e
        for v in sorted((s for s in e.free_symbols if s in env), key=str):
            slope = cast("Expr", e.coeff(cast("Expr", v), 1))
            if slope.free_symbols & env.keys():
                raise NotProvedError("an index that is not affine")
            found = found + env[cast("Symbol", v)].scale(self.sizes.coefficient(slope))
            rest = rest - slope * v
        rest = expand(rest)
        if rest.free_symbols & env.keys():
            raise NotProvedError("an index that is not affine")
        return found.shift(self.sizes.coefficient(rest))

    def translate(self, e: Expr, env: Indices) -> Form:
        """A formula of the program as a form; NotProvedError where the form does not cover it."""
        if self._is_size(e, env) and not isinstance(e, Pow | sympy.exp | sympy.log):
            return make_number(self.sizes.coefficient(e))
        for kind, rule in TRANSLATIONS:
            if isinstance(e, kind):
                return rule(self, e, env)
        raise NotProvedError(f"{type(e).__name__} in a derived formula")

    def _translate_access(self, e: Indexed, env: Indices) -> Form:
        return self.access(key_of(e), [self.index(i, env) for i in e.indices])

    def _translate_addition(self, e: Add, env: Indices) -> Form:
        return tuple([t for a in e.args for t in self.translate(a, env)])

    def _translate_product(self, e: Mul, env: Indices) -> Form:
        found = ONE
        for a in e.args:
            found = multiply_forms(found, self.translate(a, env))
        return found

    def _translate_equality(self, e: KroneckerDelta, env: Indices) -> Form:
        left, right = (self.index(cast("Expr", a), env) for a in e.args[:2])
        return make_bracket(zero=(left - right,))

    def _translate_box(self, e: Box, env: Indices) -> Form:
        place = self.index(e.place, env)
        ends = limit_index(place, self.sizes.coefficient(e.extent))
        return make_bracket(nonnegative=ends, whole=(place,))

    def _translate_label(self, e: Equals, env: Indices) -> Form:
        place = make_index_number(self.index(e.place, env))
        return apply_function("is_zero", subtract_forms(place, self.translate(e.label, env)))

    def _translate_function(self, e: Expr, env: Indices) -> Form:
        return apply_function(type(e).__name__, self.translate(cast("Expr", e.args[0]), env))

    def _translate_pi(self, _e: Expr, _env: Indices) -> Form:
        return make_pi()

    def _is_size(self, e: Expr, env: Indices) -> bool:
        own = e.has(Indexed, Sum, sympy.pi) or any(not p.exp.is_Integer for p in e.atoms(Pow))
        return not own and e.free_symbols.isdisjoint(env)

    def _translate_sum(self, e: Sum | LogSumExp, env: Indices) -> Form:
        inner = dict(env)
        names, limits = list[str](), list[IndexForm]()
        for v, low, high in reversed(e.limits):
            names.append(self.fresh.next())
            x = make_index(names[-1])
            limits += [x - self.index(low, inner), self.index(high, inner) - x]
            inner[v] = x
        form = multiply_forms(
            make_bracket(nonnegative=tuple(limits)), self._summand(e, e.function, inner)
        )
        for name in reversed(names):
            form = bind_index(form, name)
        return form

    def _summand(self, e: Sum | LogSumExp, body: Expr, inner: Indices) -> Form:
        if isinstance(e, Sum):
            return self.translate(body, inner)
        exponential = apply_function("exp", self.translate(body, inner))
        if not isinstance(body, Indexed):
            return exponential
        # An entry that is absent counts as minus infinity, not as 0.
        places = [self.index(i, inner) for i in body.indices]
        extents = self.shapes[key_of(body)]
        ends = [x for p, n in zip(places, extents, strict=True) for x in limit_index(p, n)]
        present = make_bracket(nonnegative=tuple(ends), whole=tuple(places))
        return multiply_forms(present, exponential)

    def _translate_log_sum(self, e: LogSumExp, env: Indices) -> Form:
        return apply_function("log", self._translate_sum(e, env))

    def _translate_maximum(self, e: MaxOver, env: Indices) -> Form:
        return take_largest(self._candidates(e, env))

    def _translate_mask(self, e: OneHot, env: Indices) -> Form:
        place = [self.index(p, env) for p in e.position]
        return mark_first(self._candidates(e.maximum, env), place)

    def _candidates(self, e: MaxOver, env: Indices) -> Form:
        inner, places = dict(env), []
        for v, low, high in e.limits:
            inner[v] = make_index(self.fresh.next())
            places.append((inner[v], self.sizes.coefficient(high + 1)))
            if low != 0:
                raise NotProvedError("a maximum that does not start at 0")
        return list_candidates(self.translate(e.function, inner), places)

    def _translate_power(self, e: Pow, env: Indices) -> Form:
        if e.exp.is_Integer and self._is_size(e, env):
            return make_number(self.sizes.coefficient(e))
        base = self.translate(e.base, env)
        if e.exp.is_Integer and e.exp > 0:
            return raise_form(base, int(e.exp))
        if e.exp.is_Integer:
            return raise_form(invert_form(base), -int(e.exp))
        if isinstance(e.exp, Rational) and e.exp.q == 2:
            root = apply_function("sqrt", base)
            return raise_form(root if e.exp > 0 else invert_form(root), abs(e.exp.p))
        raise NotProvedError("a power that is not whole")


TRANSLATIONS: tuple[tuple[Any, Callable[[NetworkEquations, Any, Indices], Form]], ...] = (
    (type(sympy.pi), NetworkEquations._translate_pi),  # noqa: SLF001
    (Indexed, NetworkEquations._translate_access),  # noqa: SLF001 - the table of its own rules
    (Add, NetworkEquations._translate_addition),  # noqa: SLF001
    (Mul, NetworkEquations._translate_product),  # noqa: SLF001
    (Sum, NetworkEquations._translate_sum),  # noqa: SLF001
    (KroneckerDelta, NetworkEquations._translate_equality),  # noqa: SLF001
    (Box, NetworkEquations._translate_box),  # noqa: SLF001
    (Equals, NetworkEquations._translate_label),  # noqa: SLF001
    (Pow, NetworkEquations._translate_power),  # noqa: SLF001
    (ScalarFunction, NetworkEquations._translate_function),  # noqa: SLF001
    (sympy.exp, NetworkEquations._translate_function),  # noqa: SLF001
    (sympy.log, NetworkEquations._translate_function),  # noqa: SLF001
    (sympy.tanh, NetworkEquations._translate_function),  # noqa: SLF001
    (LogSumExp, NetworkEquations._translate_log_sum),  # noqa: SLF001
    (MaxOver, NetworkEquations._translate_maximum),  # noqa: SLF001
    (OneHot, NetworkEquations._translate_mask),  # noqa: SLF001
)
"""How each kind of node of a derived formula is read."""
