"""`matrix`: every entry of an image times every place."""

from __future__ import annotations

from .shared import Roles, maxima, places_of
from .sizes import Sizes
from .work import Work, product


def matrix(s: Sizes) -> Roles:
    """Every entry of an image times every place."""
    area = s.places[0] * s.places[1]
    places, pixels = s.f * area, s.c * s.image[0] * s.image[1]
    table = places * pixels
    kernel = Work(fetched=area * s.f * s.c * s.taps[0] * s.taps[1], calls=5)
    return {
        "places": (
            Work(fetched=table, calls=5)
            + product(1, places, pixels, s.n)
            + maxima(s, places_of(s) / 4)
        ).holding(table + s.n * places),
        "kernel": (product(1, places, s.n, pixels) + kernel).holding(table),
        "image": (product(1, s.n, places, pixels) + Work(calls=4)).holding(table),
    }
