"""Operations on arrays in their textbook form: rotate, dilate, correlate, scatter, outer product.

They know nothing of index formulas, and so can judge them. An array is a mapping from places to
numbers, 0 wherever it has no entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product

Place = tuple[int, ...]
Grid = Mapping[Place, int]


def rotate_grid(grid: Grid, axes: Sequence[int], extents: Sequence[int]) -> dict[Place, int]:
    """rot180: the array backwards along the axes."""
    return {
        _replace_axes(p, axes, [n - 1 - p[a] for a, n in _zip(axes, extents)]): v
        for p, v in grid.items()
    }


def dilate_grid(grid: Grid, axes: Sequence[int], factors: Sequence[int]) -> dict[Place, int]:
    """factor - 1 zeros between neighbours along the axes."""
    return {
        _replace_axes(p, axes, [f * p[a] for a, f in _zip(axes, factors)]): v
        for p, v in grid.items()
    }


def shift_grid(grid: Grid, axes: Sequence[int], by: Sequence[int]) -> dict[Place, int]:
    """Zeros in front, or entries cut off where `by` is negative."""
    moved = {
        _replace_axes(p, axes, [p[a] + n for a, n in _zip(axes, by)]): v for p, v in grid.items()
    }
    return {p: v for p, v in moved.items() if min(p) >= 0}


def _zip(axes: Sequence[int], values: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(axes, values, strict=True))


def _replace_axes(place: Place, axes: Sequence[int], values: Sequence[int]) -> Place:
    found = list(place)
    for axis, value in zip(axes, values, strict=True):
        found[axis] = value
    return tuple(found)


def contract_grids(  # noqa: PLR0913, PLR0917 - two arrays with their labels, and where
    first: Grid,
    first_labels: Sequence[str],
    second: Grid,
    second_labels: Sequence[str],
    sums: Mapping[str, int],
    free: Mapping[str, int],
) -> int:
    """The entry of a product at the `free` labels, added up over the labels of `sums`.

    A label `u+t` reads an axis at u + t, as a window that moves over the array does, and `0` one of
    one entry.
    """
    total = 0
    mine, theirs = ([label.split("+") for label in some] for some in (first_labels, second_labels))
    here = {"0": 0, **free}
    for values in product(*(range(n) for n in sums.values())):
        here.update(zip(sums, values, strict=True))
        left = second.get(_find_place(theirs, here), 0)
        if left:
            total += left * first.get(_find_place(mine, here), 0)
    return total


def _find_place(labels: Sequence[Sequence[str]], values: Mapping[str, int]) -> Place:
    """The place at labels in parts, each the sum of what these stand at."""
    return tuple(
        [
            values[parts[0]] if len(parts) == 1 else sum([values[part] for part in parts])
            for parts in labels
        ]
    )


def sum_grid(grid: Grid, kept: Sequence[int]) -> dict[Place, int]:
    """The sum over all axes but the kept ones."""
    found: dict[Place, int] = defaultdict(int)
    for place, value in grid.items():
        found[tuple(place[a] for a in kept)] += value
    return dict(found)


def slice_grid(grid: Grid, fixed: Mapping[int, int]) -> dict[Place, int]:
    """The part of an array at the given places of some axes, without these axes."""
    return {
        tuple(n for axis, n in enumerate(place) if axis not in fixed): value
        for place, value in grid.items()
        if all(place[axis] == n for axis, n in fixed.items())
    }
