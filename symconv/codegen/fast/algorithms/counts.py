"""What the counts of several algorithms have in common."""

from __future__ import annotations

from typing import TypeAlias

from .contraction import Role
from .operation_count import Count, OperationCount, count_copies
from .sizes import ContractionSizes

RoleCounts: TypeAlias = dict[Role, OperationCount]


def count_pixels(s: ContractionSizes) -> Count:
    """How many entries the images have."""
    return s.n * s.c * s.image[0] * s.image[1]


def count_places(s: ContractionSizes) -> Count:
    """How many entries the places have."""
    return s.n * s.f * s.places[0] * s.places[1]


def count_maxima(s: ContractionSizes, run: Count) -> OperationCount:
    """Comparing the phases, and routing delta to the winners, in runs of that length.

    Each phase is compared, written where it won, multiplied and subtracted on the way back: 4
    passes over the numbers, in about 30 calls for both directions (`max_pool*.py.j2`).
    """
    if s.phases == (1, 1):
        return OperationCount()
    return count_copies(4 * count_places(s), run) + OperationCount(calls=30)


def count_unstaging(s: ContractionSizes) -> OperationCount:
    """Planes of phases written as images, number by number."""
    return OperationCount() if s.phases == (1, 1) else count_copies(count_places(s), 1)
