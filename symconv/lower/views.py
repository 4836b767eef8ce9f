"""The same entries seen in another way: slices, windows, reshapes, repetition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sympy import Expr

if TYPE_CHECKING:
    from .program import Array


@dataclass(frozen=True)
class Slice:
    """`start:stop:step` along one axis; None is left out."""

    start: Expr | None = None
    stop: Expr | None = None
    step: Expr | None = None


@dataclass(frozen=True)
class At:
    """One place along an axis; the axis disappears."""

    place: Expr


@dataclass(frozen=True)
class NewAxis:
    """An axis of length 1 that was not there."""


WHOLE = Slice()
Item: TypeAlias = Slice | At | NewAxis


@dataclass(frozen=True)
class Index:
    """`source[items]`, basic indexing only: a view."""

    source: Array
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Pad:
    """`source` with (before, after) entries of `fill` along each axis."""

    source: Array
    widths: tuple[tuple[Expr, Expr], ...]
    fill: Literal["zero", "lowest"]


@dataclass(frozen=True)
class Windows:
    """Every window of the given lengths along the given axes; the window axes come last."""

    source: Array
    lengths: tuple[Expr, ...]
    axes: tuple[int, ...]


@dataclass(frozen=True)
class Reshape:
    """The same entries in row-major order, in another shape."""

    source: Array
    shape: tuple[Expr, ...]


@dataclass(frozen=True)
class Transpose:
    """Axis `order[k]` of `source` becomes axis k."""

    source: Array
    order: tuple[int, ...]


@dataclass(frozen=True)
class Broadcast:
    """A read-only array of the full shape that repeats `source`."""

    source: Array
    shape: tuple[Expr, ...]
