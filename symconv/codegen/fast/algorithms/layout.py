"""In which order the axes of an array lie in memory, as letters.

Letters: n batch, f filters, (a, b) phases that share a maximum, (h, w) their places. Letters that
share an axis follow each other in memory.
"""

from __future__ import annotations

from typing import TypeAlias

Layout: TypeAlias = tuple[str, ...]

MAPS: Layout = ("n", "f", "h", "w")
"""The order of tensors: row-major, the columns of a map innermost."""

PLANES: Layout = ("a", "b", "n", "f", "h", "w")
"""A phase of all tiles as a plane of its own, so that a maximum compares arrays and no windows. The
axes a and b are there even with one phase."""


def drop_phases(layout: Layout) -> Layout:
    """The same axes where there is one phase: its letters are left out."""
    plain = (axis.replace("a", "").replace("b", "") for axis in layout)
    return tuple(axis for axis in plain if axis)
