"""Softmax, in which every output depends on every input."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Expr, Sum

from symconv.claims.model.context import NetworkContext
from symconv.core.equation import Equation

from .equation_parts import has_signal
from .mutation import mutation


@mutation(
    "softmax_diagonal",
    "softmax needs its off-diagonal terms, too: every output depends on every input",
    rank=280,
    steps="log-sum-exp",
)
def diagonal_only(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """y_i (d_i - sum_k d_k y_k) becomes y_i (1 - y_i) d_i."""
    if not isinstance(e.rhs, Add):
        return
    table = {}
    for total in sorted(e.rhs.atoms(Sum), key=str):
        own = total.variables[-1]
        if len(total.variables) == 1 and has_signal(total.function, context):
            table[total] = total.function.xreplace({own: e.lhs.indices[-1]})
    if table:
        yield e.rhs.xreplace(table)


@mutation(
    "softmax_coupling",
    "the sum over the other outputs of softmax is missing",
    rank=290,
    steps="log-sum-exp",
)
def coupling_missing(e: Equation, context: NetworkContext) -> Iterator[Expr]:
    """y_i (d_i - sum_k d_k y_k) becomes y_i d_i."""
    if isinstance(e.rhs, Add):
        kept = [t for t in e.rhs.args if not (t.has(Sum) and has_signal(t, context))]
        if kept and len(kept) < len(e.rhs.args):
            yield Add(*kept)
