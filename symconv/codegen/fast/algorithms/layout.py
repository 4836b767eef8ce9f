"""In which order the axes of an array lie in memory, as letters.

Letters: n batch, f filters, (a, b) phases that share a maximum, (h, w) their places. Letters that
share an axis follow each other in memory.
"""

from __future__ import annotations

from typing import TypeAlias

Layout: TypeAlias = tuple[str, ...]

MAPS: Layout = ("n", "f", "h", "w")
PLANES: Layout = ("a", "b", "n", "f", "h", "w")


def drop_phases(layout: Layout) -> Layout:
    """The same axes where there is one phase: its letters are left out."""
    plain = (axis.replace("a", "").replace("b", "") for axis in layout)
    return tuple(axis for axis in plain if axis)
