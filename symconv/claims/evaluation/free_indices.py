"""The free indices of formulas: a claim is about all of their values."""

from __future__ import annotations

from collections.abc import Iterator

from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Entry, Node, Symbol, Total


def free_indices(nodes: tuple[Node, ...], facts: Facts, known: frozenset[str]) -> list[str]:
    """The indices that no sum binds, in the order in which they appear."""
    return list(dict.fromkeys(n.name for n in free_symbols(nodes, facts, known)))


def free_symbols(nodes: tuple[Node, ...], facts: Facts, known: frozenset[str]) -> Iterator[Symbol]:
    """Every place at which a free index stands."""
    for node in nodes:
        for symbol in _free(node, frozenset(), within=False):
            if symbol.name not in facts.size_names and symbol.name not in known:
                yield symbol


def _free(node: Node, bound: frozenset[str], *, within: bool) -> Iterator[Symbol]:
    """The free symbols that stand within an index, a layer or a limit."""
    if isinstance(node, Symbol):
        if within and node.name not in bound:
            yield node
        return
    if isinstance(node, Total):
        for limit in node.limits:
            for side in limit.children():
                yield from _free(side, bound, within=True)
        yield from _free(node.body, bound | {x.name for x in node.limits}, within=within)
        return
    if isinstance(node, Entry):
        for item in (*(node.indices or ()), *((node.layer,) if node.layer else ())):
            yield from _free(item, bound, within=True)
        return
    for child in node.children():
        yield from _free(child, bound, within=within)
