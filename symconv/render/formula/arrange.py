"""From a SymPy formula to its arrangement for display: one small rule for every node."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Literal, cast

from sympy import Expr, Function, KroneckerDelta, NumberSymbol, Rational, S, Sum, Symbol, exp, log
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.add import Add
from sympy.core.mul import Mul
from sympy.core.power import Pow
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, Partial, absolute
from symconv.core.tensor import Role
from symconv.notation.rebase import rebase

from .coefficients import divided, factors_of, scaled, without_number
from .names import Names, entry_form, tensor_name, word
from .order import in_sum_order
from .positions import arrange_position
from .tree import (
    Bracket,
    Call,
    Derivative,
    FirstMaximum,
    Form,
    Limit,
    Number,
    Power,
    Reduction,
    Relation,
    Total,
    Word,
)
from .tree_helpers import negative, quotient, split_sign


def arrange(expression: Expr, names: Names) -> Form:
    """The formula in the notation of `names`, ready to be written in any markup."""
    return arranged(rebase(expression, names.notation.index_base), names)


@singledispatch
def arranged(e: Any, names: Names) -> Form:
    """One node of a formula whose indices already start where the notation says."""
    raise Unsupported(f"there is no way to print {type(e).__name__} ({names.notation.name})")


def counts(e: Expr) -> bool:
    """Whether an expression is made of indices, sizes and numbers alone."""
    return all(s.is_integer for s in e.free_symbols) and not e.has(Indexed, Function, Partial)


@arranged.register(Rational)
def _(e: Rational, _: Names) -> Form:
    number = quotient(Number(abs(int(e.p))), Number(int(e.q)))
    return negative(number) if e.is_negative else number


@arranged.register(NumberSymbol)
def _(e: NumberSymbol, _: Names) -> Form:
    """pi, by its name."""
    return Word(str(e).lower())


@arranged.register(Symbol)
def _(e: Symbol, names: Names) -> Form:
    return word(e.name, entry=not e.is_integer, cost=names.cost)


@arranged.register(Indexed)
def _(e: Indexed, names: Names) -> Form:
    key = str(e.base.label)
    name = tensor_name(key)
    given: Role = "cost" if key == names.cost else "value"
    role = names.roles.get(name.plain.key, given)
    scalar = role in {"cost", "parameter"} and e.base.shape == (1,)
    places = () if scalar else tuple(arrange_position(place) for place in e.indices)
    return entry_form(name, places, names)


@arranged.register(Add)
def _(e: Add, names: Names) -> Form:
    """c t + c u -> c (t + u): a number common to all terms stands once, in front."""
    if counts(e):
        return arrange_position(e)
    content, primitive = e.primitive()
    if content != 1 and all(t.as_coeff_Mul()[0].is_negative for t in primitive.args):
        content, primitive = -content, -primitive
    total = Total(in_sum_order([split_sign(arranged(t, names)) for t in primitive.args]))
    return total if content == 1 else scaled(content, (total,), names)


@arranged.register(Mul)
def _(e: Mul, names: Names) -> Form:
    """Number, sizes, errors, parameters, values, brackets, sums; divided by what divides."""
    if counts(e):
        return arrange_position(e)
    coefficient, below = Rational(1), S.One
    above: list[Form] = []
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if exponent.is_Rational and exponent.is_negative:
            below *= base**-exponent
        elif factor.is_Rational:
            coefficient *= factor
        else:
            number, form = without_number(arranged(factor, names))
            coefficient, above = coefficient * number, [*above, *factors_of(form)]
    under = arranged(below, names)
    if counts(below):
        return scaled(coefficient, tuple(above), names, under)
    return divided(scaled(coefficient, tuple(above), names), under)


@arranged.register(Pow)
def _(e: Pow, names: Names) -> Form:
    if e.exp.is_Rational and e.exp.is_negative:
        return quotient(Number(1), arranged(e.base**-e.exp, names))
    base = arranged(e.base, names)
    number, plain = without_number(base) if e.base.is_Add and not counts(e.base) else (S.One, base)
    if number == 1 or not e.exp.is_Integer:
        return Power(base, arranged(e.exp, names))
    return scaled(Rational(number**e.exp), (Power(plain, arranged(e.exp, names)),), names)


@arranged.register(Sum)
def _(e: Sum, names: Names) -> Form:
    return _reduction("sum", e, names)


@arranged.register(MaxOver)
def _(e: MaxOver, names: Names) -> Form:
    return _reduction("max", e, names)


def _reduction(operator: Literal["sum", "max"], e: ExprWithLimits, names: Names) -> Reduction:
    """Sums directly inside a sum share one row of signs, the outermost first.

    The last limit of a SymPy sum is its outermost; those of a maximum stand in row-major order.
    """
    ordered = reversed(e.limits) if operator == "sum" else e.limits
    limits = tuple(Limit(*map(arrange_position, (*limit, limit[2] + 1))) for limit in ordered)
    body = arranged(e.function, names)
    if operator == "sum" and isinstance(body, Reduction) and body.operator == "sum":
        limits, body = limits + body.limits, body.body
    return Reduction(operator, limits, body)


@arranged.register(KroneckerDelta)
def _(e: KroneckerDelta, _: Names) -> Form:
    left, right = (arrange_position(cast("Expr", place)) for place in e.args)
    return Bracket(Relation((left, right), ("=",)))


@arranged.register(Box)
def _(e: Box, names: Names) -> Form:
    base = names.notation.index_base
    ends = (Number(base), arrange_position(e.place), arrange_position(e.extent))
    return Bracket(Relation(ends, ("<=", "<" if base == 0 else "<=")))


@arranged.register(LogSumExp)
def _(e: LogSumExp, names: Names) -> Form:
    """log sum_m exp(f(m))."""
    return Call("log", _reduction("sum", Sum(exp(e.function), *reversed(e.limits)), names))


@arranged.register(Equals)
def _(e: Equals, names: Names) -> Form:
    """The label counts from the same number as the indices."""
    place = arrange_position(e.place)
    return Bracket(Relation((place, arranged(e.label, names)), ("=",)))


@arranged.register(OneHot)
def _(e: OneHot, names: Names) -> Form:
    maximum = _reduction("max", e.maximum, names)
    return FirstMaximum(tuple(arrange_position(place) for place in e.position), maximum)


@arranged.register(Partial)
def _(e: Partial, names: Names) -> Form:
    return Derivative(arranged(e.of, names), arranged(e.by, names))


@arranged.register(Function)
def _(e: Function, names: Names) -> Form:
    (argument,) = e.args
    function = {exp: "exp", log: "log", absolute: "abs"}.get(e.func, e.func.__name__)
    return Call(function, arranged(argument, names))
