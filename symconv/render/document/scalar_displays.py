"""Unrolled results, aligned, as they stand on a page."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from symconv.render.formula.names import DisplayNames
from symconv.render.formula.scalars import arrange_scalar, parse_left_side

from .markup_settings import MarkupSettings
from .page_model import Display

ScalarEquation = tuple[str, Expr]


def scalar_displays(
    lines: Sequence[ScalarEquation], names: DisplayNames, scribe: MarkupSettings
) -> tuple[Display, ...]:
    """Unrolled results, aligned, their long sums broken over lines."""
    lefts = [parse_left_side(text) for text, _ in lines]
    beside = max(map(scribe.width, lefts), default=0)
    rights = [arrange_scalar(expression, names) for _, expression in lines]
    return tuple(
        Display(scribe.write(left), scribe.lines(right, beside, numbered=False))
        for left, right in zip(lefts, rights, strict=True)
    )
