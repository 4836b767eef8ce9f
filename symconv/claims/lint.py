"""Remarks on the indices of a statement: free here and bound there, shadowed, summed without use."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Facts
from .indexing import free_indices
from .syntax import Entry, Node, Statement, Symbol, Total


def index_remarks(statement: Statement, facts: Facts, known: frozenset[str]) -> Iterator[str]:
    """What an index linter says; the statement is judged all the same."""
    left = set(free_indices(statement.parts[:1], facts, known))
    for n, part in enumerate(statement.parts[1:], start=2):
        free, bound = set(free_indices((part,), facts, known)), set(_bound(part))
        for name in sorted(left & bound - free):
            yield f"the index {name} is free in part 1 and summed over in part {n}"
        for name in sorted(free - left):
            yield f"the index {name} is free in part {n} and does not appear in part 1"
    for part in statement.parts:
        yield from _shadowed(part, frozenset(left))


def unsummed(statement: Statement, facts: Facts, known: frozenset[str], claimed: int) -> list[str]:
    """The indices that a part has free and no other part mentions."""
    others = tuple(p for n, p in enumerate(statement.parts) if n != claimed)
    elsewhere = set(free_indices(others, facts, known))
    return [
        x for x in free_indices((statement.parts[claimed],), facts, known) if x not in elsewhere
    ]


def _bound(node: Node) -> Iterator[str]:
    for n in node.walk():
        if isinstance(n, Total):
            yield from (limit.name for limit in n.limits)


def _shadowed(node: Node, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, Total):
        for limit in node.limits:
            if limit.name in bound:
                yield f"the sum over {limit.name} hides an index of the same name"
            if not _used(limit.name, node.body):
                yield f"the sum over {limit.name} does not use its index"
        yield from _shadowed(node.body, bound | {x.name for x in node.limits})
        return
    for child in node.children():
        yield from _shadowed(child, bound)


def _used(name: str, body: Node) -> bool:
    for n in body.walk():
        if isinstance(n, Symbol) and n.name == name:
            return True
        if isinstance(n, Entry) and n.indices is None and n.letter == name:
            return True
    return False
