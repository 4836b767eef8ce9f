"""Points of small numbers at which a claim may fail, and how many of them a network can afford."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from symconv.claims.evaluation.assignment import all_places, classes_of, leaves
from symconv.claims.model.facts import Facts
from symconv.semantics.places import Place

Name = tuple[str, Place]
Point = dict[Name, int]
TRIALS = 3_000
FEWEST_ATTEMPTS, MOST_ATTEMPTS = 12, 60
SPARSE, FEW, FEW_OF_EACH = 4, 24, 3
MOST_VISITS, ONCE = 1_000_000, 2


def small_points(facts: Facts) -> Iterator[Point]:
    """Small numbers at random, first of all few of them, in a network that has many.

    Every other time all are different, so that every maximum is unique.
    """
    names = [(t.key, p) for t in leaves(facts) for p in all_places(facts, t)]
    random = Random(7)  # noqa: S311 - test numbers, not secrets
    wanted = max(FEWEST_ATTEMPTS, min(MOST_ATTEMPTS, TRIALS // len(names)))
    for attempt in range(affordable(facts, wanted)):
        yield _point(names, random, attempt) | _labels(facts, names, random)


def _point(names: Sequence[Name], random: Random, attempt: int) -> Point:
    """One choice of small numbers."""
    if attempt < SPARSE and len(names) > FEW:
        return _sparse(names, random, each=attempt % 2 == 0)
    if attempt % 2:
        sizes = random.sample(range(1, len(names) + 1), len(names))
        return {n: random.choice((1, -1)) * k for n, k in zip(names, sizes, strict=True)}
    choices = (1, -1, 2, -2) if attempt else (1, 1, 1, 2)
    return {n: random.choice(choices) for n in names}


def _labels(facts: Facts, names: Sequence[Name], random: Random) -> Point:
    """A class for every label."""
    counts = classes_of(facts)
    return {n: random.randrange(counts[n[0]]) for n in names if n[0] in counts}


def _sparse(names: Sequence[Name], random: Random, *, each: bool) -> Point:
    """Ones at a few places: of each tensor, or of all tensors together."""
    groups: dict[str, list[Name]] = {}
    for name in names:
        groups.setdefault(name[0] if each else "", []).append(name)
    count = FEW_OF_EACH if each else FEW
    chosen = {n for g in groups.values() for n in random.sample(g, min(count, len(g)))}
    return {n: int(n in chosen) for n in names}


def affordable(facts: Facts, wanted: int) -> int:
    """How often a network of this size is run."""
    return min(wanted, max(ONCE, MOST_VISITS // facts.work))
