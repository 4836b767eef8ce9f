"""The definitions of output sizes as equations, as many in a row as fit beside each other."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Expr, Mul

from symconv.core.equation import SizeDefinition
from symconv.render.formula.names import word
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import Floor, Form, Number, Total
from symconv.render.formula.tree_helpers import quotient

from .markup_settings import Scribe
from .page import Display

GAP = 3.0
"""The space between two equations in a row, in relation signs."""


def size_rows(sizes: Iterable[SizeDefinition], scribe: Scribe) -> tuple[tuple[Display, ...], ...]:
    """The definitions in rows that are no wider than a line; in plain text each on its own."""
    rows: list[list[Display]] = []
    taken = scribe.room
    for size in sizes:
        left, right = word(size.symbol.name, entry=False), size_form(size)
        width = scribe.width(left) + scribe.width(right) + GAP * scribe.margin
        display = Display(scribe.write(left), scribe.lines(right, scribe.width(left)))
        if scribe.stacked or taken + width > scribe.room:
            rows.append([])
            taken = 0
        rows[-1].append(display)
        taken += width
    return tuple(map(tuple, rows))


def size_form(size: SizeDefinition) -> Form:
    """floor(numerator / stride) + 1, without the floor where the stride is 1."""
    numerator = with_reach(size.numerator)
    if size.stride == 1:
        return arrange_position(numerator + 1)
    ratio = quotient(arrange_position(numerator), arrange_position(size.stride))
    return Total(((False, Floor(ratio)), (False, Number(1))))


def with_reach(numerator: Expr) -> Expr:
    """H + 2p - d k + d - 1 = H + 2p - d (k - 1) - 1."""
    terms = list(Add.make_args(numerator))
    for dilation in sorted((t for t in terms if t.is_Symbol), key=str):
        whole = next((t for t in terms if (-t / dilation).is_Symbol), None)
        if whole is not None:
            terms.remove(dilation)
            terms[terms.index(whole)] = Mul(-1, dilation, -whole / dilation - 1)
    return Add(*terms)
