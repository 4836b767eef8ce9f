"""Values that the forward pass has already computed, and the masks of its maxima."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sympy import Expr, Function, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import OneHot

from .binders import rebuild, substitute


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
            if isinstance(equation.rhs, Function) and not equation.rhs.has(ExprWithLimits):
                expr = _recognise(expr, equation)
        return expr


def _mask(equation: Equation, found: OneHot) -> Expr | None:
    """The access of the mask that equals `found`, up to the names of bound variables."""
    pattern = cast("OneHot", equation.rhs)
    own = [v for v, _ in equation.ranges]
    kept = own[: len(own) - len(pattern.position)]
    places = dict(zip(own[len(kept) :], found.position, strict=True))
    if substitute(pattern, places) != _with_bound_names(found, pattern):
        return None
    return substitute(equation.lhs, places)


def _with_bound_names(found: OneHot, pattern: OneHot) -> OneHot:
    """`found` with the bound variables of its maximum named as in the pattern."""
    old, new = found.maximum.variables, pattern.maximum.variables
    if len(old) != len(new):
        return found
    body = found.maximum.function.xreplace(dict(zip(old, new, strict=True)))
    bounds = zip(new, found.maximum.limits, strict=True)
    maximum = found.maximum.func(body, *((v, low, high) for v, (_, low, high) in bounds))
    return OneHot(maximum, *found.position)


def _recognise(expr: Expr, equation: Equation) -> Expr:
    """Every instance of the equation's right side, replaced by the entry that holds its value."""
    if isinstance(expr, equation.rhs.func):
        places = _match(equation.rhs, expr)
        if places is not None and substitute(equation.rhs, places) == expr:
            return substitute(equation.lhs, places)
    return rebuild(expr, lambda a: _recognise(a, equation)) if expr.args else expr


def _match(pattern: Expr, found: Expr) -> dict[Symbol, Expr] | None:
    """The index values under which the first access of the pattern is that of `found`."""
    ours = sorted(pattern.atoms(Indexed), key=str)
    theirs = sorted(found.atoms(Indexed), key=str)
    if not ours or len(ours) != len(theirs) or ours[0].base != theirs[0].base:
        return None
    pairs = zip(ours[0].indices, theirs[0].indices, strict=True)
    return {v: e for v, e in pairs if isinstance(v, Symbol)}
