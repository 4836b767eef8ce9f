"""Naming a mistake: a cause is named only if it reproduces the claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from symconv.claims.model.budget import OverBudget
from symconv.claims.model.verdict import Cause

from .boundary_cases import by_ties
from .broken_rules import by_broken_rule, by_two_mistakes
from .constant_factor import by_multiple
from .function_repairs import by_repair
from .other_question import by_another_question
from .wrong_part import ValueTest, WrongPart
from .wrong_sums import by_component_sum, by_missing_sum, by_unsummed_array

__all__ = ["ValueTest", "WrongPart", "find_causes"]

Source = Callable[[WrongPart], Iterator[Cause]]
SOURCES: tuple[Source, ...] = (
    by_missing_sum,
    by_unsummed_array,
    by_component_sum,
    by_ties,
    by_repair,
    by_broken_rule,
    by_multiple,
    by_another_question,
)
"""Where causes come from, the most specific first."""

DEAR = {by_repair, by_broken_rule}
"""The sources that try a hundred things; the others are asked before the budget is used up."""

MOST_NAMED = 3
"""How many causes are named: more are the same mistake over and over, or accidents."""

ACCIDENTAL = {"one_output_only", "window_clipped", "offset_by_one", "upstream_added"}
"""What fits a few numbers by accident: each leaves single terms of a sum, of which many are 0."""

LESS_TELLING = {"offset_by_one", "transposed"}
"""What is better said by naming the question that the claim answers."""


def find_causes(wrong_part: WrongPart) -> list[Cause]:
    """The mistakes that reproduce the claim, the most specific first.

    Two mistakes at once are looked for only where none alone does.
    """
    # All sources are asked, since a cause is named only if it reproduces the claim: several that do
    # are the same mistake seen from several sides, and the first is the most specific.
    by_source: dict[Source, list[Cause]] = {source: [] for source in SOURCES}
    two: list[Cause] = []
    try:
        for source in sorted(SOURCES, key=DEAR.__contains__):
            by_source[source].extend(source(wrong_part))
        two = [] if any(by_source.values()) else list(by_two_mistakes(wrong_part))
    except OverBudget:
        # What was found until then reproduces the claim, and stands.
        pass
    found = [cause for causes in by_source.values() for cause in causes]
    return keep_telling(_sort_by_fit(found, exact=wrong_part.exact) or two)


def _sort_by_fit(found: Sequence[Cause], *, exact: bool) -> list[Cause]:
    """The causes, those last of which others are better words, or which fit by accident."""
    another = [c for c in found if c.name == "another_question"]
    first = next((n for n, c in enumerate(found) if c.name in LESS_TELLING), len(found))
    rest = [c for c in found[first:] if c not in another]
    ordered = [*found[:first], *another, *rest] if another else list(found)
    # False sorts before True.
    return ordered if exact else sorted(ordered, key=lambda c: c.name in ACCIDENTAL)


def keep_telling(found: Iterable[Cause]) -> list[Cause]:
    """The first few causes, each name once."""
    kept: dict[str, Cause] = {}
    for cause in found:
        kept.setdefault(cause.name, cause)
    return list(kept.values())[:MOST_NAMED]
