"""Points at which chosen switches are on, chosen entries win, and labels have chosen classes.

Where two sides differ in one of many combinations only, random numbers seldom meet it. The
difference itself says which combination that is, and where its choices are about inputs, numbers
that make them can be written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from symconv.claims.evaluation.arrays import ArrayValue, Value, apply_elementwise
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.pattern_algebra import Choices, PatternAlgebra, PatternNumber
from symconv.semantics.index_arithmetic import Place

EntryKey = tuple[str, Place]
Signs = dict[EntryKey, int]
MOST_GUIDED = 8
"""How many combinations are tried, those of few choices first: the first one shows it mostly."""

HIGH = 1_000
"""By how much a winner exceeds the others; the numbers of a point are smaller than that."""


def guide_points(left: Value, right: Value, assignment: Assignment) -> Iterator[Signs]:
    """For combinations of choices in which two sides differ, what some entries have to be.

    Positive and negative numbers stand for the sign alone; a label's number is its class.
    """
    algebra = assignment.algebra
    difference = apply_elementwise(left, right, lambda a, b: a + -1 * b)
    if not isinstance(algebra, PatternAlgebra) or difference is None:
        return
    entries = difference.entries if isinstance(difference, ArrayValue) else (difference,)
    known = _find_leaves(assignment)
    for entry in entries:
        if isinstance(entry, PatternNumber):
            found = _minimal_choices(entry)
            yield from (_signs(algebra, choices, known) for choices in islice(found, MOST_GUIDED))
            return


def _minimal_choices(difference: PatternNumber) -> Iterator[Choices]:
    """The combinations that hold no smaller one: with these choices alone the number is not 0."""
    seen: list[Choices] = []
    for choices in sorted(difference.terms, key=lambda c: (c.bit_count(), c)):
        if not any(small & choices == small for small in seen):
            seen.append(choices)
            yield choices


def _find_leaves(assignment: Assignment) -> Mapping[int, EntryKey]:
    """The entries that are drawn, by their residues."""
    return {
        value.value: (key, place)
        for key, table in assignment.given.items()
        for place, value in table.items()
        if not isinstance(value, PatternNumber)
    }


def _signs(algebra: PatternAlgebra, choices: Choices, known: Mapping[int, EntryKey]) -> Signs:
    """What the entries are where exactly these choices are made."""
    found: Signs = {}
    for number, bit in algebra.switches.items():
        side = 1 if bit & choices else -1
        turned = (algebra.numbers[number] * -1).value
        for value, sign in ((number, side), (turned, -side)):
            if value in known:
                found[known[value]] = sign
    for name, bits in algebra.rivals.items():
        chosen = next((n for n, bit in enumerate(bits) if bit & choices), len(bits))
        found |= _choose(name, chosen, known)
    return found


def _choose(name: Any, chosen: int, known: Mapping[int, EntryKey]) -> Signs:
    """The winner of a window, or the class of a label."""
    kind, about = name
    if kind == "label":
        return {about: chosen}
    if kind != "window":
        return {}
    residues = [key[0][1] for key in about if len(key) == 1 and key[0][0] == 0]
    if len(residues) < len(about) or not all(r in known for r in residues):
        return {}
    return {known[residues[chosen]]: HIGH}
