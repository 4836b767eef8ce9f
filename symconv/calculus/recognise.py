"""Values that the forward pass has already computed, and the masks of its maxima."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from sympy import Expr, Function, Symbol
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import OneHot

from .binders import rebuild, same, substitute


@dataclass(frozen=True)
class Recognition:
    """The forward equations whose values a derivation may use by name."""

    forward: tuple[Equation, ...]
    mask_equations: tuple[Equation, ...]

    def masks(self, expr: Expr) -> Expr:
        """[m is the first maximiser of f] = M[.., m], for the mask M of that maximum."""
        if isinstance(expr, OneHot):
            return next((e for m in self.mask_equations if (e := _mask(m, expr))), expr)
        return rebuild(expr, self.masks) if expr.has(OneHot) else expr

    def forward_values(self, expr: Expr) -> Expr:
        """f(x[q]) = y[q], for a layer y[i] = f(x[i]) of the forward pass."""
        for equation in self.forward:
            if isinstance(equation.rhs, Function):
                expr = _recognise(expr, equation)
        return expr


def _mask(equation: Equation, found: OneHot) -> Expr | None:
    """The access of the mask that equals `found`, up to the names of bound variables."""
    pattern = cast("OneHot", equation.rhs)
    own = [v for v, _ in equation.ranges][-len(pattern.position) :]
    places = dict(zip(own, found.position, strict=True))
    return substitute(equation.lhs, places) if same(substitute(pattern, places), found) else None


def _recognise(expr: Expr, equation: Equation) -> Expr:
    """Every instance of the equation's right side, replaced by the entry that holds its value."""
    if isinstance(expr, equation.rhs.func):
        for places in _matches(equation, expr):
            if same(substitute(equation.rhs, places), expr):
                return substitute(equation.lhs, places)
    return rebuild(expr, lambda a: _recognise(a, equation)) if expr.args else expr


def _matches(equation: Equation, found: Expr) -> Iterator[dict[Symbol, Expr]]:
    """The index values under which an access of the right side may be one of `found`."""
    own = {v for v, _ in equation.ranges}
    for pattern in sorted(equation.rhs.atoms(Indexed), key=str):
        for access in sorted(found.atoms(Indexed), key=str):
            if pattern.base == access.base and own <= set(pattern.indices):
                pairs = zip(pattern.indices, access.indices, strict=True)
                yield {v: e for v, e in pairs if v in own}
