"""Indices that count an interval once each, as the digits of a number do."""

from __future__ import annotations

from sympy import Expr, S

from .builder import Workbench
from .strategy import Reach


def tiles(reaches: tuple[Reach, ...], bench: Workbench) -> tuple[Reach, ...] | None:
    """The indices from coarse to fine if they count an interval once each (mixed radix)."""
    found: list[Reach] = []
    step: Expr = S.One
    rest = list(reaches)
    while rest:
        fits = [r for r in rest if bench.sizes.equal(r[1], step)]
        if not fits:
            return None
        fit = min(fits, key=lambda r: r[2] != 1)
        rest.remove(fit)
        found.insert(0, fit)
        step = step * fit[2]
    return tuple(found)
