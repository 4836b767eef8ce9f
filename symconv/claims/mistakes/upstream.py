"""What comes from above: forgotten, added instead of multiplied, or only a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Add, Expr, Integer, Mul, Pow, Sum
from sympy.tensor.indexed import Indexed

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation
from symconv.core.nodes import LogSumExp
from symconv.core.tensor import key_of

from .equation_parts import accesses, as_sum_of_products, has_signal, is_signal, tensor_of
from .mutation import mutation

NORMS = {"batchnorm", "groupnorm", "instancenorm", "layernorm", "rmsnorm"}
"""The layers that divide by a statistic of their input, by their keywords."""


@mutation(
    "upstream_added",
    "what comes from above is added; the chain rule multiplies",
    rank=100,
    steps="chain rule",
)
def upstream_added(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """sum d f becomes sum (d + f)."""
    a = as_sum_of_products(e.rhs)
    if a is None:
        return
    signals = [f for f in a.factors if isinstance(f, Indexed) and is_signal(f, context)]
    others = [f for f in a.factors if f not in signals]
    if len(signals) == 1 and any(f.has(Indexed) for f in others):
        yield replace(a, factors=(signals[0] + Mul(*others),)).rebuilt()


@mutation(
    "upstream_forgotten",
    "what comes from above is missing: each term still has to be multiplied by dC/d(its output)",
    rank=110,
    steps="chain rule",
)
def upstream_forgotten(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """d f becomes f."""
    signals = [x for x in accesses(e.rhs) if is_signal(x, context)]
    if signals and any(x not in signals for x in accesses(e.rhs)):
        yield e.rhs.xreplace(dict.fromkeys(signals, Integer(1)))


@mutation(
    "statistics_constant",
    "the mean and the variance are treated as constants, and they depend on the input, too",
    rank=4,
    steps="chain rule",
)
def statistics_constant(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """dC/dx = d/s + (what goes through mean and variance) becomes d/s."""
    if isinstance(e.rhs, Add) and any(q.kind in NORMS for q in context.forward.equations):
        kept = [t for t in e.rhs.args if not _through_statistic(t, e, context)]
        if kept and len(kept) < len(e.rhs.args) and any(has_signal(t, context) for t in kept):
            yield Add(*kept)


def _through_statistic(term: Expr, e: Equation, context: NetworkContext) -> bool:
    """Whether a term comes from above through an array of fewer axes, such as a mean."""
    axes = len(e.lhs.indices)
    signals = [x for x in accesses(term) if is_signal(x, context)]
    return bool(signals) and all(len(tensor_of(x, context).shape) < axes for x in signals)


@mutation(
    "mean_term_missing",
    "the part that goes through the mean is missing: the mean depends on every input, too",
    rank=5,
    steps="chain rule",
)
def mean_term_missing(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """dC/dx without the term with dC/d(mean), or dC/d(mean) without its sum."""
    if any(q.kind in NORMS for q in context.forward.equations):
        yield from _without_statistic(e, context, squares=False)


@mutation(
    "variance_term_missing",
    "the part that goes through the variance is missing: the variance depends on every input, too",
    rank=6,
    steps="chain rule",
)
def variance_term_missing(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """dC/dx without the term with dC/d(variance)."""
    if any(q.kind in NORMS for q in context.forward.equations):
        yield from _without_statistic(e, context, squares=True)


def _without_statistic(e: Equation, context: NetworkContext, *, squares: bool) -> Iterator[Expr]:
    """An equation without its terms through a mean, or through a mean of squares."""
    if not isinstance(e.rhs, Add):
        return

    def through(term: Expr) -> bool:
        signals = [x for x in accesses(term) if is_signal(x, context)]
        keys = {tensor_of(x, context).name.plain.key for x in signals}
        statistics = [q for k in keys if (q := context.forward.equation(k)) is not None]
        return _through_statistic(term, e, context) and any(
            q.kind in NORMS and q.rhs.has(Sum) and _has_square(q.rhs) == squares for q in statistics
        )

    kept = [t for t in e.rhs.args if not through(t)]
    if kept and len(kept) < len(e.rhs.args):
        yield Add(*kept)


def _has_square(e: Expr) -> bool:
    return any(p.exp == 2 for p in e.atoms(Pow))


@mutation(
    "branch_missing",
    "the value is used more than once, and not every use is counted",
    rank=310,
    steps="chain rule",
)
def branch_missing(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """A value that is used twice gets only one of its contributions."""
    if isinstance(e.rhs, Add) and _is_used_twice(e, context):
        for n, term in enumerate(e.rhs.args):
            if has_signal(term, context):
                yield Add(*(t for k, t in enumerate(e.rhs.args) if k != n))


def _is_used_twice(e: Equation, context: NetworkContext) -> bool:
    """Whether several equations read what is differentiated by, or one of them several entries."""
    plain = tensor_of(e.lhs, context).name.plain.key
    uses = [
        x
        for q in context.forward.equations
        if not q.rhs.has(LogSumExp)
        for x in accesses(q.rhs)
        if key_of(x) == plain
    ]
    return len(uses) > 1
