"""Factors of the chain rule: one forgotten, or one too many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Add, Expr, Function, Mul
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation
from symconv.core.nodes import sigmoid, step
from symconv.core.tensor import key_of

from .activations import split_activation
from .equation_parts import accesses, as_sum_of_products, has_signal, is_signal, tensor_of
from .mutation import mutation

INPUTS = {"input", "parameter", "value"}


@mutation(
    "chain_factor_missing",
    "a factor of the chain rule is missing: what comes from above has to be multiplied by the "
    "derivative of this step, which is the weight, or the input",
    rank=65,
    steps="chain rule, derivative of an entry",
)
def chain_factor_missing(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """sum d w becomes sum d, and sum d x becomes sum d."""
    a = as_sum_of_products(e.rhs)
    if a is None or not any(has_signal(f, context) for f in a.factors):
        return
    for factor in a.factors:
        if isinstance(factor, Indexed) and tensor_of(factor, context).role in INPUTS:
            yield replace(a, factors=tuple(f for f in a.factors if f is not factor)).rebuilt()


@mutation(
    "derivative_too_many",
    "a derivative too many: no activation stands between these two values, or the cost has taken "
    "its derivative away",
    rank=85,
    steps="pointwise derivative, chain rule",
)
def derivative_too_many(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d becomes d a'(z) where there is no a; x = a(z) becomes a'(z) in dC/dw."""
    result = tensor_of(e.lhs, context)
    plain = context.tensors.get(result.name.plain.key)
    if plain is None:
        return
    if plain.role == "parameter":
        yield from _activations_for_values(e, context)
    elif plain.role == "value" and split_activation(e, context) is None:
        z = Indexed(plain.base, *e.lhs.indices)
        for p in (*_outputs(e.rhs, context), sigmoid(z), z):
            yield e.rhs * p * (1 - p)
        yield e.rhs * (1 - z**2)
        yield e.rhs * step(z)


def _outputs(rhs: Expr, context: NetworkContext) -> Iterator[Expr]:
    """The probabilities of which a cost subtracts its targets."""
    for node in (x for term in Add.make_args(rhs) for x in Mul.make_args(term)):
        targets = any(tensor_of(x, context).role == "target" for x in accesses(node))
        if isinstance(node, Function) and not targets:
            yield node


def _activations_for_values(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The equation with the derivative of an activation in the place of its output."""
    for x in accesses(e.rhs):
        forward = context.forward.equation(key_of(x))
        if forward is None or not isinstance(forward.rhs, Function):
            continue
        places = dict(zip(forward.lhs.indices, x.indices, strict=True))
        yield e.rhs.xreplace({x: forward.rhs.fdiff(1).xreplace(places)})


@mutation(
    "gradient_masked",
    "the mask is taken from the sign of the gradient; a relu lets the gradient pass where its "
    "input is positive",
    rank=75,
    steps="pointwise derivative",
)
def gradient_masked(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d [z > 0] becomes d [d > 0], or d [z > 0] [d > 0]."""
    signals = [x for x in accesses(e.rhs) if is_signal(x, context)]
    switches = e.rhs.atoms(step)
    if len(signals) == 1 and len(switches) == 1:
        (switch,) = switches
        # The sign of 2 (a - t) is that of a - t, which is what a claim may write.
        above = context.equation(key_of(signals[0]))
        content = above.rhs.as_content_primitive()[0] if above is not None else 1
        for sign in dict.fromkeys((signals[0], signals[0] / content)):
            for new in (step(sign), switch * step(sign)):
                yield e.rhs.xreplace({switch: new})
