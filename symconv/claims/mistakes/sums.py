"""Sums that are torn apart or left out."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Integer, Mul, Sum
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import as_sum_of_products, axis_kind, gradient_kind, has_signal
from .mutation import mutation


@mutation(
    "product_of_sums",
    "a product of two sums stands where a sum of products belongs: every output has its own pair "
    "of factors, and pairs of different outputs do not meet",
    rank=10,
    steps="exchange of sums, chain rule",
)
def product_of_sums(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """sum_k d_k x_k becomes (sum_k d_k) (sum_k x_k)."""
    a = as_sum_of_products(e.rhs)
    if a is None or not a.limits:
        return
    signals = [f for f in a.factors if f.has(Indexed) and has_signal(f, context)]
    others = [f for f in a.factors if f not in signals]
    if signals and any(o.has(Indexed) for o in others):
        yield Mul(*a.outer, Sum(Mul(*signals), *a.limits), Sum(Mul(*others), *a.limits))


def _drop_sum(e: Equation, context: NetworkContext, wanted: str) -> Iterator[Expr]:
    """The sum over indices of one kind replaced by its first, or its last, term."""
    a = as_sum_of_products(e.rhs)
    if a is None or not a.limits:
        return
    groups = [[x] for x in a.limits if axis_kind(x[0], a, context) == wanted]
    if wanted == "space" and len(groups) > 1:
        groups = [[g[0] for g in groups]]
    for group in groups:
        for end in (1, 2):
            table = {limit[0]: limit[end] for limit in group}
            rest = tuple(x for x in a.limits if x not in group)
            body = Mul(*a.factors).xreplace(table)
            yield Mul(*a.outer, Sum(body, *rest) if rest else body)


@mutation(
    "missing_batch_sum",
    "the sum over the batch is missing: every sample adds to the gradient",
    rank=120,
    steps="chain rule",
)
def one_sample(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The sum over the batch becomes one sample."""
    yield from _drop_sum(e, context, "batch")


@mutation(
    "bias_not_summed",
    "one bias serves all positions, so its gradient is the sum of the error signals of all of them",
    rank=130,
    steps="chain rule, sifting",
)
def bias_not_summed(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """dC/db = sum d becomes d at one position."""
    if gradient_kind(e, context) == "bias":
        yield from _drop_sum(e, context, "space")


@mutation(
    "missing_channel_sum",
    "the sum over the channels (or units) is missing: only one of them counts",
    rank=140,
    steps="chain rule",
)
def one_channel(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The sum over channels or units becomes one of them."""
    yield from _drop_sum(e, context, "channel")


@mutation(
    "one_output_only",
    "only one output position is counted, and the others depend on it, too",
    rank=150,
    steps="chain rule",
)
def one_position(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """The sum over positions becomes one of its terms."""
    if gradient_kind(e, context) != "bias":
        yield from _drop_sum(e, context, "space")


@mutation(
    "weight_sharing",
    "the weights of a kernel are shared by all positions: each of them gets a gradient as soon as "
    "any output has an error",
    rank=145,
    steps="chain rule",
)
def no_gradient(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """dC/dw becomes 0."""
    if gradient_kind(e, context) == "kernel":
        yield Integer(0)
