"""The derivative of an activation: left out, squared, or taken at the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Function, Mul
from sympy.tensor.indexed import Indexed

from symconv.claims.model.facts import Facts
from symconv.core.equation import Equation

from .record import broken
from .shapes import accesses, anatomy, is_signal, of_kind, tensor_of


@broken(
    "missing_derivative",
    "the derivative of the activation is missing",
    rank=60,
    steps="pointwise derivative",
)
def derivative_missing(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d."""
    split = pointwise(e, facts)
    if split is not None:
        yield split[0]


@broken(
    "derivative_at_output",
    "the derivative of the activation is taken at its output a; it belongs at the input z",
    rank=70,
    steps="pointwise derivative",
)
def derivative_at_output(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d a'(a(z))."""
    split, forward = pointwise(e, facts), _activation(e, facts)
    if split is None or forward is None:
        return
    value, function = forward
    if function is not None:
        yield split[0] * function(value).fdiff(1)


@broken(
    "activation_twice",
    "the activation is applied twice: its derivative belongs there once",
    rank=80,
    steps="pointwise derivative",
)
def derivative_squared(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d a'(z)^2."""
    split = pointwise(e, facts)
    if split is not None:
        yield split[0] * split[1] ** 2


@broken(
    "value_for_derivative",
    "the activation itself stands where its derivative belongs",
    rank=90,
    steps="pointwise derivative",
)
def value_for_derivative(e: Equation, facts: Facts) -> Iterator[Expr]:
    """d a'(z) becomes d a(z)."""
    split, forward = pointwise(e, facts), _activation(e, facts)
    if split is not None and forward is not None:
        yield split[0] * forward[0]


def pointwise(e: Equation, facts: Facts) -> tuple[Expr, Expr] | None:
    """The error signal and the derivative in an equation without a sum."""
    a = anatomy(e.rhs)
    if a is None or a.limits or len(a.factors) < 2 or of_kind(e, facts) != "image":
        return None
    signals = [f for f in a.factors if isinstance(f, Indexed) and is_signal(f, facts)]
    others = [f for f in a.factors if f not in signals]
    same = all(tuple(s.indices) == tuple(e.lhs.indices) for s in signals)
    values = [f for f in others if any(tensor_of(x, facts).role == "value" for x in accesses(f))]
    if len(signals) != 1 or not same or not values:
        return None
    return signals[0], Mul(*others)


def _activation(e: Equation, facts: Facts) -> tuple[Indexed, type[Function] | None] | None:
    """The forward value behind a pointwise derivative, and its function."""
    split = pointwise(e, facts)
    if split is None:
        return None
    assert isinstance(split[0], Indexed)
    plain = tensor_of(split[0], facts).name.plain.key
    forward = facts.forward.equation(plain)
    if forward is None:
        return None
    value = Indexed(facts.tensors[plain].base, *e.lhs.indices)
    function = type(forward.rhs) if isinstance(forward.rhs, Function) else None
    return value, function
