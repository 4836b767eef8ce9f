"""Arrays whose axes carry index letters, and how they are brought together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Expr, Integer, S, Symbol, fraction

from .program import (
    WHOLE,
    Arithmetic,
    Array,
    At,
    Index,
    Item,
    Negative,
    NewAxis,
    Number,
    Slice,
    Transpose,
)


@dataclass(frozen=True)
class Labelled:
    """`array` with one index per axis; it is the same for every other index."""

    array: Array
    axes: tuple[Symbol, ...]

    def at(self, index: Symbol) -> Labelled:
        """One entry along the axis of `index`, which becomes a loop index."""
        if index not in self.axes:
            return self
        items = tuple(At(v) if v == index else WHOLE for v in self.axes)
        return Labelled(view(self.array, items), tuple(v for v in self.axes if v != index))


def view(source: Array, items: tuple[Item, ...]) -> Array:
    """`source[items]`, written into an existing index where that reads as one."""
    if all(item == WHOLE for item in items):
        return source
    if not isinstance(source, Index):
        return Index(source, items)
    outer = iter(items)
    merged: list[Item] = []
    for item in source.items:
        if isinstance(item, At):
            merged.append(item)
            continue
        new = next(outer)
        while isinstance(new, NewAxis):
            merged.append(new)
            new = next(outer)
        if isinstance(item, NewAxis) or WHOLE not in {item, new}:
            return Index(source, items)
        merged.append(new if item == WHOLE else item)
    return Index(source.source, (*merged, *outer))


def transposed(value: Labelled, axes: tuple[Symbol, ...]) -> Labelled:
    """The same values with the axes in another order."""
    order = tuple(value.axes.index(v) for v in axes)
    if order == tuple(range(len(order))):
        return value
    return Labelled(Transpose(value.array, order), axes)


def spread(value: Labelled, axes: tuple[Symbol, ...]) -> Array:
    """The array for broadcasting against `axes`: in that order, new axes where one is missing."""
    inside = tuple(v for v in axes if v in value.axes)
    ordered = transposed(value, inside).array
    if not inside:
        return ordered
    first = axes.index(inside[0])
    return view(ordered, tuple(WHOLE if v in inside else NewAxis() for v in axes[first:]))


def union(values: Iterable[Labelled], order: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """Every index that one of the values has: in their own order if they agree, else as given."""
    values = tuple(values)
    if len({value.axes for value in values}) == 1:
        return values[0].axes
    found = {v for value in values for v in value.axes}
    return tuple(v for v in order if v in found)


def product(values: tuple[Labelled, ...], order: Iterable[Symbol]) -> Labelled:
    """The product, entry by entry, with the axes in the given order."""
    if len(values) == 1:
        return values[0]
    axes = union(values, order)
    parts = tuple(spread(value, axes) for value in values)
    return Labelled(Arithmetic("*", parts), axes)


def total(values: tuple[Labelled, ...], order: Iterable[Symbol]) -> Labelled:
    """The sum, entry by entry, with the axes in the given order."""
    if len(values) == 1:
        return values[0]
    axes = union(values, order)
    return Labelled(Arithmetic("+", tuple(spread(value, axes) for value in values)), axes)


def scaled(value: Labelled, coefficient: Expr) -> Labelled:
    """coefficient * value with integers only: a numerator in front, a denominator behind."""
    above, below = fraction(coefficient)
    array = value.array
    if above.could_extract_minus_sign():
        return Labelled(Negative(scaled(value, -coefficient).array), value.axes)
    if isinstance(array, Number):
        return Labelled(Number(array.value * coefficient), value.axes)
    if above != 1:
        array = Arithmetic("*", (Number(above), array))
    if below != 1:
        array = Arithmetic("/", (array, Number(below)))
    return Labelled(array, value.axes)


def reverse_items(falls: tuple[bool, ...]) -> tuple[Item, ...]:
    """Items that turn around the axes along which an index falls."""
    return tuple(Slice(step=Integer(-1)) if f else WHOLE for f in falls)


ONE = Labelled(Number(S.One), ())
