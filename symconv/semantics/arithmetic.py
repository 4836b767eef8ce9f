"""Sums and products of terms, powers, functions, numbers and index values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Function,
    KroneckerDelta,
    Mul,
    Number,
    NumberSymbol,
    Pow,
    Rational,
    Symbol,
    log,
)
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, NamedNumber

from .algebra import Exact
from .index_arithmetic import (
    FORMULAS,
    Environment,
    Read,
    evaluate_size,
    find_free_symbols,
)
from .node_compiler import EvaluationScope, compile_formula, compile_node


@lru_cache(maxsize=FORMULAS)
def can_fail(e: Expr) -> bool:
    """Whether evaluating e can fail, as 1/x does at 0."""
    return any(
        a.has(Indexed) and (isinstance(a, log) or a.exp.is_negative is not False)
        for a in e.atoms(Pow, log)
    )


def evaluation_order(factors: Sequence[Expr]) -> list[Expr]:
    """Factors in the order of evaluation: brackets, entries, the rest, numbers, what can fail.

    A product is 0 as soon as one factor is, so what can fail comes last and numbers come late.
    """
    return list(_order_factors(tuple(factors)))


@lru_cache(maxsize=FORMULAS)
def _order_factors(factors: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Factors in the order of evaluation."""

    def rank(e: Expr) -> int:
        if isinstance(e, KroneckerDelta | Box | Equals):
            return 0
        if isinstance(e, Indexed):
            return 1
        if can_fail(e):
            return 4
        return 3 if e.is_number else 2

    return tuple(sorted(factors, key=rank))


@compile_node.register(Mul)
def compile_product(e: Mul, scope: EvaluationScope) -> Read:
    """a b c; 0 as soon as one factor is 0, whatever the others are."""
    factors = [compile_formula(a, scope) for a in evaluation_order(e.args)]
    zero, one = scope.zero, scope.one

    def multiply(v: Environment) -> object:
        result = one
        for factor in factors:
            value = factor(v)
            # Only what is exactly 0 ends a product: a dual number of value 0 with a slope, and a
            # number on a tape, count as true.
            if not value:
                return zero
            result = result * value
        return result

    return multiply


@compile_node.register(Add)
def compile_addition(e: Add, scope: EvaluationScope) -> Read:
    """a + b + c."""
    terms = [compile_formula(a, scope) for a in e.args]
    zero = scope.zero

    def add(v: Environment) -> object:
        result = zero
        for term in terms:
            result = result + term(v)
        return result

    return add


@compile_node.register(Pow)
def compile_power(e: Pow, scope: EvaluationScope) -> Read:
    """a ** n, where n is rational once the sizes are numbers."""
    base = compile_formula(e.base, scope)
    if not find_free_symbols(e.exp) <= scope.sizes.keys():
        raise Unsupported(f"the exponent of '{e}' is not a number")
    apply = scope.algebra.power(evaluate_size(e.exp, scope.sizes))
    return lambda v: apply(base(v))


SIDES = {"relu", "step", "absolute"}
"""Functions that choose a side. Of indices and sizes the side is known in every algebra, also in
one whose numbers have no order."""


@lru_cache(maxsize=FORMULAS)
def is_counted(e: Expr) -> bool:
    """Whether a formula is made of indices, sizes and rational numbers alone."""
    functions = {type(f).__name__ for f in e.atoms(Function)}
    whole = all(p.exp.is_Integer for p in e.atoms(Pow))
    return whole and functions <= SIDES and not e.has(Indexed, NumberSymbol)


@compile_node.register(Function)
def compile_function(e: Function, scope: EvaluationScope) -> Read:
    """f(a) for a function of one argument."""
    if len(e.args) != 1:
        raise Unsupported(f"a function of {len(e.args)} arguments has no meaning here: {e}")
    name = type(e).__name__
    if name in SIDES and is_counted(e):
        exact = Exact()
        choose = exact.function(name)
        place = compile_formula(e.args[0], replace(scope, algebra=exact))
        to_scalar = scope.algebra.number
        return lambda v: to_scalar(Fraction(choose(place(v))))
    apply, argument = scope.algebra.function(name), compile_formula(e.args[0], scope)
    return lambda v: apply(argument(v))


@compile_node.register(Number)
def compile_number(e: Any, scope: EvaluationScope) -> Read:
    """A number; rational wherever it can be."""
    rational = isinstance(e, Rational)
    if not rational and not e.is_finite:
        raise Unsupported(f"'{e}' is not a number to calculate with")
    value = (
        scope.algebra.number(Fraction(int(e.p), int(e.q)))
        if rational
        else scope.algebra.constant(float(e), str(e))
    )
    return lambda _: value


@compile_node.register(NamedNumber)
def compile_named_number(e: NamedNumber, scope: EvaluationScope) -> Read:
    """epsilon, by its value."""
    value = scope.algebra.number(Fraction(int(e.value.p), int(e.value.q)))
    return lambda _: value


@compile_node.register(NumberSymbol)
def compile_constant(e: NumberSymbol, scope: EvaluationScope) -> Read:
    """A number with a name, such as pi."""
    value = scope.algebra.constant(float(e), str(e))
    return lambda _: value


@compile_node.register(Symbol)
def compile_symbol(e: Symbol, scope: EvaluationScope) -> Read:
    """An index as a number, or a size."""
    if e in scope.slots:
        slot, to_scalar = scope.slots[e], scope.algebra.number
        return lambda v: to_scalar(Fraction(v[slot]))
    # A symbol without a slot is no index, so it must be a size.
    value = scope.algebra.number(evaluate_size(e, scope.sizes))
    return lambda _: value
