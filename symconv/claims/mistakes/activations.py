"""The derivative of an activation: left out, squared, or taken at the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Expr, Function, Mul, Sum
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import accesses, as_sum_of_products, gradient_kind, is_signal, tensor_of
from .mutation import mutation


@mutation(
    "missing_derivative",
    "the derivative of the activation is missing",
    rank=60,
    steps="pointwise derivative",
)
def derivative_missing(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d a'(z) becomes d."""
    split = split_activation(e, context)
    if split is not None:
        yield split[0]


@mutation(
    "derivative_at_output",
    "the derivative of the activation is taken at its output a; it belongs at the input z",
    rank=70,
    steps="pointwise derivative",
)
def derivative_at_output(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d a'(z) becomes d a'(a(z))."""
    split, forward = split_activation(e, context), _forward_activation(e, context)
    if split is None or forward is None:
        return
    value, function = forward
    if function is not None:
        yield split[0] * function(value).fdiff(1)


@mutation(
    "activation_twice",
    "the activation is applied twice: its derivative belongs there once",
    rank=80,
    steps="pointwise derivative",
)
def derivative_squared(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d a'(z) becomes d a'(z)^2."""
    split = split_activation(e, context)
    if split is not None:
        yield split[0] * split[1] ** 2


@mutation(
    "value_for_derivative",
    "the activation itself stands where its derivative belongs",
    rank=90,
    steps="pointwise derivative",
)
def value_for_derivative(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d a'(z) becomes d a(z)."""
    split, forward = split_activation(e, context), _forward_activation(e, context)
    if split is not None and forward is not None:
        yield split[0] * forward[0]


def split_activation(e: Equation, context: NetworkContext) -> tuple[Expr, Expr] | None:
    """The error signal and the derivative in an equation without a sum."""
    if gradient_kind(e, context) != "image":
        return None
    if isinstance(e.rhs, Add):
        return _split_terms(e, context)
    a = as_sum_of_products(e.rhs)
    if a is None or a.limits or len(a.factors) < 2:
        return None
    signals = [f for f in a.factors if isinstance(f, Indexed) and is_signal(f, context)]
    others = [f for f in a.factors if f not in signals]
    same = all(tuple(s.indices) == tuple(e.lhs.indices) for s in signals)
    values = [
        f
        for f in others
        if any(tensor_of(x, context).role in {"input", "value"} for x in accesses(f))
    ]
    if len(signals) != 1 or not same or not values:
        return None
    return signals[0], Mul(*others)


def _split_terms(e: Equation, context: NetworkContext) -> tuple[Expr, Expr] | None:
    """The same where every term has the error signal: 0.99 [z > 0] d + 0.01 d."""
    signals = [x for x in accesses(e.rhs) if is_signal(x, context)]
    if len(signals) != 1 or e.rhs.has(Sum) or signals[0].indices != e.lhs.indices:
        return None
    slope = Add(*(t / signals[0] for t in e.rhs.args))
    return None if slope.has(signals[0]) else (signals[0], slope)


def _forward_activation(
    e: Equation, context: NetworkContext
) -> tuple[Indexed, type[Function] | None] | None:
    """The forward value behind a pointwise derivative, and its function."""
    split = split_activation(e, context)
    if split is None:
        return None
    assert isinstance(split[0], Indexed)
    plain = tensor_of(split[0], context).name.plain.key
    forward = context.forward.equation(plain)
    if forward is None:
        return None
    value = Indexed(context.tensors[plain].base, *e.lhs.indices)
    function = type(forward.rhs) if isinstance(forward.rhs, Function) else None
    return value, function
