"""What a step changes: the smallest parts in which two arranged formulas differ, marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from .tree import (
    DisplayDerivative,
    DisplayEntry,
    DisplayLimit,
    DisplayNode,
    DisplayProduct,
    DisplayReduction,
    DisplaySum,
    DisplayTree,
    Mark,
)
from .tree_helpers import add_mark

Pair = tuple[DisplayTree, DisplayTree]
Parts = tuple[DisplayTree, ...]


def mark_changes(before: DisplayTree, after: DisplayTree) -> Pair:
    """Both formulas, `old` on what the step rewrites and `new` on what it becomes.

    Where everything changes nothing is marked: a mark on a whole formula says nothing.
    """
    left, right = _mark_pair(before, after)
    return _drop_whole_mark(left), _drop_whole_mark(right)


def _drop_whole_mark(form: DisplayTree) -> DisplayTree:
    return replace(form, mark="") if form.mark else form


def merge_marks(one: Any, other: Any) -> Any:
    """A formula that carries the marks of two equal ones."""
    if isinstance(one, tuple):
        return tuple(merge_marks(a, b) for a, b in zip(one, other, strict=True))
    if not isinstance(one, DisplayNode):
        return one
    parts = {f.name: (getattr(one, f.name), getattr(other, f.name)) for f in fields(one)}
    parts.pop("mark")
    made = replace(one, **{name: merge_marks(*pair) for name, pair in parts.items()})
    return add_mark(made, other.mark) if other.mark else made


def _mark_pair(before: DisplayTree, after: DisplayTree) -> Pair:
    """Marks as deep inside as the two formulas have the same build."""
    if before == after:
        return before, after
    if DisplayProduct in {type(before), type(after)} and DisplayReduction not in {
        type(before),
        type(after),
    }:
        return _mark_products(before, after)
    if isinstance(before, DisplaySum) and isinstance(after, DisplaySum):
        return _mark_sums(before, after)
    if isinstance(before, DisplayReduction) and isinstance(after, DisplayReduction):
        return _mark_reductions(before, after)
    return _mark_leaves(before, after)


def _mark_leaves(before: DisplayTree, after: DisplayTree) -> Pair:
    """What is derived, or the indices of an entry; anything else is marked whole."""
    if (
        isinstance(before, DisplayDerivative)
        and isinstance(after, DisplayDerivative)
        and before.by == after.by
    ):
        of, became = _mark_pair(before.of, after.of)
        return replace(before, of=of), replace(after, of=became)
    if (
        isinstance(before, DisplayEntry)
        and isinstance(after, DisplayEntry)
        and before.name == after.name
    ):
        return _mark_entries(before, after)
    return add_mark(before, "old"), add_mark(after, "new")


def _mark_entries(before: DisplayEntry, after: DisplayEntry) -> Pair:
    """The indices that change, or the whole entry where all of them do."""
    pairs = list(zip(before.places, after.places, strict=False))
    # A mark on every index says less than one on the entry.
    if all(a != b for a, b in pairs):
        return add_mark(before, "old"), add_mark(after, "new")
    old = tuple(a if a == b else add_mark(a, "old") for a, b in pairs)
    new = tuple(b if a == b else add_mark(b, "new") for a, b in pairs)
    return replace(before, places=old), replace(after, places=new)


def _mark_products(before: DisplayTree, after: DisplayTree) -> Pair:
    """Factors that both have are left alone; a single pair that differs is looked into."""
    mine, theirs = (f.factors if isinstance(f, DisplayProduct) else (f,) for f in (before, after))
    left, right = _align_parts(mine, theirs)
    return _rebuild_product(before, left), _rebuild_product(after, right)


def _rebuild_product(form: DisplayTree, factors: tuple[DisplayTree, ...]) -> DisplayTree:
    return DisplayProduct(factors) if isinstance(form, DisplayProduct) else factors[0]


def _mark_sums(before: DisplaySum, after: DisplaySum) -> Pair:
    """The same for the terms of a sum; the sign of a term is left alone."""
    left, right = _align_parts(tuple(f for _, f in before.terms), tuple(f for _, f in after.terms))
    return _rebuild_sum(before, left), _rebuild_sum(after, right)


def _rebuild_sum(total: DisplaySum, terms: tuple[DisplayTree, ...]) -> DisplaySum:
    return DisplaySum(tuple((minus, f) for (minus, _), f in zip(total.terms, terms, strict=True)))


def _align_parts(mine: Parts, theirs: Parts) -> tuple[Parts, Parts]:
    """Parts that occur on one side only are marked; those that belong together, inside."""
    left, right = _find_unmatched(mine, theirs), _find_unmatched(theirs, mine)
    for old_at, new_at in _match_parts(mine, theirs, left, right):
        old, new = _mark_pair(mine[old_at], theirs[new_at])
        mine, theirs = _replace_part(mine, old_at, old), _replace_part(theirs, new_at, new)
        left.remove(old_at)
        right.remove(new_at)
    return (
        tuple(add_mark(f, "old") if k in left else f for k, f in enumerate(mine)),
        tuple(add_mark(f, "new") if k in right else f for k, f in enumerate(theirs)),
    )


def _match_parts(
    mine: Parts, theirs: Parts, left: Sequence[int], right: Sequence[int]
) -> list[tuple[int, int]]:
    """Parts that became each other: entries of the same tensor, or the only one of each side."""
    if len(left) == len(right) == 1:
        return [(left[0], right[0])]
    names = {a: f.name for a in left if isinstance(f := mine[a], DisplayEntry)}
    others = {b: f.name for b in right if isinstance(f := theirs[b], DisplayEntry)}
    alone = [n for n in names.values() if [*names.values()].count(n) == 1]
    there = [n for n in others.values() if [*others.values()].count(n) == 1]
    once = set(alone) & set(there)
    return [(a, b) for a, n in names.items() for b, m in others.items() if n == m and n in once]


def _replace_part(parts: Parts, at: int, form: DisplayTree) -> Parts:
    return (*parts[:at], form, *parts[at + 1 :])


def _find_unmatched(mine: Sequence[DisplayNode], theirs: Sequence[DisplayNode]) -> list[int]:
    """The positions of the parts of one side that the other side does not have."""
    there, found = Counter(theirs), []
    for position, part in enumerate(mine):
        if there[part]:
            there[part] -= 1
        else:
            found.append(position)
    return found


def _mark_reductions(before: DisplayReduction, after: DisplayReduction) -> Pair:
    """Signs of summation that only one side has, and what changes under them."""
    left, right = (
        _find_unmatched(before.limits, after.limits),
        _find_unmatched(after.limits, before.limits),
    )
    body, became = _mark_pair(before.body, after.body)
    old = tuple(_mark_limit(m, k in left, "old") for k, m in enumerate(before.limits))
    new = tuple(_mark_limit(m, k in right, "new") for k, m in enumerate(after.limits))
    return replace(before, limits=old, body=body), replace(after, limits=new, body=became)


def _mark_limit(limit: DisplayLimit, changed: bool, mark: Mark) -> DisplayLimit:
    return add_mark(limit, mark) if changed else limit
