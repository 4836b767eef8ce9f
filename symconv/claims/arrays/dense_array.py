"""Arrays with any number of axes, over any numbers; how those of different shapes go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from symconv.claims.model.budget import spend
from symconv.claims.model.context import Shape
from symconv.claims.model.errors import MOST_VALUES, MOST_WORK, ClaimError, ShapeMismatchError

Place = tuple[int, ...]


@dataclass(frozen=True)
class NumberSystem:
    """The numbers that entries are: their algebra, and its zero."""

    algebra: Any
    zero: Any

    @property
    def one(self) -> Any:
        return self.algebra.number(1)


@dataclass(frozen=True)
class DenseArray:
    """Entries row by row; a number has no axes."""

    shape: Shape
    entries: tuple[Any, ...]

    def map(self, function: Callable[[Any], Any]) -> DenseArray:
        """A function of every entry."""
        return DenseArray(self.shape, tuple(function(e) for e in self.entries))

    @property
    def steps(self) -> list[int]:
        """How many entries lie between neighbours along each axis."""
        return [prod(self.shape[n + 1 :]) for n in range(len(self.shape))]

    def places(self) -> Iterator[Place]:
        """The indices of all entries, in their order."""
        return product(*map(range, self.shape))


def make_dense(shape: Shape, entries: Sequence[Any]) -> DenseArray:
    """The array of a shape with some entries."""
    return DenseArray(tuple(shape), tuple(entries))


def describe_shape(shape: Shape) -> str:
    """`(3, 4)`, as NumPy prints a shape."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def limit_entries(shape: Shape, each: int = 1) -> None:
    """Refuse an array that is too large before it is built; `each` is the work of an entry."""
    count = prod(shape)
    if count > MOST_VALUES or count * each > MOST_WORK:
        raise ClaimError(f"an array of {count:,} entries", help=f"at most {MOST_VALUES:,} are held")
    spend(count * each)


def broadcast_shapes(shapes: Sequence[Shape]) -> Shape:
    """The shape that arrays have together; ShapeMismatchError where there is none."""
    rank = max(map(len, shapes), default=0)
    found = []
    for axis in range(-rank, 0):
        extents = {s[axis] for s in shapes if len(s) >= -axis} - {1}
        if len(extents) > 1:
            said = " and ".join(dict.fromkeys(map(describe_shape, shapes)))
            raise ShapeMismatchError(f"the shapes {said} do not broadcast")
        found.append(extents.pop() if extents else 1)
    return tuple(found)


def walk_broadcast(shape: Shape, whole: Shape) -> Iterator[int]:
    """The number of the entry of a shape that stands at every place of the whole shape."""
    strides, step = list[int](), 1
    for extent in reversed(shape):
        strides.insert(0, 0 if extent == 1 else step)
        step *= extent
    strides = [0] * (len(whole) - len(shape)) + strides
    for place in product(*map(range, whole)):
        yield sum(i * s for i, s in zip(place, strides, strict=True))


def repeat_to(array: DenseArray, shape: Shape) -> DenseArray:
    """The array repeated along the axes that it does not have."""
    if array.shape == shape:
        return array
    limit_entries(shape)
    return make_dense(shape, [array.entries[n] for n in walk_broadcast(array.shape, shape)])


def combine_dense(
    left: DenseArray, right: DenseArray, function: Callable[[Any, Any], Any]
) -> DenseArray:
    """Entry by entry, axes matched from the right."""
    shape = broadcast_shapes([left.shape, right.shape])
    a, b = repeat_to(left, shape), repeat_to(right, shape)
    return make_dense(shape, [function(x, y) for x, y in zip(a.entries, b.entries, strict=True)])


def gather_entries(
    array: DenseArray, shape: Shape, source: Callable[[Place], Sequence[int]]
) -> DenseArray:
    """The array of a shape whose entries stand at the places that `source` says."""
    limit_entries(shape)
    steps = array.steps
    numbers = (
        sum(i * s for i, s in zip(source(p), steps, strict=True))
        for p in product(*map(range, shape))
    )
    return make_dense(shape, [array.entries[n] for n in numbers])
