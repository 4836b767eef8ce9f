"""Masks: the first maximiser of every window, as tensors of their own."""

from __future__ import annotations

from dataclasses import dataclass

from sympy.concrete.expr_with_limits import ExprWithLimits

from symconv.core.equation import Equation, Program
from symconv.core.nodes import MaxOver, OneHot
from symconv.core.tensor import Name, Tensor

from .binders import free_indices, rename_bound


@dataclass(frozen=True)
class Mask:
    """M[.., m] = [m is the first maximiser of a window], constant almost everywhere."""

    tensor: Tensor
    equation: Equation


def masks_of(forward: Program) -> dict[str, tuple[Mask, ...]]:
    """A mask for every maximum, by the key of its equation; numbered where there are several."""
    letters = {t.name.letter for t in forward.tensors}
    letter = next(c for c in ("M", "Mask", "FirstMaximum") if c not in letters)
    maxima = [(e, m) for e in forward.equations for m in sorted(e.rhs.atoms(MaxOver), key=str)]
    several = len(maxima) > 1
    found: dict[str, tuple[Mask, ...]] = {}
    for number, (equation, maximum) in enumerate(maxima, start=1):
        mask = _mask(Name(letter, number if several else None), equation, maximum)
        found[equation.key] = (*found.get(equation.key, ()), mask)
    return found


def _mask(name: Name, equation: Equation, maximum: ExprWithLimits) -> Mask:
    """The mask of one maximum: the free indices of the maximum, then the place in the window."""
    outside = tuple((v, n) for v, n in equation.ranges if v in free_indices(maximum))
    ranges = outside + tuple((v, high + 1) for v, _, high in maximum.limits)
    places = tuple(v for v, _ in ranges)
    shape = tuple(n for _, n in ranges)
    tensor = Tensor(name, shape, "mask", tuple(v.name for v in places), batch=0)
    inner = rename_bound(maximum, maximum.variables)
    rhs = OneHot(inner, *maximum.variables)
    return Mask(tensor, Equation(tensor[places], rhs, ranges, "first maximum of each window"))
