"""Arrays of labels: tensors whose entries are class numbers, to be compared with an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from sympy import Expr, S, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import Equals


def class_counts(equations: Iterable[Equation]) -> dict[str, Expr]:
    """How many classes each tensor of class numbers chooses from, by key.

    That is the extent of the index that its entries are compared with, and 1 where that is no plain
    index.
    """
    return dict(pair for equation in equations for pair in _compared(equation))


def _compared(equation: Equation) -> Iterator[tuple[str, Expr]]:
    """Each label tensor with the extent of the index that it is compared with."""
    brackets = sorted(equation.rhs.atoms(Equals), key=str)
    extents = dict(equation.ranges)
    for binder in sorted(equation.rhs.atoms(ExprWithLimits), key=str) if brackets else ():
        extents |= {v: high + 1 for v, _, high in binder.limits}
    for bracket in brackets:
        if isinstance(bracket.label, Indexed):
            yield str(bracket.label.base.label), extents.get(cast("Symbol", bracket.place), S.One)
