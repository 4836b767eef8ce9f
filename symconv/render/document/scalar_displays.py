"""Unrolled results, aligned, as they stand on a page."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from symconv.render.formula.names import Names
from symconv.render.formula.scalars import left_side, scalar_form

from .markup_settings import Scribe
from .page import Display

Unrolled = tuple[str, Expr]


def scalar_displays(lines: Sequence[Unrolled], names: Names, scribe: Scribe) -> tuple[Display, ...]:
    """Unrolled results, aligned, their long sums broken over lines."""
    lefts = [left_side(text) for text, _ in lines]
    beside = max(map(scribe.width, lefts), default=0)
    rights = [scalar_form(expression, names) for _, expression in lines]
    return tuple(
        Display(scribe.write(left), scribe.lines(right, beside, numbered=False))
        for left, right in zip(lefts, rights, strict=True)
    )
