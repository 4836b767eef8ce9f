"""From a formula to an array: one small rule per kind of node."""

from __future__ import annotations

from typing import cast

from sympy import Add, Expr, Function, KroneckerDelta, Mul, Pow, Rational, S, Sum, Symbol, sign
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import Box, Equals, LogSumExp, MaxOver, OneHot, step

from .access import read
from .arithmetic import Apply, Arithmetic
from .builder import Workbench
from .functions import named
from .labelled_array import Labelled, scaled, spread, total, union
from .leaves import Counter, Number
from .maximum import one_hot, reduced
from .program import Array
from .softmax import exponential, log_softmax
from .sums import summed
from .terms import is_coefficient


def value(bench: Workbench, expression: Expr) -> Labelled:  # noqa: PLR0911 - one per kind
    """The array of a formula, with one axis per index that it depends on."""
    if is_coefficient(bench, expression):
        return Labelled(Number(expression), ())
    match expression:
        case Symbol():
            return Labelled(Counter(bench.extents[expression]), (expression,))
        case Indexed():
            return read(bench, expression)
        case Add():
            return _sum_of_terms(bench, expression)
        case Mul() | Sum() | KroneckerDelta() | Box() | Equals():
            return summed(bench, expression, value)
        case Pow():
            return _power(bench, expression)
        case MaxOver() | LogSumExp():
            return reduced(bench, expression, value)
        case OneHot():
            return one_hot(bench, expression, value)
        case Function():
            return _applied(bench, expression)
    raise Unsupported(f"no array form is known for {type(expression).__name__}: {expression}")


def _applied(bench: Workbench, expression: Function) -> Labelled:
    """f(x), entry by entry."""
    (argument,) = expression.args
    name, inner = named(expression), value(bench, cast("Expr", argument))
    if name == "exp":
        return exponential(inner)
    return Labelled(Apply(name, inner.array), inner.axes)


def _sum_of_terms(bench: Workbench, expression: Add) -> Labelled:
    """a + b, with a number taken out that all of them have: 2 o - 2 y is 2 (o - y)."""
    numbers = {abs(a.as_coeff_Mul()[0]) for a in expression.args}
    if len(numbers) == 1 and numbers != {S.One}:
        (common,) = numbers
        return scaled(value(bench, Add(*(a / common for a in expression.args))), common)
    normalised, addends = log_softmax(bench, expression)
    if normalised is not None:
        rest = tuple(value(bench, a) for a in addends)
        return total((normalised, *rest), bench.extents)
    parts = [(a, value(bench, a)) for a in _signs(expression)]
    parts.sort(key=lambda p: (p[0].could_extract_minus_sign(), -len(p[1].axes)))
    return total(tuple(p for _, p in parts), bench.extents)


def _signs(expression: Add) -> tuple[Expr, ...]:
    """The addends, with [x > 0] - [-x > 0] as the sign of x."""
    addends = list(expression.args)
    for a in expression.args:
        if isinstance(a, step) and -step(-a.args[0]) in addends and a in addends:
            addends.remove(a)
            addends.remove(-step(-a.args[0]))
            addends.append(sign(a.args[0]))
    return tuple(addends)


def _power(bench: Workbench, expression: Pow) -> Labelled:
    """base ** exponent; a negative exponent divides, 1/2 is a square root."""
    base, exponent = expression.args
    if exponent.could_extract_minus_sign():
        below = value(bench, Pow(base, -exponent))
        return Labelled(Arithmetic("/", (Number(S.One), below.array)), below.axes)
    if exponent == Rational(1, 2):
        inner = value(bench, base)
        return Labelled(Apply("sqrt", inner.array), inner.axes)
    parts = (value(bench, base), value(bench, exponent))
    axes = union(parts, bench.extents)
    arrays: tuple[Array, ...] = tuple(spread(p, axes) for p in parts)
    return Labelled(Arithmetic("**", arrays), axes)
