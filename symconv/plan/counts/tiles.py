"""`winograd2` and `winograd4`: few products a tile, and the transforms of both sides."""

from __future__ import annotations

from collections.abc import Callable

from symconv.plan.sizes import Sizes
from symconv.plan.work import Work, product

from .shared import Roles


def tiled(size: int) -> Callable[[Sizes], Roles]:
    """(size + taps - 1)^2 products a tile and pair of channels, and the transforms of both."""

    def forward(s: Sizes) -> Work:
        high, wide = (size + k - 1 for k in s.taps)
        tiles = s.n * -(-s.places[0] // size) * -(-s.places[1] // size)
        image = tiles * s.c * high * (high * size + wide * wide)
        back = tiles * s.f * (size * high * wide + size * size * wide)
        both = Work(multiplications=image + back)
        held = tiles * high * wide * (s.c + s.f)
        return (both + product(high * wide, tiles, s.c, s.f) + Work(calls=40)).holding(held)

    def roles(s: Sizes) -> Roles:
        work = forward(s)
        return {"places": work, "kernel": work, "image": forward(s.turned)}

    return roles
