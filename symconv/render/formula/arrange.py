"""From a SymPy formula to its arrangement for display: one small rule for every node."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Literal, cast

from sympy import (
    Expr,
    Function,
    KroneckerDelta,
    NumberSymbol,
    Rational,
    S,
    Sum,
    Symbol,
    exp,
    fraction,
    log,
    sqrt,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.add import Add
from sympy.core.mul import Mul
from sympy.core.power import Pow
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import (
    Box,
    Equals,
    LogSumExp,
    MaxOver,
    NamedNumber,
    OneHot,
    Partial,
    absolute,
)
from symconv.core.tensor import Role, key_of
from symconv.core.tree import walk
from symconv.notation.index_letters import rebase

from .names import DisplayNames, display_entry, parse_symbol, tensor_name
from .order import (
    make_signed_quotient,
    order_terms,
    scale_factors,
    split_coefficient,
    split_factors,
)
from .positions import arrange_position
from .tree import (
    DisplayArgmax,
    DisplayBracket,
    DisplayCall,
    DisplayDerivative,
    DisplayLimit,
    DisplayNumber,
    DisplayPower,
    DisplayProduct,
    DisplayReduction,
    DisplayRelation,
    DisplaySum,
    DisplaySymbol,
    DisplayTree,
)
from .tree_helpers import make_quotient, negate, split_sign


def arrange(expression: Expr, names: DisplayNames) -> DisplayTree:
    """The formula in the notation of `names`, ready to be written in any markup."""
    return arrange_node(rebase(expression, names.notation.index_base), names)


@singledispatch
def arrange_node(e: Any, names: DisplayNames) -> DisplayTree:
    """One node of a formula whose indices already start where the notation says."""
    raise Unsupported(f"there is no way to print {type(e).__name__} ({names.notation.name})")


def is_index_expression(e: Expr) -> bool:
    """Whether an expression is made of indices, sizes and numbers alone, without roots."""
    # Most have an entry of a tensor, which is met at once.
    if e.has(Indexed, Function, Partial) or not all(s.is_integer for s in e.free_symbols):
        return False
    return not any(p.exp.is_Rational and not p.exp.is_Integer for p in e.atoms(Pow))


@arrange_node.register(Rational)
def _(e: Rational, _: DisplayNames) -> DisplayTree:
    number = make_quotient(DisplayNumber(abs(int(e.p))), DisplayNumber(int(e.q)))
    return negate(number) if e.is_negative else number


@arrange_node.register(NamedNumber)
def _(e: NamedNumber, _: DisplayNames) -> DisplayTree:
    return parse_symbol(e.name, entry=False)


@arrange_node.register(NumberSymbol)
def _(e: NumberSymbol, _: DisplayNames) -> DisplayTree:
    """pi, by its name."""
    return DisplaySymbol(str(e).lower())


@arrange_node.register(Symbol)
def _(e: Symbol, names: DisplayNames) -> DisplayTree:
    return parse_symbol(e.name, entry=not e.is_integer, cost=names.cost)


@arrange_node.register(Indexed)
def _(e: Indexed, names: DisplayNames) -> DisplayTree:
    key = key_of(e)
    name = tensor_name(key)
    given: Role = "cost" if key == names.cost else "value"
    role = names.roles.get(name.plain.key, given)
    scalar = role in {"cost", "parameter"} and e.base.shape == (1,)
    places = () if scalar else tuple(arrange_position(place, names.order) for place in e.indices)
    return display_entry(name, places, names)


@arrange_node.register(Add)
def _(e: Add, names: DisplayNames) -> DisplayTree:
    """c t + c u -> c (t + u): a number common to all terms stands once, in front."""
    if is_index_expression(e):
        return arrange_position(e, names.order)
    # SymPy multiplies 2 (t + u) out by itself; here the number is taken out again for the reader.
    content, primitive = e.primitive() if _one_denominator(e) else (S.One, e)
    if content != 1 and all(t.as_coeff_Mul()[0].is_negative for t in primitive.args):
        content, primitive = -content, -primitive
    total = DisplaySum(order_terms([split_sign(arrange_node(t, names)) for t in primitive.args]))
    return total if content == 1 else scale_factors(content, (total,), names)


def _one_denominator(e: Add) -> bool:
    """Whether every term has the same one: x/2 + y/2 is 1/2 (x + y), but 1/100 + x stays."""
    return len({Rational(t.as_coeff_Mul()[0]).q for t in e.args}) == 1


@arrange_node.register(Mul)
def _(e: Mul, names: DisplayNames) -> DisplayTree:
    """Number, sizes, errors, parameters, values, brackets, sums; divided by what divides.

    Roots of numbers stand under one sign: sqrt(2/pi).
    """
    if is_index_expression(e):
        return arrange_position(e, names.order)
    coefficient, below, rooted = Rational(1), S.One, S.One
    above: list[DisplayTree] = []
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if base.is_number and base.is_positive and exponent in {S.Half, -S.Half}:
            rooted *= base ** (2 * exponent)
        elif exponent.is_Rational and exponent.is_negative:
            below *= base**-exponent
        elif factor.is_Rational:
            coefficient *= factor
        else:
            number, form = split_coefficient(arrange_node(factor, names))
            coefficient, above = coefficient * number, [*above, *split_factors(form)]
    if fraction(rooted)[0] != 1:
        above.append(DisplayCall("sqrt", arrange_node(rooted, names)))
    else:
        below /= sqrt(rooted)
    under = arrange_node(below, names)
    if is_index_expression(below) or below.is_number:
        return scale_factors(coefficient, tuple(above), names, under)
    # What a factor stands in front of is read as a whole: g/s (n d - sum d), not (g (..))/s.
    sums = [f for f in above if isinstance(f, DisplaySum) and any(walk(f, DisplayReduction))]
    if len(sums) == 1 and coefficient > 0:
        others = tuple(f for f in above if f is not sums[0])
        front = make_quotient(scale_factors(coefficient, others, names), under)
        return DisplayProduct((front, sums[0]))
    return make_signed_quotient(scale_factors(coefficient, tuple(above), names), under)


@arrange_node.register(Pow)
def _(e: Pow, names: DisplayNames) -> DisplayTree:
    if e.exp.is_Rational and e.exp.is_negative:
        return make_quotient(DisplayNumber(1), arrange_node(e.base**-e.exp, names))
    base = arrange_node(e.base, names)
    if e.exp == S.Half:
        return DisplayCall("sqrt", base)
    number, plain = (
        split_coefficient(base)
        if e.base.is_Add and not is_index_expression(e.base)
        else (S.One, base)
    )
    if number == 1 or not e.exp.is_Integer:
        return DisplayPower(base, arrange_node(e.exp, names))
    return scale_factors(
        Rational(number**e.exp), (DisplayPower(plain, arrange_node(e.exp, names)),), names
    )


@arrange_node.register(Sum)
def _(e: Sum, names: DisplayNames) -> DisplayTree:
    return _arrange_reduction("sum", e, names)


@arrange_node.register(MaxOver)
def _(e: MaxOver, names: DisplayNames) -> DisplayTree:
    return _arrange_reduction("max", e, names)


def _arrange_reduction(
    operator: Literal["sum", "max"], e: ExprWithLimits, names: DisplayNames
) -> DisplayReduction:
    """Sums directly inside a sum share one row of signs, the outermost first.

    The last limit of a SymPy sum is its outermost; those of a maximum stand in row-major order.
    """
    # A sum may be written in any order of its signs; a maximum's order is its tie rule.
    ordered = reversed(e.limits) if operator == "sum" else e.limits
    limits = tuple(
        DisplayLimit(*(arrange_position(part, names.order) for part in (*limit, limit[2] + 1)))
        for limit in ordered
    )
    body = arrange_node(e.function, names)
    if operator == "sum" and isinstance(body, DisplayReduction) and body.operator == "sum":
        limits, body = limits + body.limits, body.body
    return DisplayReduction(operator, limits, body)


@arrange_node.register(KroneckerDelta)
def _(e: KroneckerDelta, names: DisplayNames) -> DisplayTree:
    left, right = (arrange_position(cast("Expr", place), names.order) for place in e.args)
    return DisplayBracket(DisplayRelation((left, right), ("=",)))


@arrange_node.register(Box)
def _(e: Box, names: DisplayNames) -> DisplayTree:
    base = names.notation.index_base
    ends = (DisplayNumber(base), arrange_position(e.place, names.order), arrange_position(e.extent))
    return DisplayBracket(DisplayRelation(ends, ("<=", "<" if base == 0 else "<=")))


@arrange_node.register(LogSumExp)
def _(e: LogSumExp, names: DisplayNames) -> DisplayTree:
    """log sum_m exp(f(m))."""
    return DisplayCall(
        "log", _arrange_reduction("sum", Sum(exp(e.function), *reversed(e.limits)), names)
    )


@arrange_node.register(Equals)
def _(e: Equals, names: DisplayNames) -> DisplayTree:
    """The label counts from the same number as the indices; a class by its number stands behind."""
    sides = (arrange_position(e.place, names.order), arrange_node(e.label, names))
    return DisplayBracket(DisplayRelation(sides[::-1] if e.place.is_number else sides, ("=",)))


@arrange_node.register(OneHot)
def _(e: OneHot, names: DisplayNames) -> DisplayTree:
    maximum = _arrange_reduction("max", e.maximum, names)
    places = tuple(arrange_position(place, names.order) for place in e.position)
    return DisplayArgmax(places, maximum)


@arrange_node.register(Partial)
def _(e: Partial, names: DisplayNames) -> DisplayTree:
    return DisplayDerivative(arrange_node(e.of, names), arrange_node(e.by, names))


@arrange_node.register(Function)
def _(e: Function, names: DisplayNames) -> DisplayTree:
    (argument,) = e.args
    function = {exp: "exp", log: "log", absolute: "abs"}.get(e.func, e.func.__name__)
    return DisplayCall(function, arrange_node(argument, names))
