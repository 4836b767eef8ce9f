r"""Error signals: `\delta^2_k`, `\delta^{x}_{i,j}`, `\delta_h`, and the tensor each belongs to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symconv.claims.model.tree import Entry, Node, Number, Symbol

from .scripts import Scripts
from .tensor_indices import digit_by_digit, shaped, split_indices

if TYPE_CHECKING:
    from .name_resolution import Table
    from .parser import Parser

INDEX_LETTERS = {"i", "j", "k", "m", "n", "l"}


def error_signal(table: Table, s: Scripts, at: Parser) -> Node:
    r"""The error signal that a delta with its scripts means."""
    if s.primes:
        at.fail("a prime belongs to an index or a function", "\\delta_{i'}", s.whole)
    letter, sub, layer = "", s.sub, s.sup
    place, name = _letter(table, s)
    if name:
        letter = name
        if place is s.sup:
            layer = s.second
        elif s.sub:
            sub = s.sub[1:] or None
    found = Entry(letter, layer, sub, "delta", bracket=s.bracket, span=s.whole)
    return shaped(table, found, at) if letter else _paired(table, found)


def _letter(table: Table, s: Scripts) -> tuple[Node | None, str]:
    """The script that names a tensor, and its name."""
    for place in (s.sup, *(s.sub or ())):
        name = _name_of(place)
        if name in table.facts.layers and name not in INDEX_LETTERS:
            return place, name
    return None, ""


def _paired(table: Table, entry: Entry) -> Entry:
    r"""`\delta_{11}` as an entry of a grid, where the notation writes grids."""
    indices = split_indices(entry.indices or (), {2})
    if len(indices) != 1 or entry.indices is None:
        return replace(entry, indices=indices) if entry.indices else entry
    only = indices[0]
    digits = str(only.value) if isinstance(only, Number) else ""
    ranks = {len(t.shape) for t in table.facts.deltas.values() if t.role == "delta"}
    if len(digits) != 2 or 2 not in ranks or table.facts.notation.style == "flat":
        return entry
    return replace(entry, indices=digit_by_digit(table, digits, only.span))


def _name_of(node: Node | None) -> str:
    if isinstance(node, Symbol):
        return node.name
    return node.letter if isinstance(node, Entry) and node.indices is None else ""
