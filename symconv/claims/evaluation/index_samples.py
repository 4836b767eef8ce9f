"""The values of free indices at which a claim is tried: all, or the borders and a sample."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product
from math import prod
from random import Random

from .indices import Environment

Ranges = Sequence[tuple[str, range]]


def environments(ranges: Ranges, most: int) -> list[Environment]:
    """All values, or as many as `most`: near the ends of every range, and some at random.

    What depends on an index changes near the ends of its range, where windows are cut off.
    """
    names, spans = [n for n, _ in ranges], [s for _, s in ranges]
    count = prod(map(len, spans))
    if count <= most:
        return [dict(zip(names, values, strict=True)) for values in product(*spans)]
    chosen = dict.fromkeys(islice(product(*map(_ends, spans)), most // 2))
    random = Random(1)  # noqa: S311 - test numbers, not secrets
    for number in random.sample(range(count), most - len(chosen)):
        chosen[_nth(number, spans)] = None
    return [dict(zip(names, values, strict=True)) for values in chosen]


def _ends(span: range) -> list[int]:
    """The outermost values first, then the ones next to them, then one in the middle."""
    found = (span[0], span[-1], span[min(1, len(span) - 1)], span[max(0, len(span) - 2)])
    return list(dict.fromkeys((*found, span[len(span) // 2])))


def _nth(number: int, spans: Sequence[range]) -> tuple[int, ...]:
    """The n-th choice of values, the last index running fastest."""
    found = []
    for span in reversed(spans):
        number, place = divmod(number, len(span))
        found.append(span[place])
    return tuple(reversed(found))
