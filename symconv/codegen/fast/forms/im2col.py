"""`columns`: the windows of one image at a time."""

from __future__ import annotations

from .shared import Roles, maxima, pixels_of, unstaged
from .sizes import Sizes
from .work import Work, copy, product


def columns(s: Sizes) -> Roles:
    """The windows of one image at a time, written again for the gradient of the kernel."""
    (k, l), (rows, columns) = s.taps, s.places
    inner, area = s.c * k * l, rows * columns
    windows = copy(s.n * inner * area, columns if s.stride[1] == 1 else columns / 2)
    margin, delta = copy(pixels_of(s), s.image[1]), unstaged(s)
    back = copy(s.n * inner * area, columns) + copy(s.n * s.c * k * rows * s.image[1], s.image[1])
    sums = copy(s.n * s.f * inner, s.f * inner)
    calls = 12 + s.n * (5 + 2.5 * (k + l))
    return {
        "places": (
            margin
            + windows
            + product(s.n, s.f, inner, area)
            + Work(calls=10 + 2.5 * s.n)
            + maxima(s, 1)
        ).holding(inner * area),
        "kernel": (
            delta + windows + product(s.n, s.f, area, inner) + sums + Work(calls=8 + 4 * s.n)
        ).holding(inner * area),
        "image": (delta + product(s.n, inner, s.f, area) + back + Work(calls=calls)).holding(
            inner * area
        ),
    }
