"""Masks of maxima, and values that the forward pass has already computed, used by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from sympy import Expr, Function, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program
from symconv.core.nodes import MaxOver, OneHot
from symconv.core.tensor import Name, Tensor

from .binders import alpha_equal, free_indices, rebuild, rename_bound, substitute_indices


@dataclass(frozen=True)
class Mask:
    """M[.., m] = [m is the first maximiser of a window], constant almost everywhere."""

    tensor: Tensor
    equation: Equation


def find_masks(forward: Program) -> dict[str, tuple[Mask, ...]]:
    """A mask for every maximum, by the key of its equation; numbered where there are several."""
    letters = {t.name.letter for t in forward.tensors}
    letter = next(c for c in ("M", "Mask", "FirstMaximum") if c not in letters)
    maxima = [(e, m) for e in forward.equations for m in sorted(e.rhs.atoms(MaxOver), key=str)]
    # A lone mask needs no number, and formulas with it are easier to read.
    several = len(maxima) > 1
    found: dict[str, tuple[Mask, ...]] = {}
    for number, (equation, maximum) in enumerate(maxima, start=1):
        mask = _build_mask(Name(letter, number if several else None), equation, maximum)
        found[equation.key] = (*found.get(equation.key, ()), mask)
    return found


def _build_mask(name: Name, equation: Equation, maximum: ExprWithLimits) -> Mask:
    """The mask of one maximum: the free indices of the maximum, then the place in the window."""
    outside = tuple((v, n) for v, n in equation.ranges if v in free_indices(maximum))
    ranges = outside + tuple((v, high + 1) for v, _, high in maximum.limits)
    places = tuple(v for v, _ in ranges)
    shape = tuple(n for _, n in ranges)
    tensor = Tensor(name, shape, "mask", tuple(v.name for v in places), batch=0)
    # The variables of the window become free, as the last axes of the mask; the maximum that they
    # are compared with must bind other letters.
    inner = rename_bound(maximum, maximum.variables)
    rhs = OneHot(inner, *maximum.variables)
    return Mask(tensor, Equation(tensor[places], rhs, ranges, "first maximum of each window"))


@dataclass(frozen=True)
class ForwardReuse:
    """The forward equations whose values a derivation may use by name.

    `labels` are what the whole network may have as labels, as `count_labels` finds it.
    """

    forward: tuple[Equation, ...]
    mask_equations: tuple[Equation, ...]
    labels: Mapping[str, tuple[Expr, ...]]

    def masks(self, expr: Expr) -> Expr:
        """[m is the first maximiser of f] = M[.., m], for the mask M of that maximum."""
        if isinstance(expr, OneHot):
            return next((e for m in self.mask_equations if (e := _match_mask(m, expr))), expr)
        return rebuild(expr, self.masks) if expr.has(OneHot) else expr

    def forward_values(self, expr: Expr) -> Expr:
        """f(x[q]) = y[q], for a layer y[i] = f(x[i]) of the forward pass."""
        for equation in self.forward:
            if isinstance(equation.rhs, Function):
                expr = _reuse_values(expr, equation)
        return expr


def _match_mask(equation: Equation, found: OneHot) -> Expr | None:
    """The access of the mask that equals `found`, up to the names of bound variables."""
    pattern = cast("OneHot", equation.rhs)
    # One equation may have maxima over different numbers of indices.
    if len(pattern.position) != len(found.position):
        return None
    own = [v for v, _ in equation.ranges][-len(pattern.position) :]
    places = dict(zip(own, found.position, strict=True))
    return (
        substitute_indices(equation.lhs, places)
        if alpha_equal(substitute_indices(pattern, places), found)
        else None
    )


def _reuse_values(expr: Expr, equation: Equation) -> Expr:
    """Every instance of the equation's right side, replaced by the entry that holds its value."""
    if isinstance(expr, equation.rhs.func):
        for places in _match_indices(equation, expr):
            # The accesses only propose index values; whether the formula is this value is decided
            # here.
            if alpha_equal(substitute_indices(equation.rhs, places), expr):
                return substitute_indices(equation.lhs, places)
    return rebuild(expr, lambda a: _reuse_values(a, equation)) if expr.args else expr


def _match_indices(equation: Equation, found: Expr) -> Iterator[dict[Symbol, Expr]]:
    """The index values under which an access of the right side may be one of `found`."""
    own = {v for v, _ in equation.ranges}
    patterns = sorted(equation.rhs.atoms(Indexed), key=str)
    # Every index of the equation must be read off one access, or the match would leave some index
    # without a value. One such access is enough: an instance of the formula holds one of it.
    whole = next((p for p in patterns if own <= set(p.indices)), None)
    entries = found.atoms(Indexed)
    if whole is None:
        return
    for access in sorted(entries, key=str):
        if whole.base == access.base:
            pairs = zip(whole.indices, access.indices, strict=True)
            places = {v: e for v, e in pairs if v in own}
            closed = (p for p in patterns if free_indices(p) <= own)
            if all(substitute_indices(p, places) in entries for p in closed):
                yield places
