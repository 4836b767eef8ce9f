"""The order of the products of a tile: the one in which the fewest entries are held at a time.

An entry is held from the first product that it stands in to the last. Tap by tap, the entries of
one row may wait for the next tap; entry by entry, each is used up before the next one is loaded.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

Entry = TypeVar("Entry", bound=Hashable)
Product = tuple[str, tuple[Entry, ...]]


def order_products(taps: Sequence[Sequence[Product[Entry]]]) -> list[Product[Entry]]:
    """The products of all taps, each an accumulator and its entries, one of every operand."""
    by_tap = [p for tap in taps for p in _group(tap, find_major(tap))]
    if not by_tap:
        return []
    found = [by_tap, *(_group(by_tap, side) for side in range(len(by_tap[0][1])))]
    return min(found, key=count_held)


def find_major(products: Sequence[Product[Entry]]) -> int:
    """The operand with the most entries: the others stay in their registers meanwhile."""
    sides = range(len(products[0][1]))
    return max(sides, key=lambda side: len({entries[side] for _, entries in products}))


def _group(products: Sequence[Product[Entry]], side: int) -> list[Product[Entry]]:
    """Products with the same entry of one operand side by side, in the order of its loads."""
    seen: dict[Entry, int] = {}
    for _, entries in products:
        seen.setdefault(entries[side], len(seen))
    return sorted(products, key=lambda p: seen[p[1][side]])


def count_held(products: Sequence[Product[Entry]]) -> int:
    """The most entries that are held at a time."""
    first: dict[Entry, int] = {}
    last: dict[Entry, int] = {}
    for n, (_, entries) in enumerate(products):
        for e in entries:
            first.setdefault(e, n)
            last[e] = n
    changes = [0] * (len(products) + 1)
    for e, n in first.items():
        changes[n] += 1
        changes[last[e] + 1] -= 1
    most = held = 0
    for change in changes:
        held += change
        most = max(most, held)
    return most
