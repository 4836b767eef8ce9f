"""Arrays whose axes carry index letters, and how they are brought together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Expr, Integer, Rational, S, Symbol, factorint, fraction

from .ir import (
    WHOLE,
    Arithmetic,
    Array,
    IndexView,
    IntegerIndex,
    Item,
    Negate,
    NewAxis,
    Reshape,
    Scalar,
    StridedSlice,
    Transpose,
)


@dataclass(frozen=True)
class NamedArray:
    """`array` with one index per axis; it is the same for every other index."""

    array: Array
    axes: tuple[Symbol, ...]

    def at(self, index: Symbol) -> NamedArray:
        """One entry along the axis of `index`, which becomes a loop index."""
        if index not in self.axes:
            return self
        items = tuple(IntegerIndex(v) if v == index else WHOLE for v in self.axes)
        return NamedArray(index_array(self.array, items), tuple(v for v in self.axes if v != index))


def index_array(source: Array, items: tuple[Item, ...]) -> Array:
    """`source[items]`; an index of an index becomes one index where the axes allow it."""
    if all(item == WHOLE for item in items):
        return source
    if not isinstance(source, IndexView):
        return IndexView(source, items)
    outer = iter(items)
    merged: list[Item] = []
    for item in source.items:
        if isinstance(item, IntegerIndex):
            merged.append(item)
            continue
        new = next(outer)
        while isinstance(new, NewAxis):
            merged.append(new)
            new = next(outer)
        # A slice of a slice would need arithmetic on starts and steps; two indexings in a row say
        # the same.
        if isinstance(item, NewAxis) or WHOLE not in {item, new}:
            return IndexView(source, items)
        merged.append(new if item == WHOLE else item)
    return IndexView(source.source, (*merged, *outer))


def reshape_array(source: Array, shape: tuple[Expr, ...]) -> Array:
    """The entries of `source` in row-major order in another shape; skips an earlier reshape."""
    return Reshape(source.source if isinstance(source, Reshape) else source, shape)


def transpose_axes(value: NamedArray, axes: tuple[Symbol, ...]) -> NamedArray:
    """The same values with the axes in another order."""
    order = tuple(value.axes.index(v) for v in axes)
    if order == tuple(range(len(order))):
        return value
    return NamedArray(Transpose(value.array, order), axes)


def broadcast_to_axes(value: NamedArray, axes: tuple[Symbol, ...]) -> Array:
    """The array for broadcasting against `axes`: in that order, new axes where one is missing."""
    if isinstance(value.array, Negate):
        return Negate(broadcast_to_axes(NamedArray(value.array.source, value.axes), axes))
    inside = tuple(v for v in axes if v in value.axes)
    ordered = transpose_axes(value, inside).array
    if not inside:
        return ordered
    # Axes that are missing in front need no new axis: broadcasting adds them.
    first = axes.index(inside[0])
    return index_array(ordered, tuple(WHOLE if v in inside else NewAxis() for v in axes[first:]))


def merge_axes(values: Iterable[NamedArray], order: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """Every index that one of the values has: in their own order if they agree, else as given."""
    values = tuple(values)
    given = tuple(v for v in order if any(v in value.axes for value in values))
    found: list[Symbol] = []
    while len(found) < len(given):
        rests = [[v for v in value.axes if v not in found] for value in values]
        # The first index that no array wants behind another one: a topological sort, so that no
        # array has to be transposed if their orders agree.
        first = (v for v in given if v not in found and all(v not in r[1:] for r in rests))
        new = next(first, None)
        if new is None:
            return given
        found.append(new)
    return tuple(found)


def multiply_arrays(values: tuple[NamedArray, ...], order: Iterable[Symbol]) -> NamedArray:
    """The product, entry by entry; factors 1 / a become one division by their product."""
    if len(values) == 1:
        return values[0]
    axes = merge_axes(values, order)
    above = tuple(broadcast_to_axes(v, axes) for v in values if _reciprocal_operand(v) is None)
    below = tuple(
        broadcast_to_axes(v, axes) for v in map(_reciprocal_operand, values) if v is not None
    )
    # One division of the product by the product of the denominators, instead of a division each.
    upper = _multiply(above) if above else Scalar(S.One)
    return NamedArray(Arithmetic("/", (upper, _multiply(below))) if below else upper, axes)


def _multiply(parts: tuple[Array, ...]) -> Array:
    return parts[0] if len(parts) == 1 else Arithmetic("*", parts)


def _reciprocal_operand(value: NamedArray) -> NamedArray | None:
    """The array a of a reciprocal 1 / a; None for anything else."""
    match value.array:
        case Arithmetic("/", (Scalar(S.One), below)):
            return NamedArray(below, value.axes)
    return None


def add_arrays(values: tuple[NamedArray, ...], order: Iterable[Symbol]) -> NamedArray:
    """The sum, entry by entry, with the axes in the given order."""
    if len(values) == 1:
        return values[0]
    axes = merge_axes(values, order)
    return NamedArray(
        Arithmetic("+", tuple(broadcast_to_axes(value, axes) for value in values)), axes
    )


def scale_array(value: NamedArray, coefficient: Expr) -> NamedArray:
    """coefficient * value: a numerator in front and a denominator behind, or one decimal."""
    above, below = fraction(coefficient)
    array = value.array
    if above.could_extract_minus_sign():
        return NamedArray(Negate(scale_array(value, -coefficient).array), value.axes)
    if isinstance(array, Scalar):
        return NamedArray(Scalar(array.value * coefficient), value.axes)
    if coefficient.is_number and not coefficient.is_Rational:
        return NamedArray(Arithmetic("*", (Scalar(coefficient), array)), value.axes)
    # 0.044715 x, rather than 8943 x / 200000.
    if above != 1 and is_decimal(coefficient):
        return NamedArray(Arithmetic("*", (Scalar(coefficient), array)), value.axes)
    if above != 1:
        array = Arithmetic("*", (Scalar(above), array))
    if below != 1:
        array = Arithmetic("/", (array, Scalar(below)))
    return NamedArray(array, value.axes)


def is_decimal(value: Expr) -> bool:
    """Whether a number is best written with decimals, as 0.044715 is: hundredths or finer."""
    # 1/2, 3/4 and 1/50 are better as fractions: dividing by 2 is exact and says what is meant.
    if not isinstance(value, Rational) or value.q < 100:
        return False
    return set(factorint(value.q)) <= {2, 5}


def reverse_items(falls: tuple[bool, ...]) -> tuple[Item, ...]:
    """Items that turn around the axes along which an index falls."""
    return tuple(StridedSlice(step=Integer(-1)) if f else WHOLE for f in falls)


ONE = NamedArray(Scalar(S.One), ())
