"""`winograd2` and `winograd4`: few products a tile, and the transforms of both sides."""

from __future__ import annotations

from collections.abc import Callable

from .shared import Roles
from .sizes import Sizes
from .work import Count, Work, copy, product

PASSES = 1.3
"""How often a transform touches every number of a tile: along its rows, along its columns."""

SMALL = 24
"""How many numbers of a map a transform takes in the time of a product of matrices."""


def tiled(size: int) -> Callable[[Sizes], Roles]:
    """(size + taps - 1)^2 products a tile and pair of channels, and the transforms of both."""

    def numbers(s: Sizes, maps: int) -> Count:
        """The entries of the tiles of so many maps."""
        tiles = s.n * -(-s.places[0] // size) * -(-s.places[1] // size)
        return tiles * maps * (size + s.taps[0] - 1) * (size + s.taps[1] - 1)

    def transform(found: Count, area: int, each: int, maps: int) -> Work:
        """One side: numbers in tiles of an area, with `each` multiplications a tile and map."""
        tiny = Work(products=found // (maps * SMALL), multiplications=found // area * each)
        return tiny + copy(PASSES * found, maps)

    def image(s: Sizes) -> Work:
        """Along the rows for every column once, then along the columns of every tile."""
        high, wide, found = size + s.taps[0] - 1, size + s.taps[1] - 1, numbers(s, s.c)
        return transform(found, high * wide, high * (high * size + wide * wide), s.c)

    def places(s: Sizes) -> Work:
        """Along the rows and along the columns, each time fewer numbers."""
        high, wide, found = size + s.taps[0] - 1, size + s.taps[1] - 1, numbers(s, s.f)
        return transform(found, high * wide, size * wide * (high + size), s.f)

    def products(s: Sizes) -> Work:
        area = (size + s.taps[0] - 1) * (size + s.taps[1] - 1)
        return product(area, numbers(s, s.c) // (area * s.c), s.c, s.f) + Work(calls=40)

    def roles(s: Sizes) -> Roles:
        held, around = numbers(s, s.c + s.f), s.turned
        return {
            "places": (image(s) + places(s) + products(s)).holding(held),
            "kernel": (places(s) + products(s)).holding(held),
            "image": (image(around) + places(around) + products(around)).holding(held),
        }

    return roles
