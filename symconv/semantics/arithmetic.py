"""Sums and products of terms, powers, functions, numbers and index values."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
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
from symconv.core.nodes import Box, Equals

from .meaning import Scope, meaning, node
from .places import Environment, Read, number


def fragile(e: Expr) -> bool:
    """Whether evaluating e can fail, as 1/x does at 0."""
    return any(
        a.has(Indexed) and (isinstance(a, log) or a.exp.is_negative is not False)
        for a in e.atoms(Pow, log)
    )


def in_order(factors: Sequence[Expr]) -> list[Expr]:
    """Factors in the order of evaluation: brackets, entries, the rest, numbers, what can fail.

    A product is 0 as soon as one factor is, so what can fail comes last and numbers come late.
    """

    def rank(e: Expr) -> int:
        if isinstance(e, KroneckerDelta | Box | Equals):
            return 0
        if isinstance(e, Indexed):
            return 1
        if fragile(e):
            return 4
        return 3 if e.is_number else 2

    return sorted(factors, key=rank)


@node.register(Mul)
def product(e: Mul, scope: Scope) -> Read:
    """a b c; 0 as soon as one factor is 0, whatever the others are."""
    factors = [meaning(a, scope) for a in in_order(e.args)]
    zero, one = scope.zero, scope.one

    def multiply(v: Environment) -> object:
        result = one
        for factor in factors:
            value = factor(v)
            if not value:
                return zero
            result = result * value
        return result

    return multiply


@node.register(Add)
def total(e: Add, scope: Scope) -> Read:
    """a + b + c."""
    terms = [meaning(a, scope) for a in e.args]
    zero = scope.zero

    def add(v: Environment) -> object:
        result = zero
        for term in terms:
            result = result + term(v)
        return result

    return add


@node.register(Pow)
def power(e: Pow, scope: Scope) -> Read:
    """a ** n, where n is rational once the sizes are numbers."""
    base = meaning(e.base, scope)
    if not e.exp.free_symbols <= scope.sizes.keys():
        raise Unsupported(f"the exponent of '{e}' is not a number")
    apply = scope.algebra.power(number(e.exp, scope.sizes))
    return lambda v: apply(base(v))


@node.register(Function)
def function(e: Function, scope: Scope) -> Read:
    """f(a) for a function of one argument."""
    if len(e.args) != 1:
        raise Unsupported(f"a function of {len(e.args)} arguments has no meaning here: {e}")
    apply, argument = scope.algebra.function(type(e).__name__), meaning(e.args[0], scope)
    return lambda v: apply(argument(v))


@node.register(Number)
def constant(e: Any, scope: Scope) -> Read:
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


@node.register(NumberSymbol)
def named_constant(e: NumberSymbol, scope: Scope) -> Read:
    """A number with a name, such as pi."""
    value = scope.algebra.constant(float(e), str(e))
    return lambda _: value


@node.register(Symbol)
def symbol(e: Symbol, scope: Scope) -> Read:
    """An index as a number, or a size."""
    if e in scope.slots:
        slot, to_scalar = scope.slots[e], scope.algebra.number
        return lambda v: to_scalar(Fraction(v[slot]))
    value = scope.algebra.number(number(e, scope.sizes))
    return lambda _: value
