"""A small concrete case on a page: the sizes in one sentence, then every entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sympy import Add, Expr, Mul, Symbol

from symconv.core.equation import SizeDefinition
from symconv.render.formula.names import DisplayNames, parse_symbol
from symconv.render.formula.positions import arrange_position
from symconv.render.formula.tree import (
    DisplayFloor,
    DisplayNumber,
    DisplayRelation,
    DisplaySum,
    DisplayTree,
)
from symconv.render.formula.tree_helpers import make_quotient

from .markup_settings import MarkupSettings
from .page_model import CaseSection, Display
from .scalar_displays import ScalarEquation, scalar_displays


@dataclass(frozen=True)
class CaseEntries:
    """Sizes, and gradients written out at them."""

    sizes: Mapping[Symbol, int]
    entries: tuple[ScalarEquation, ...]


def display_case(case: CaseEntries, names: DisplayNames, scribe: MarkupSettings) -> CaseSection:
    """The sizes of the case in words, and its entries."""
    return CaseSection(_case_words(case, scribe), scalar_displays(case.entries, names, scribe))


def _case_words(case: CaseEntries, scribe: MarkupSettings) -> str:
    if not case.entries:
        return scribe.words("Its gradients have too many entries or terms to be written out.")
    if not case.sizes:
        return scribe.words("Every gradient entry by entry, error signals as symbols:")
    listed: list[str | DisplayTree] = []
    for symbol, value in case.sizes.items():
        name = parse_symbol(symbol.name, entry=False)
        listed += [", ", DisplayRelation((name, DisplayNumber(value)), ("=",))]
    parts = ("The general formulas at ", *listed[1:], ", entry by entry, error signals as symbols:")
    return scribe.mixed(parts)


GAP = 3.0
"""The space between two equations in a row, in relation signs."""


def size_rows(
    sizes: Iterable[SizeDefinition], scribe: MarkupSettings
) -> tuple[tuple[Display, ...], ...]:
    """The definitions in rows that are no wider than a line; in plain text each on its own."""
    rows: list[list[Display]] = []
    taken = scribe.room
    for size in sizes:
        left, right = parse_symbol(size.symbol.name, entry=False), arrange_size(size)
        width = scribe.width(left) + scribe.width(right) + GAP * scribe.margin
        display = Display(scribe.write(left), scribe.lines(right, scribe.width(left)))
        if scribe.stacked or taken + width > scribe.room:
            rows.append([])
            taken = 0
        rows[-1].append(display)
        taken += width
    return tuple(map(tuple, rows))


def arrange_size(size: SizeDefinition) -> DisplayTree:
    """floor(numerator / stride) + 1, without the floor where the stride is 1."""
    numerator = factor_kernel_span(size.numerator)
    if size.stride == 1:
        return arrange_position(numerator + 1)
    ratio = make_quotient(arrange_position(numerator), arrange_position(size.stride))
    return DisplaySum(((False, DisplayFloor(ratio)), (False, DisplayNumber(1))))


def factor_kernel_span(numerator: Expr) -> Expr:
    """The numerator with d k - d gathered as d (k - 1): H + 2p - d (k - 1) - 1."""
    terms = list(Add.make_args(numerator))
    for dilation in sorted((t for t in terms if t.is_Symbol), key=str):
        whole = next((t for t in terms if (-t / dilation).is_Symbol), None)
        if whole is not None:
            terms.remove(dilation)
            terms[terms.index(whole)] = Mul(-1, dilation, -whole / dilation - 1)
    return Add(*terms)
