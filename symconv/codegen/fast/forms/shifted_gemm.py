"""`folded`: one image once for every tap along its rows."""

from __future__ import annotations

from .shared import Roles, maxima, unstaged
from .sizes import Sizes
from .work import Count, Work, copy, product


def folded(s: Sizes) -> Roles:
    """One image once for every tap along its rows; its gradient is the same, turned around."""
    k, l = s.taps
    delta, back = unstaged(s), s.turned
    lines, area = s.c * l, s.places[0] * s.places[1]
    held = _folds(s)
    sums = copy(s.n * k * lines * s.f, lines * s.f) + copy(s.n * held, s.places[1])
    calls = Work(calls=8 + s.n * (10 + 2.5 * l + 3.5 * k))
    return {
        "places": (_shifts(s) + maxima(s, 1)).holding(held),
        "kernel": (delta + product(s.n * k, lines, area, s.f) + sums + calls).holding(held),
        "image": (delta + _shifts(back)).holding(_folds(back)),
    }


def _shifts(s: Sizes) -> Work:
    """The copies of all images, and a product for every tap along a column."""
    (k, l), area = s.taps, s.places[0] * s.places[1]
    copies = copy(s.n * _folds(s), s.places[1]) + copy(s.n * (k - 1) * s.f * area, area)
    return (
        copies + product(s.n * k, s.f, s.c * l, area) + Work(calls=8 + s.n * (10 + 2.5 * l + 3 * k))
    )


def _folds(s: Sizes) -> Count:
    rows = s.places[0] + s.dilation[0] * (s.taps[0] - 1)
    return s.c * s.taps[1] * rows * s.places[1]
