"""What a step changes: the smallest parts in which two arranged formulas differ, marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from .tree import Derivative, Entry, Form, Limit, Mark, Node, Product, Reduction, Total
from .tree_helpers import marked

Pair = tuple[Form, Form]
Parts = tuple[Form, ...]


def mark_changes(before: Form, after: Form) -> Pair:
    """Both formulas, `old` on what the step rewrites and `new` on what it becomes.

    Where everything changes nothing is marked: a mark on a whole formula says nothing.
    """
    left, right = _changes(before, after)
    return _unless_whole(left), _unless_whole(right)


def _unless_whole(form: Form) -> Form:
    return replace(form, mark="") if form.mark else form


def with_marks_of_both(one: Any, other: Any) -> Any:
    """A formula that carries the marks of two equal ones."""
    if isinstance(one, tuple):
        return tuple(with_marks_of_both(a, b) for a, b in zip(one, other, strict=True))
    if not isinstance(one, Node):
        return one
    parts = {f.name: (getattr(one, f.name), getattr(other, f.name)) for f in fields(one)}
    parts.pop("mark")
    made = replace(one, **{name: with_marks_of_both(*pair) for name, pair in parts.items()})
    return marked(made, other.mark) if other.mark else made


def _changes(before: Form, after: Form) -> Pair:
    """Marks as deep inside as the two formulas have the same build."""
    if before == after:
        return before, after
    if Product in {type(before), type(after)} and Reduction not in {type(before), type(after)}:
        return _products(before, after)
    if isinstance(before, Total) and isinstance(after, Total):
        return _totals(before, after)
    if isinstance(before, Reduction) and isinstance(after, Reduction):
        return _reductions(before, after)
    return _leaves(before, after)


def _leaves(before: Form, after: Form) -> Pair:
    """What is derived, or the indices of an entry; anything else is marked whole."""
    if isinstance(before, Derivative) and isinstance(after, Derivative) and before.by == after.by:
        of, became = _changes(before.of, after.of)
        return replace(before, of=of), replace(after, of=became)
    if isinstance(before, Entry) and isinstance(after, Entry) and before.name == after.name:
        return _entries(before, after)
    return marked(before, "old"), marked(after, "new")


def _entries(before: Entry, after: Entry) -> Pair:
    """The indices that change, or the whole entry where all of them do."""
    pairs = list(zip(before.places, after.places, strict=False))
    if all(a != b for a, b in pairs):
        return marked(before, "old"), marked(after, "new")
    old = tuple(a if a == b else marked(a, "old") for a, b in pairs)
    new = tuple(b if a == b else marked(b, "new") for a, b in pairs)
    return replace(before, places=old), replace(after, places=new)


def _products(before: Form, after: Form) -> Pair:
    """Factors that both have are left alone; a single pair that differs is looked into."""
    mine, theirs = (f.factors if isinstance(f, Product) else (f,) for f in (before, after))
    left, right = _aligned(mine, theirs)
    return _like(before, left), _like(after, right)


def _like(form: Form, factors: tuple[Form, ...]) -> Form:
    return Product(factors) if isinstance(form, Product) else factors[0]


def _totals(before: Total, after: Total) -> Pair:
    """The same for the terms of a sum; the sign of a term is left alone."""
    left, right = _aligned(tuple(f for _, f in before.terms), tuple(f for _, f in after.terms))
    return _signed(before, left), _signed(after, right)


def _signed(total: Total, terms: tuple[Form, ...]) -> Total:
    return Total(tuple((minus, f) for (minus, _), f in zip(total.terms, terms, strict=True)))


def _aligned(mine: Parts, theirs: Parts) -> tuple[Parts, Parts]:
    """Parts that occur on one side only are marked; those that belong together, inside."""
    left, right = _only(mine, theirs), _only(theirs, mine)
    for old_at, new_at in _partners(mine, theirs, left, right):
        old, new = _changes(mine[old_at], theirs[new_at])
        mine, theirs = _put(mine, old_at, old), _put(theirs, new_at, new)
        left.remove(old_at)
        right.remove(new_at)
    return (
        tuple(marked(f, "old") if k in left else f for k, f in enumerate(mine)),
        tuple(marked(f, "new") if k in right else f for k, f in enumerate(theirs)),
    )


def _partners(
    mine: Parts, theirs: Parts, left: Sequence[int], right: Sequence[int]
) -> list[tuple[int, int]]:
    """Parts that became each other: entries of the same tensor, or the only one of each side."""
    if len(left) == len(right) == 1:
        return [(left[0], right[0])]
    names = {a: f.name for a in left if isinstance(f := mine[a], Entry)}
    others = {b: f.name for b in right if isinstance(f := theirs[b], Entry)}
    alone = [n for n in names.values() if [*names.values()].count(n) == 1]
    there = [n for n in others.values() if [*others.values()].count(n) == 1]
    once = set(alone) & set(there)
    return [(a, b) for a, n in names.items() for b, m in others.items() if n == m and n in once]


def _put(parts: Parts, at: int, form: Form) -> Parts:
    return (*parts[:at], form, *parts[at + 1 :])


def _only(mine: Sequence[Node], theirs: Sequence[Node]) -> list[int]:
    """The positions of the parts of one side that the other side does not have."""
    there, found = Counter(theirs), []
    for position, part in enumerate(mine):
        if there[part]:
            there[part] -= 1
        else:
            found.append(position)
    return found


def _reductions(before: Reduction, after: Reduction) -> Pair:
    """Signs of summation that only one side has, and what changes under them."""
    left, right = _only(before.limits, after.limits), _only(after.limits, before.limits)
    body, became = _changes(before.body, after.body)
    old = tuple(_limit(m, k in left, "old") for k, m in enumerate(before.limits))
    new = tuple(_limit(m, k in right, "new") for k, m in enumerate(after.limits))
    return replace(before, limits=old, body=body), replace(after, limits=new, body=became)


def _limit(limit: Limit, changed: bool, mark: Mark) -> Limit:
    return marked(limit, mark) if changed else limit
