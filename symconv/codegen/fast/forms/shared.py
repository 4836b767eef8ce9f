"""What the counts of several forms have in common."""

from __future__ import annotations

from typing import TypeAlias

from .contraction import Role
from .sizes import Sizes
from .work import Count, Work, copy

Roles: TypeAlias = dict[Role, Work]


def pixels_of(s: Sizes) -> Count:
    """How many entries the images have."""
    return s.n * s.c * s.image[0] * s.image[1]


def places_of(s: Sizes) -> Count:
    """How many entries the places have."""
    return s.n * s.f * s.places[0] * s.places[1]


def maxima(s: Sizes, run: Count) -> Work:
    """Comparing the phases, and routing delta to the winners, in runs of that length."""
    return Work() if s.phases == (1, 1) else copy(4 * places_of(s), run) + Work(calls=30)


def unstaged(s: Sizes) -> Work:
    """Planes of phases written as images, number by number."""
    return Work() if s.phases == (1, 1) else copy(places_of(s), 1)
