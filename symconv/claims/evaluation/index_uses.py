"""Where an index of a formula is used: the entries, and which values of it keep them in range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, prod
from typing import TYPE_CHECKING

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.facts import Facts, Shape
from symconv.claims.model.tree import Differential, Entry, Node, Symbol

from .indices import Environment, key_of, whole_number

if TYPE_CHECKING:
    from .evaluate import Options


@dataclass(frozen=True)
class Use:
    """One index of an entry; `axis` is None where one number counts all entries.

    `signal` says that the entry is an error signal, dC/d(it).
    """

    key: str
    axis: int | None
    index: Node
    extent: int
    longest: int
    signal: bool

    def others(self, name: str, facts: Facts) -> set[str]:
        """The other names in the index that are no sizes."""
        return _names(self.index) - {name} - set(facts.size_names)

    def inside(self, name: str, env: Environment, facts: Facts, base: int) -> range | None:
        """The values for which the entry exists; None where they are not known."""
        values = [whole_number(self.index, {**env, name: n}, facts) for n in range(3)]
        if any(v is None for v in values):
            return None
        at, one, two = (Fraction(v) for v in values if v is not None)
        step = one - at
        if not step or two - one != step:
            return None
        ends = sorted(((base - at) / step, (base + self.extent - 1 - at) / step))
        return range(ceil(ends[0]), floor(ends[1]) + 1)


def uses_of(name: str, body: Node, env: Environment, facts: Facts, options: Options) -> list[Use]:
    """The indices of entries in which a name appears."""
    return [
        use
        for entry, signal in _entries(body)
        for use in _of_entry(entry, env, facts, options, signal=signal or bool(entry.kind))
        if name in _names(use.index)
    ]


def kernel_indices(parts: tuple[Node, ...], facts: Facts) -> frozenset[str]:
    """The names that count an axis of a kernel somewhere: what they are added to is a place."""
    entries = (n for part in parts for n in part.walk() if isinstance(n, Entry) and n.indices)
    return frozenset(
        i.name
        for e in entries
        if e.letter in facts.kernels
        for i in e.indices or ()
        if isinstance(i, Symbol)
    )


def common(ranges: list[range]) -> range:
    """What lies in all of some ranges."""
    first, last = max(r.start for r in ranges), min(r.stop for r in ranges)
    return range(first, max(first, last))


def _entries(node: Node) -> Iterator[tuple[Entry, bool]]:
    """The entries of a formula, those below dC with the remark that they are error signals."""
    if isinstance(node, Entry):
        yield node, False
    elif isinstance(node, Differential):
        yield from _entries(node.of)
        yield node.by, isinstance(node.of, Entry) and node.of.indices is None
    else:
        for child in node.children():
            yield from _entries(child)


def _of_entry(
    entry: Entry, env: Environment, facts: Facts, options: Options, *, signal: bool
) -> Iterator[Use]:
    if entry.indices is None or not (entry.kind or entry.letter in facts.layers):
        return
    try:
        key = key_of(entry, env, facts, options.delta)
    except ClaimError:
        return
    shape = facts.shape(facts.tensors[key])
    for (axis, extent), index in zip(_axes(entry, shape), entry.indices, strict=False):
        yield Use(key, axis, index, extent, max(shape), signal)


def _axes(entry: Entry, shape: Shape) -> list[tuple[int | None, int]]:
    """The axes that the indices of an entry belong to, with their extents."""
    count = len(entry.indices or ())
    if count == 1 and len(shape) != 1:
        return [(None, prod(shape))]
    axes: list[tuple[int | None, int]] = [*enumerate(shape)]
    return axes if count == len(shape) else [(n, extent) for n, extent in axes if extent != 1]


def _names(node: Node) -> set[str]:
    return {n.name for n in node.walk() if isinstance(n, Symbol)}
