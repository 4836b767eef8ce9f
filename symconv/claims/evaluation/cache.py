"""What is computed once for a network and kept: its facts, and random worlds to test in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from symconv.claims.model.facts import Facts, Network, facts_of
from symconv.core.nodes import MaxOver, absolute, relu

from .assignment import World, classes_of
from .assignments import field_world
from .exponent_laws import Exponents

COINS = 24
MOST_KEPT = 64
MOST_CLASSES = 32
"""In how many worlds labels take one class after the other."""

_FACTS: WeakKeyDictionary[Any, list[Facts]] = WeakKeyDictionary()
_WORLDS: dict[int, tuple[Facts, list[World]]] = {}


def facts_for(network: Network) -> list[Facts]:
    """The facts at one choice of sizes, or at several where sizes are symbols."""
    if network not in _FACTS:
        first = facts_of(network)
        more = [facts_of(network, seed) for seed in (3, 5)] if first.sizes else []
        _FACTS[network] = [first, *more]
    return _FACTS[network]


def worlds_for(facts: Facts) -> Sequence[World]:
    """Random worlds; with maxima a few more, so that other entries win, and one for each class."""
    if id(facts) not in _WORLDS:
        if len(_WORLDS) > MOST_KEPT:
            _WORLDS.clear()
        count = 6 if any(e.rhs.has(MaxOver) for e in facts.forward.equations) else 2
        count = max([count, *(min(MOST_CLASSES, n) for n in classes_of(facts).values())])
        _WORLDS[id(facts)] = (facts, [field_world(facts, seed + 1) for seed in range(count)])
    return _WORLDS[id(facts)][1]


def with_laws(facts: Facts) -> Iterator[World]:
    """Worlds in which exp and log obey their laws."""
    for seed in (1, 2, 3):
        yield field_world(facts, 60 + seed, kind=Exponents)


def has_switches(facts: Facts) -> bool:
    """Whether the network has a ReLU or an absolute value."""
    return any(e.rhs.has(relu) or e.rhs.has(absolute) for e in facts.forward.equations)


def switched(facts: Facts) -> Iterator[World]:
    """Worlds with switches of 0 and 1: all open, all shut if there are any, and coins."""
    if has_switches(facts):
        yield field_world(facts, 3, "open")
        yield field_world(facts, 4, "shut")
    yield from coins(facts, COINS)


def coins(facts: Facts, count: int) -> Iterator[World]:
    """Worlds in which a coin says on which side of 0 a number is."""
    for seed in range(count):
        yield field_world(facts, 20 + seed, "coins")
