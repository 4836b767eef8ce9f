"""From a formula to an array: functions, powers, sums of products; one small rule a kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import MappingProxyType
from typing import cast

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    S,
    Sum,
    Symbol,
    cos,
    exp,
    log,
    sign,
    sin,
    tanh,
)
from sympy.tensor.indexed import Indexed

from symconv.core.errors import Unsupported
from symconv.core.nodes import (
    Box,
    Equals,
    LogSumExp,
    MaxOver,
    OneHot,
    absolute,
    erf,
    larger,
    only_where,
    relu,
    sigmoid,
    smaller,
    softplus,
    step,
)

from .affine import affine_form
from .builder import ProgramBuilder
from .correlation import lower_correlation
from .einsum_terms import (
    EinsumTerm,
    distribute_term,
    is_coefficient,
    open_term,
    split_off_independent,
)
from .gather import read_access
from .ir import ApplyFunction, Arange, Arithmetic, Array, Choose, Comparison, Scalar
from .iverson_brackets import lower_box, lower_delta, lower_label_bracket
from .labels import add_labelled, find_label_bracket, take_labelled
from .log_softmax import lower_exponential, lower_log_softmax
from .maximum import lower_one_hot, lower_reduction
from .named_array import NamedArray, add_arrays, broadcast_to_axes, merge_axes, scale_array
from .products import compare_with_zero, contract_factors, is_boolean, scale_to_mean
from .scatter import ScatterTarget, scatter_add
from .solve_brackets import solve_brackets

NAMES = MappingProxyType(
    {
        relu: "relu",
        step: "step",
        sigmoid: "sigmoid",
        softplus: "softplus",
        absolute: "absolute",
        Abs: "absolute",
        sign: "sign",
        tanh: "tanh",
        exp: "exp",
        log: "log",
        sin: "sin",
        cos: "cos",
        erf: "erf",
    }
)


def function_name(expression: Function) -> str:
    """The name of the function of an expression; refused where it is not known."""
    if type(expression) not in NAMES:
        name = type(expression).__name__
        raise Unsupported(f"no array form is known for the function {name}: {expression}")
    return NAMES[type(expression)]


def lower_expression(bench: ProgramBuilder, expression: Expr) -> NamedArray:  # noqa: PLR0911 - one per kind
    """The array of a formula, with one axis per index that it depends on."""
    if is_coefficient(bench, expression):
        return NamedArray(Scalar(expression), ())
    match expression:
        case Symbol():
            return NamedArray(Arange(bench.extents[expression]), (expression,))
        case Indexed():
            return read_access(bench, expression)
        case Add():
            return _lower_addition(bench, expression)
        case Mul() | Sum() | KroneckerDelta() | Box() | Equals():
            return lower_sum(bench, expression, lower_expression)
        case Pow():
            return _lower_power(bench, expression)
        case MaxOver() | LogSumExp():
            return lower_reduction(bench, expression, lower_expression)
        case OneHot():
            return lower_one_hot(bench, expression, lower_expression)
        case Function():
            return _lower_function(bench, expression)
    raise Unsupported(f"no array form is known for {type(expression).__name__}: {expression}")


def _lower_function(bench: ProgramBuilder, expression: Function) -> NamedArray:
    """f(x), entry by entry."""
    if isinstance(expression, larger | smaller):
        return _lower_extreme(bench, expression)
    if isinstance(expression, only_where):
        return _lower_only_where(bench, expression)
    (argument,) = expression.args
    name, inner = function_name(expression), lower_expression(bench, cast("Expr", argument))
    if name == "exp":
        return lower_exponential(inner)
    return NamedArray(ApplyFunction(name, inner.array), inner.axes)


def _lower_extreme(bench: ProgramBuilder, expression: Function) -> NamedArray:
    """max(a, b) or min(a, b), entry by entry."""
    parts = tuple(lower_expression(bench, cast("Expr", a)) for a in expression.args)
    axes = merge_axes(parts, bench.extents)
    arrays = tuple(broadcast_to_axes(p, axes) for p in parts)
    return NamedArray(Arithmetic("max" if isinstance(expression, larger) else "min", arrays), axes)


def _lower_only_where(bench: ProgramBuilder, expression: Function) -> NamedArray:
    """f where w is not 0, else -infinity; brackets in w are truth values as they are."""
    f, w = (cast("Expr", a) for a in expression.args)
    inner = lower_expression(bench, f)
    shut = Scalar(S.Zero)
    for factor in _lower_factors(bench, tuple(Mul.make_args(w)), lower_expression):
        open_ = factor.array
        if isinstance(open_, ApplyFunction) and open_.function == "step":
            open_ = compare_with_zero(bench, open_.source)
        elif not is_boolean(bench, open_):
            open_ = Comparison("!=", open_, shut)
        parts = NamedArray(open_, factor.axes), inner
        axes = merge_axes(parts, bench.extents)
        condition, source = (broadcast_to_axes(p, axes) for p in parts)
        inner = NamedArray(Choose(condition, source, "lowest"), axes)
    return inner


def _lower_negative_part(bench: ProgramBuilder, expression: Expr) -> NamedArray:
    """The negative of relu(u), which for u = -x is min(x, 0)."""
    (inside,) = cast("tuple[Expr, ...]", expression.args)
    if not inside.could_extract_minus_sign():
        return scale_array(_lower_function(bench, cast("Function", expression)), S.NegativeOne)
    inner = lower_expression(bench, -inside)
    return NamedArray(ApplyFunction("negative_part", inner.array), inner.axes)


def _lower_addition(bench: ProgramBuilder, expression: Add) -> NamedArray:
    """a + b, with a number taken out that all of them have: 2 o - 2 y is 2 (o - y)."""
    # SymPy multiplies 2 (o - y) out by itself; undone here, it is one operation fewer over the
    # array.
    numbers = {abs(a.as_coeff_Mul()[0]) for a in expression.args}
    if len(numbers) == 1 and numbers != {S.One}:
        (common,) = numbers
        return scale_array(
            lower_expression(bench, Add(*(a / common for a in expression.args))), common
        )
    # x - logsumexp(x) is recognised as a whole: as two arrays a large x would lose its digits,
    # shifted by the maximum first it does not.
    normalised, addends = lower_log_softmax(bench, expression)
    if normalised is not None:
        rest = tuple(lower_expression(bench, a) for a in addends)
        return add_arrays((normalised, *rest), bench.extents)
    # logsumexp(x) - x is the negative of one.
    normalised, addends = lower_log_softmax(bench, cast("Add", Add(*(-a for a in expression.args))))
    if normalised is not None:
        rest = tuple(lower_expression(bench, -a) for a in addends)
        return add_arrays((*rest, scale_array(normalised, S.NegativeOne)), bench.extents)
    parts = [(a, lower_expression(bench, a)) for a in _fold_signs(expression)]
    # Positive addends first, so that the text is a - b and not -b + a; among them the one with most
    # axes, whose order the others follow.
    parts.sort(key=lambda p: (p[0].could_extract_minus_sign(), -len(p[1].axes)))
    return add_arrays(tuple(p for _, p in parts), bench.extents)


def _fold_signs(expression: Add) -> tuple[Expr, ...]:
    """The addends, with [x > 0] - [-x > 0] as the sign of x."""
    addends = list(expression.args)
    for a in expression.args:
        # The derivative of |x|, as `absolute` states it.
        if isinstance(a, step) and -step(-a.args[0]) in addends and a in addends:
            addends.remove(a)
            addends.remove(-step(-a.args[0]))
            addends.append(sign(a.args[0]))
    return tuple(addends)


def _lower_power(bench: ProgramBuilder, expression: Pow) -> NamedArray:
    """base ** exponent; a negative exponent divides, 1/2 is a square root."""
    base, exponent = expression.args
    # Never `x ** -1`: NumPy refuses negative powers of integers, and a division is faster.
    if exponent.could_extract_minus_sign():
        below = lower_expression(bench, Pow(base, -exponent))
        return NamedArray(Arithmetic("/", (Scalar(S.One), below.array)), below.axes)
    if exponent == Rational(1, 2):
        inner = lower_expression(bench, base)
        return NamedArray(ApplyFunction("sqrt", inner.array), inner.axes)
    parts = (lower_expression(bench, base), lower_expression(bench, exponent))
    axes = merge_axes(parts, bench.extents)
    arrays: tuple[Array, ...] = tuple(broadcast_to_axes(p, axes) for p in parts)
    return NamedArray(Arithmetic("**", arrays), axes)


Value = Callable[[ProgramBuilder, Expr], NamedArray]


def lower_sum(bench: ProgramBuilder, expression: Expr, value: Value) -> NamedArray:
    """The array of a sum of products, whose factors may be brackets."""
    if isinstance(-expression, relu):
        return _lower_negative_part(bench, -expression)
    term = open_term(bench, expression)
    found = lower_correlation(bench, term) if bench.correlates else None
    return _lower_addends(bench, term, value) if found is None else found


def _lower_addends(bench: ProgramBuilder, term: EinsumTerm, value: Value) -> NamedArray:
    term = solve_brackets(bench, term)
    addends = distribute_term(bench, term)
    if len(addends) == 1:
        return _lower_term(bench, term, value)
    return add_arrays(tuple(_lower_addends(bench, a, value) for a in addends), bench.extents)


def _lower_term(bench: ProgramBuilder, term: EinsumTerm, value: Value) -> NamedArray:
    """One term: factors without bound indices stand in front of the sum."""
    outside, inside = split_off_independent(term)
    inner = _lower_contraction(bench, inside, value)
    if not outside:
        return inner
    factors = (*_lower_factors(bench, outside, value), inner)
    return contract_factors(bench, factors, tuple(bench.extents))


def _lower_contraction(bench: ProgramBuilder, term: EinsumTerm, value: Value) -> NamedArray:
    lower = partial(_lower_factors, value=value)
    bracket = find_label_bracket(bench, term)
    if bracket is not None:
        added = add_labelled(bench, term, bracket, lower)
        if added is not None:
            return added
        taken = take_labelled(bench, term, bracket, lower)
        if taken is not None:
            return _contract(bench, *taken)
    return _contract(bench, term, lower(bench, term.factors))


def _contract(
    bench: ProgramBuilder, term: EinsumTerm, factors: tuple[NamedArray, ...]
) -> NamedArray:
    """The sum of the product of the factors of a term."""
    met = {v for f in factors for v in f.axes}
    kept = {v for _, e in term.places for v in e.free_symbols}
    # A sum over an index that no factor has is that factor times the number of its values.
    idle = [v for v in term.bound if v not in met | kept]
    coefficient = Mul(term.coefficient, *(bench.extents[v] for v in idle))
    if not term.places:
        out = tuple(v for v in bench.extents if v not in term.bound)
        summed = tuple(v for v in term.bound if v not in idle)
        return scale_to_mean(bench, contract_factors(bench, factors, out), coefficient, summed)
    return scatter_add(bench, factors, coefficient, _scatter_targets(bench, term, met))


def _scatter_targets(
    bench: ProgramBuilder, term: EinsumTerm, met: set[Symbol]
) -> tuple[ScatterTarget, ...]:
    """Every index of the result with the place that is written along its axis."""
    places = dict(term.places)
    free = bench.order((met - set(term.bound)) | set(places))
    return tuple(
        ScatterTarget(v, bench.extents[v], affine_form(places.get(v, v), bench.extents))
        for v in free
    )


def _lower_factors(
    bench: ProgramBuilder, factors: Sequence[Expr], value: Value
) -> tuple[NamedArray, ...]:
    found = []
    for factor in factors:
        if isinstance(factor, KroneckerDelta):
            array: NamedArray | None = lower_delta(bench, factor)
        elif isinstance(factor, Box):
            array = lower_box(bench, factor)
        elif isinstance(factor, Equals):
            array = lower_label_bracket(bench, factor)
        else:
            array = value(bench, factor)
        if array is not None:
            found.append(array)
    return tuple(found)
