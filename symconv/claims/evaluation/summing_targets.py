"""Targets that are probabilities: the last one of every sample is 1 less the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from fractions import Fraction
from typing import Any

from symconv.claims.model.context import NetworkContext
from symconv.semantics.index_arithmetic import Place

from .assignment import all_places


def make_targets_sum(
    context: NetworkContext, given: Mapping[str, MutableMapping[Place, Any]], one: Any
) -> None:
    """Set the last target of every sample, in place, where the context asks for that."""
    for key, places in _samples(context):
        table = given.get(key)
        if table is not None and all(p in table for p in places):
            total = one
            for place in places[:-1]:
                total = total + -1 * table[place]
            table[places[-1]] = total


def sum_targets_of_point(
    context: NetworkContext, point: dict[tuple[str, Place], int | Fraction]
) -> None:
    """The same for a point of small numbers: probabilities in their proportions, if none is 0."""
    for key, places in _samples(context):
        names = [(key, place) for place in places]
        if any(name not in point for name in names):
            continue
        total = sum(abs(Fraction(point[n])) for n in names)
        if all(point[n] for n in names):
            point |= {n: abs(Fraction(point[n])) / total for n in names}
        else:
            point[names[-1]] = 1 - sum(point[n] for n in names[:-1])


def targets_do_sum(
    context: NetworkContext, given: Mapping[str, Mapping[Place, Any]]
) -> bool | None:
    """Whether given targets sum to 1 in every sample; None where some are not given."""
    sums = []
    for key, axis in context.probability_targets.items():
        for places in _groups(context, key, axis):
            table = given.get(key, {})
            if not all(p in table for p in places):
                return None
            sums.append(sum(table[p] for p in places))
    return all(total == 1 for total in sums)


def _samples(context: NetworkContext) -> Iterator[tuple[str, list[Place]]]:
    for key, axis in context.probability_targets.items() if context.summing else ():
        for places in _groups(context, key, axis):
            yield key, places


def _groups(context: NetworkContext, key: str, axis: int) -> Iterator[list[Place]]:
    """The places of one sample after the other."""
    found: dict[Place, list[Place]] = {}
    for place in all_places(context, context.tensors[key]):
        found.setdefault((*place[:axis], *place[axis + 1 :]), []).append(place)
    yield from found.values()
