"""`gathered`: the windows of all images by a table."""

from __future__ import annotations

from .shared import Roles, maxima, pixels_of, places_of
from .sizes import Sizes
from .work import Work, copy, product


def gathered(s: Sizes) -> Roles:
    """The windows of all images by a table, and the sums of an image by its inverse."""
    (k, l), area, pixels = s.taps, s.places[0] * s.places[1], pixels_of(s)
    inner = s.c * k * l
    most = -(-k // s.stride[0]) * -(-l // s.stride[1])
    windows = s.n * inner * area
    order = Work() if s.phases != (1, 1) else copy(places_of(s), s.blocks[1])  # made once
    fetched = Work(fetched=windows) + copy(pixels, s.image[1])
    back = Work(fetched=most * pixels)
    run = s.n * s.blocks[0] * s.blocks[1]
    return {
        "places": (
            fetched + product(1, s.f, inner, s.n * area) + Work(calls=6) + maxima(s, run)
        ).holding(windows),
        "kernel": (order + product(1, s.f, s.n * area, inner) + Work(calls=4)).holding(windows),
        "image": (product(1, inner, s.f, s.n * area) + back + Work(calls=6)).holding(windows),
    }
