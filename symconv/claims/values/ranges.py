"""The ranges of indices: written limits, or all entries of what is indexed."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from symconv.claims.facts import Facts, Shape
from symconv.claims.limits import MOST_LIMIT, ClaimError, NotChecked
from symconv.claims.reading.syntax import Entry, Limit, Node, Symbol

from .indexing import Environment, key_of, whole_number

if TYPE_CHECKING:
    from .evaluate import Options


def span_of(limit: Limit, body: Node, env: Environment, facts: Facts, options: Options) -> range:
    """The range of a bound index: its limits, or all entries of what it indexes."""
    low = None if limit.low is None else whole_number(limit.low, env, facts)
    high = None if limit.high is None else whole_number(limit.high, env, facts)
    if (limit.low is not None and not isinstance(low, int)) or (
        limit.high is not None and not isinstance(high, int)
    ):
        raise NotChecked(f"the limits of the sum over {limit.name} are no numbers here")
    implied = None
    if low is None or high is None:
        implied = implied_range(limit.name, body, env, facts, options)
    first = implied.start if low is None and implied else low
    last = implied.stop - 1 if high is None and implied else high
    assert isinstance(first, int)
    assert isinstance(last, int)
    if last - first + 1 > MOST_LIMIT:
        raise ClaimError(
            f"a sum of {last - first + 1:,} terms", help=f"at most {MOST_LIMIT:,} are added"
        )
    return range(first, last + 1)


def implied_range(name: str, body: Node, env: Environment, facts: Facts, options: Options) -> range:
    """All values for which some entry that the index appears in exists."""
    entries = [n for n in body.walk() if isinstance(n, Entry)]
    if any(e.layer is not None and _has(e.layer, name) for e in entries):
        found = [n for ns in facts.layers.values() for n in ns if n is not None]
        return range(min(found, default=1), max(found, default=1) + 1)
    uses = [use for e in entries for use in _uses(name, e, env, facts, options)]
    extents = [extent for alone, extent in uses if alone]
    base = options.base
    if extents:
        return range(base, base + min(extents))
    if uses:
        reach = max(extent for _, extent in uses)
        return range(base - reach, base + reach + 1)
    raise NotChecked(f"the index '{name}' has no range")


def _uses(
    name: str, entry: Entry, env: Environment, facts: Facts, options: Options
) -> Iterator[tuple[bool, int]]:
    """Where an index is used: whether alone, and the extent there, or else the largest one."""
    for shape in _shapes(entry, env, facts, options):
        for item, extent in zip(entry.indices or (), _extents(entry, shape), strict=False):
            if isinstance(item, Symbol) and item.name == name:
                yield True, extent
            elif _has(item, name):
                yield False, max(shape)


def _has(node: Node, name: str) -> bool:
    return any(isinstance(n, Symbol) and n.name == name for n in node.walk())


def _shapes(entry: Entry, env: Environment, facts: Facts, options: Options) -> Iterator[Shape]:
    if entry.indices is None:
        return
    if not entry.kind and entry.letter not in facts.layers:
        return
    try:
        key = key_of(entry, env, facts, options.delta)
    except ClaimError:
        return
    yield facts.shape(facts.tensors[key])


def _extents(entry: Entry, shape: Shape) -> Shape:
    count = len(entry.indices or ())
    if count == len(shape):
        return shape
    return (prod(shape),) if count == 1 else tuple(n for n in shape if n != 1)
