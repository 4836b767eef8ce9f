"""The equations of a network as forms, and an access replaced by what it is equal to.

An opened equation keeps the brackets of its range: a value is absent outside, where its formula
may be something else, as sigmoid(0) is 1/2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

import sympy
from sympy import Add, Expr, Mul, Pow, Rational, Sum, Symbol, expand
from sympy.functions.special.tensor_functions import KroneckerDelta
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation
from symconv.core.nodes import Box, LogSumExp, ScalarFunction
from symconv.core.tensor import key_of

from .affine_forms import AffineForm, make_index
from .budget import NotProvedError
from .size_facts import SizeFacts, find_size_facts
from .terms import (
    INVERSE,
    NOTHING,
    ONE,
    Access,
    Form,
    FreshNames,
    FunctionFactor,
    Term,
    bind_index,
    limit_index,
    make_bracket,
    make_number,
    multiply_forms,
    put_indices,
    raise_form,
    scale_form,
)

Indices = Mapping[Symbol, AffineForm]


class NetworkEquations:
    """The equations of a network, translated once; the same for all claims on it."""

    def __init__(self, context: NetworkContext) -> None:
        self.context = context
        self.sizes: SizeFacts = find_size_facts(context.program)
        self.fresh = FreshNames("%")
        tensors = [*context.program.tensors, *context.forward.tensors]
        self.shapes = {t.key: tuple(map(self.sizes.coefficient, t.shape)) for t in tensors}
        self.templates: dict[str, Form] = {}

    @cached_property
    def by_key(self) -> dict[str, list[Equation]]:
        """The equations of every tensor; several where each gives some of its entries."""
        found: dict[str, list[Equation]] = {}
        for e in self.context.program.equations:
            found.setdefault(e.key, []).append(e)
        return found

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

    def access(self, key: str, indices: Sequence[AffineForm]) -> Form:
        """One entry of a tensor."""
        return (Term(accesses=(Access(key, self.shapes[key], tuple(indices)),)),)

    def open(self, key: str, indices: Sequence[AffineForm]) -> Form:
        """What an entry is equal to, by its equations."""
        if key not in self.templates:
            self.templates[key] = tuple(
                [t for e in self.by_key[key] for t in self._translate_equation(e)]
            )
        values = {f"${n}": e for n, e in enumerate(indices)}
        return tuple([put_indices(t, values) for t in self.templates[key]])

    def can_open(self, key: str) -> bool:
        """Whether a tensor has equations that can be written as forms."""
        if key not in self.by_key:
            return False
        try:
            self.open(key, [make_index("$")] * len(self.shapes[key]))
        except NotProvedError:
            self.by_key.pop(key)
            return False
        return True

    def _translate_equation(self, e: Equation) -> Form:
        """The right side where the entry's indices are $0, $1, ..., and 0 elsewhere.

        The indices of the left side may be affine, as in x[s u + m]: then u and m are summed over,
        which is one term at most, since no entry is written twice.
        """
        env: dict[Symbol, AffineForm] = {}
        bound: list[str] = []
        limits: list[AffineForm] = []
        for v, extent in e.ranges:
            place = next((n for n, i in enumerate(e.lhs.indices) if i == v), None)
            if place is None or sum(i.has(v) for i in e.lhs.indices) > 1:
                bound.append(self.fresh.next())
                env[v] = make_index(bound[-1])
            else:
                env[v] = make_index(f"${place}")
            limits += limit_index(env[v], self.sizes.coefficient(extent))
        zero = []
        for n, index in enumerate(e.lhs.indices):
            form = self.index(index, env) - make_index(f"${n}")
            if form.slopes or form.constant:
                zero.append(form)
        brackets = make_bracket(nonnegative=tuple(limits), zero=tuple(zero))
        # An entry is looked up at integers alone; every index is one where the access is not 0.
        whole = tuple(make_index(f"${n}") for n in range(len(e.lhs.indices)))
        brackets = tuple([replace(t, whole=whole) for t in brackets])
        form = multiply_forms(brackets, self.translate(e.rhs, env))
        for name in bound:
            form = bind_index(form, name)
        return form

    # ---- from SymPy

    def index(self, e: Expr, env: Indices) -> AffineForm:
        """An index expression; NotProvedError where it is not affine."""
        if e in env:
            return env[e]  # type: ignore[index]
        e = expand(e)
        found, rest = AffineForm({}, 0), e
        for v in sorted(e.free_symbols & env.keys(), key=str):
            slope = e.coeff(v, 1)
            if slope.free_symbols & env.keys():
                raise NotProvedError("an index that is not affine")
            found = found + env[v].scale(self.sizes.coefficient(slope))
            rest = rest - slope * v
        rest = expand(rest)
        if rest.free_symbols & env.keys():
            raise NotProvedError("an index that is not affine")
        return found.shift(self.sizes.coefficient(rest))

    def translate(self, e: Expr, env: Indices) -> Form:
        """A formula of the program as a form; NotProvedError where the form does not cover it."""
        if isinstance(e, Indexed):
            return self.access(key_of(e), [self.index(i, env) for i in e.indices])
        if isinstance(e, Add):
            return tuple([t for a in e.args for t in self.translate(a, env)])
        if isinstance(e, Mul):
            found = ONE
            for a in e.args:
                found = multiply_forms(found, self.translate(a, env))
            return found
        if isinstance(e, Sum):
            return self._translate_sum(e, e.function, env)
        if isinstance(e, KroneckerDelta):
            return make_bracket(zero=(self.index(e.args[0], env) - self.index(e.args[1], env),))
        if isinstance(e, Box):
            place = self.index(e.place, env)
            ends = limit_index(place, self.sizes.coefficient(e.extent))
            return make_bracket(nonnegative=ends, whole=(place,))
        if self._is_size(e, env):
            return make_number(self.sizes.coefficient(e))
        if isinstance(e, Pow):
            return self._translate_power(e, env)
        if isinstance(e, ScalarFunction | sympy.exp | sympy.log | sympy.tanh):
            return apply_function(type(e).__name__, self.translate(e.args[0], env))
        if isinstance(e, LogSumExp):
            return self._translate_log_sum(e, env)
        raise NotProvedError(f"{type(e).__name__} in a derived formula")

    def _is_size(self, e: Expr, env: Indices) -> bool:
        return not e.has(Indexed, Sum) and e.free_symbols.isdisjoint(env)

    def _translate_sum(self, e: Sum | LogSumExp, body: Expr, env: Indices) -> Form:
        inner = dict(env)
        names, limits = list[str](), list[AffineForm]()
        for v, low, high in reversed(e.limits):
            names.append(self.fresh.next())
            x = make_index(names[-1])
            limits += [x - self.index(low, inner), self.index(high, inner) - x]
            inner[v] = x
        form = multiply_forms(
            make_bracket(nonnegative=tuple(limits)), self._summand(e, body, inner)
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
        return apply_function("log", self._translate_sum(e, e.function, env))

    def _translate_power(self, e: Pow, env: Indices) -> Form:
        base = self.translate(e.base, env)
        if e.exp.is_Integer and e.exp > 0:
            return raise_form(base, int(e.exp))
        if e.exp.is_Integer:
            return raise_form(invert_form(base), -int(e.exp))
        if e.exp in (Rational(1, 2), Rational(-1, 2)):
            root = apply_function("sqrt", base)
            return root if e.exp > 0 else invert_form(root)
        raise NotProvedError("a power that is not whole")


def apply_function(name: str, argument: Form) -> Form:
    """A function of a form."""
    return (Term(functions=(FunctionFactor(name, argument),)),)


def invert_form(form: Form) -> Form:
    """One divided by a form."""
    return apply_function(INVERSE, form)


def differentiate_function(name: str, argument: Form) -> Form:
    """The derivative of a function at a form, as the network takes it: step is 0 at 0."""
    value = apply_function(name, argument)
    if name == "sigmoid":
        return value + scale_form(multiply_forms(value, value), -1)
    if name == "tanh":
        return ONE + scale_form(multiply_forms(value, value), -1)
    if name == "absolute":
        below = apply_function("step", scale_form(argument, -1))
        return apply_function("step", argument) + scale_form(below, -1)
    if name == "log":
        return invert_form(argument)
    if name == "sqrt":
        return scale_form(invert_form(value), Fraction(1, 2))
    if name == INVERSE:
        return scale_form(multiply_forms(value, value), -1)
    if name == "step":
        return NOTHING
    same = {"exp": "exp", "relu": "step", "softplus": "sigmoid"}
    if name not in same:
        raise NotProvedError(f"the derivative of {name}")
    return apply_function(same[name], argument)


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
