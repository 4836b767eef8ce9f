"""Tensors of labels: entries that are class numbers, because an index is compared with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import Expr
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from .equation import Equation
from .nodes import Equals


def labels_of(equations: Iterable[Equation]) -> dict[str, Expr | None]:
    """How many classes each tensor of labels chooses from, by key.

    That is the extent of the index that its entries are compared with; None where it is no index.
    """
    return dict(pair for equation in equations for pair in _compared(equation))


def _compared(equation: Equation) -> Iterator[tuple[str, Expr | None]]:
    """Each tensor of labels with the extent of the index that it is compared with."""
    brackets = sorted(equation.rhs.atoms(Equals), key=str)
    extents: dict[Expr, Expr] = dict(equation.ranges)
    for binder in sorted(equation.rhs.atoms(ExprWithLimits), key=str) if brackets else ():
        extents |= {v: high + 1 for v, _, high in binder.limits}
    for bracket in brackets:
        if isinstance(bracket.label, Indexed):
            yield str(bracket.label.base.label), extents.get(bracket.place)
