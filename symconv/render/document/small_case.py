"""A small concrete case on a page: the sizes in one sentence, then every entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Symbol

from symconv.render.formula.names import Names, word
from symconv.render.formula.tree import Form, Number, Relation

from .markup_settings import Scribe
from .page import Case
from .scalar_displays import Unrolled, scalar_displays


@dataclass(frozen=True)
class SmallCase:
    """Sizes, and gradients written out at them."""

    sizes: Mapping[Symbol, int]
    entries: tuple[Unrolled, ...]


def case_display(case: SmallCase, names: Names, scribe: Scribe) -> Case:
    """The sizes of the case in words, and its entries."""
    return Case(_words(case, scribe), scalar_displays(case.entries, names, scribe))


def _words(case: SmallCase, scribe: Scribe) -> str:
    if not case.entries:
        return scribe.words("Its gradients have too many entries or terms to be written out.")
    if not case.sizes:
        return scribe.words("Every gradient entry by entry, error signals as symbols:")
    listed: list[str | Form] = []
    for symbol, value in case.sizes.items():
        name = word(symbol.name, entry=False)
        listed += [", ", Relation((name, Number(value)), ("=",))]
    parts = ("The general formulas at ", *listed[1:], ", entry by entry, error signals as symbols:")
    return scribe.mixed(parts)
