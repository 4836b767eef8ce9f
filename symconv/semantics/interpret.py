"""A formula as a Python function of the values of its free indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sympy import Expr, Symbol

from . import accesses, arithmetic, derivatives, maxima, sums
from .index_arithmetic import Place, Sizes
from .node_compiler import EvaluationScope, Table, Writers, compile_formula
from .protocol import Algebra, Scalar

NODES = (accesses, arithmetic, derivatives, maxima, sums)
"""The modules that state the meaning of the nodes; importing them is what registers it."""


def interpret(  # noqa: PLR0913 - a meaning depends on exactly these
    e: Expr,
    indices: Sequence[Symbol],
    sizes: Sizes,
    tables: Mapping[str, Table],
    algebra: Algebra,
    *,
    equations: Writers = MappingProxyType({}),
) -> Callable[[Place], Scalar]:
    """The value of `e` as a function of the values of its free `indices`.

    `tables` hold the entries of every tensor that e reads, `equations` (by what they compute)
    what a `Partial` of a computed entry stands for.
    """
    scope = EvaluationScope(sizes, tables, algebra, equations).bind(indices)
    evaluate, environment = compile_formula(e, scope), scope.environment

    def at(place: Place) -> Scalar:
        environment[: len(place)] = place
        return evaluate(environment)

    return at
