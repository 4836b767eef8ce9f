"""Remarks on indices: free here and bound there, shadowed, summed without use, out of range."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from math import prod

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Entry, Limit, Node, Span, Statement, Symbol, Total
from symconv.core.errors import SymconvError

from .free_indices import free_indices, free_symbols
from .indices import key_of, whole_number

BEFORE, SHOWN = 60, 140
Remark = tuple[str, Span]


def index_remarks(
    statement: Statement, facts: Facts, known: frozenset[str], base: int
) -> Iterator[str]:
    """What an index linter says, each with a caret; the statement is judged all the same."""
    found = [*_sides(statement, facts, known), *_of_sums(statement, facts, known, base)]
    for message, span in found:
        yield str(placed(ClaimError(message, position=span), statement.text))


def placed(error: SymconvError, text: str) -> SymconvError:
    """An error that knows its place in a text, with the words around it."""
    start, stop = error.position or (0, 0)
    if error.text is not None or not stop:
        return error
    left = max(0, start - BEFORE)
    shown = text[left : left + SHOWN].replace("\n", " ")
    place = (start - left, max(start - left + 1, min(stop - left, SHOWN)))
    return ClaimError(error.message, text=shown, position=place, help=error.help)


def _sides(statement: Statement, facts: Facts, known: frozenset[str]) -> Iterator[Remark]:
    """An index that is free on one side, and bound or absent on the other."""
    left = set(free_indices(statement.parts[:1], facts, known))
    for n, part in enumerate(statement.parts[1:], start=2):
        free = {s.name: s.span for s in reversed([*free_symbols((part,), facts, known)])}
        bound = {x.name: x.span for x in _limits(part)}
        for name in sorted(left & set(bound) - set(free)):
            yield f"the index {name} is free in part 1 and summed over in part {n}", bound[name]
        for name in sorted(set(free) - left):
            yield f"the index {name} is free in part {n} and does not appear in part 1", free[name]


def _of_sums(
    statement: Statement, facts: Facts, known: frozenset[str], base: int
) -> Iterator[Remark]:
    left = frozenset(free_indices(statement.parts[:1], facts, known))
    for part in statement.parts:
        yield from _shadowed(part, left)
        yield from _outside(part, facts, base)


def unsummed(statement: Statement, facts: Facts, known: frozenset[str], claimed: int) -> list[str]:
    """The indices that a part has free and no other part mentions."""
    others = tuple(p for n, p in enumerate(statement.parts) if n != claimed)
    elsewhere = set(free_indices(others, facts, known))
    return [
        x for x in free_indices((statement.parts[claimed],), facts, known) if x not in elsewhere
    ]


def _limits(node: Node) -> Iterator[Limit]:
    for n in node.walk():
        if isinstance(n, Total):
            yield from n.limits


def _shadowed(node: Node, bound: frozenset[str]) -> Iterator[Remark]:
    """A sum over an index that has a meaning already, or that its term does not use."""
    if isinstance(node, Total):
        names = [limit.name for limit in node.limits]
        for n, limit in enumerate(node.limits):
            if limit.name in bound or limit.name in names[:n]:
                yield f"the sum over {limit.name} hides an index of the same name", limit.span
            if not _used(limit.name, node):
                yield f"the sum over {limit.name} does not use its index", limit.span
        bound |= set(names)
    for child in node.children():
        yield from _shadowed(child, bound)


def _used(name: str, total: Total) -> bool:
    """Whether the term, or the limits of another index, use an index."""
    places = (total.body, *(side for x in total.limits for side in x.children()))
    return any(
        (isinstance(n, Symbol) and n.name == name)
        or (isinstance(n, Entry) and n.indices is None and n.letter == name)
        for place in places
        for n in place.walk()
    )


def _outside(node: Node, facts: Facts, base: int) -> Iterator[Remark]:
    """A written limit beyond the entries that the index alone counts; absent entries are 0."""
    for total in (n for n in node.walk() if isinstance(n, Total)):
        for limit in total.limits:
            first, last = (_whole(side, facts) for side in (limit.low, limit.high))
            for key, extent in _counted(limit.name, total.body, facts):
                low, high = base, base + extent - 1
                if (first is not None and first < low) or (last is not None and last > high):
                    said = f"the sum over {limit.name} leaves {key}, which has {low}..{high} there"
                    yield f"{said}; absent entries count as 0", limit.span
                    break


def _whole(side: Node | None, facts: Facts) -> int | None:
    if side is None:
        return None
    with suppress(SymconvError):
        value = whole_number(side, {}, facts)
        return value if isinstance(value, int) else None
    return None


def _counted(name: str, body: Node, facts: Facts) -> Iterator[tuple[str, int]]:
    """The tensors of which an index alone counts an axis, and how many entries it has."""
    for entry in (n for n in body.walk() if isinstance(n, Entry) and n.indices):
        try:
            key = key_of(entry, {}, facts, "")
            shape = facts.shape(facts.tensors[key])
        except (SymconvError, KeyError):
            continue
        extents = shape if len(entry.indices or ()) == len(shape) else (prod(shape),)
        for item, extent in zip(entry.indices or (), extents, strict=False):
            if isinstance(item, Symbol) and item.name == name:
                yield key, extent
