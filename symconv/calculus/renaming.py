"""Programs with other names for some of their tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Expr, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.tensor import Name, Tensor

from .binders import rebuild


def renamed(program: Program, names: Mapping[str, Name]) -> Program:
    """The program with the names of tensors replaced, by key."""
    tensors = {t.key: replace(t, name=names.get(t.key, t.name)) for t in program.tensors}
    return replace(
        program,
        tensors=tuple(tensors.values()),
        equations=tuple(rename_equation(e, tensors) for e in program.equations),
        output=tensors[program.output].key,
    )


def rename_equation(equation: Equation, tensors: Mapping[str, Tensor]) -> Equation:
    """The equation with every tensor replaced by the one that stands for it, by key."""

    def access(entry: Indexed) -> Indexed:
        return tensors[str(entry.base.label)][entry.indices]

    def rename(expr: Expr) -> Expr:
        if isinstance(expr, Indexed):
            return access(expr)
        return expr if isinstance(expr, Symbol) else rebuild(expr, rename)

    return replace(equation, lhs=access(equation.lhs), rhs=rename(equation.rhs))
