"""Arrays whose axes carry index letters, and how they are brought together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Expr, Integer, Rational, S, Symbol, factorint, fraction

from .arithmetic import Arithmetic, Negative
from .leaves import Number
from .program import Array
from .views import WHOLE, At, Index, Item, NewAxis, Reshape, Slice, Transpose


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


def reshaped(source: Array, shape: tuple[Expr, ...]) -> Array:
    """The entries of `source` in row-major order in another shape; a reshape before is idle."""
    return Reshape(source.source if isinstance(source, Reshape) else source, shape)


def transposed(value: Labelled, axes: tuple[Symbol, ...]) -> Labelled:
    """The same values with the axes in another order."""
    order = tuple(value.axes.index(v) for v in axes)
    if order == tuple(range(len(order))):
        return value
    return Labelled(Transpose(value.array, order), axes)


def spread(value: Labelled, axes: tuple[Symbol, ...]) -> Array:
    """The array for broadcasting against `axes`: in that order, new axes where one is missing."""
    if isinstance(value.array, Negative):
        return Negative(spread(Labelled(value.array.source, value.axes), axes))
    inside = tuple(v for v in axes if v in value.axes)
    ordered = transposed(value, inside).array
    if not inside:
        return ordered
    first = axes.index(inside[0])
    return view(ordered, tuple(WHOLE if v in inside else NewAxis() for v in axes[first:]))


def union(values: Iterable[Labelled], order: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """Every index that one of the values has: in their own order if they agree, else as given."""
    values = tuple(values)
    given = tuple(v for v in order if any(v in value.axes for value in values))
    found: list[Symbol] = []
    while len(found) < len(given):
        rests = [[v for v in value.axes if v not in found] for value in values]
        first = (v for v in given if v not in found and all(v not in r[1:] for r in rests))
        new = next(first, None)
        if new is None:
            return given
        found.append(new)
    return tuple(found)


def product(values: tuple[Labelled, ...], order: Iterable[Symbol]) -> Labelled:
    """The product, entry by entry; what is a reciprocal stands below a fraction line."""
    if len(values) == 1:
        return values[0]
    axes = union(values, order)
    above = tuple(spread(v, axes) for v in values if _below(v) is None)
    below = tuple(spread(v, axes) for v in map(_below, values) if v is not None)
    upper = _joined(above) if above else Number(S.One)
    return Labelled(Arithmetic("/", (upper, _joined(below))) if below else upper, axes)


def _joined(parts: tuple[Array, ...]) -> Array:
    return parts[0] if len(parts) == 1 else Arithmetic("*", parts)


def _below(value: Labelled) -> Labelled | None:
    """What a reciprocal is the reciprocal of."""
    match value.array:
        case Arithmetic("/", (Number(S.One), below)):
            return Labelled(below, value.axes)
    return None


def total(values: tuple[Labelled, ...], order: Iterable[Symbol]) -> Labelled:
    """The sum, entry by entry, with the axes in the given order."""
    if len(values) == 1:
        return values[0]
    axes = union(values, order)
    return Labelled(Arithmetic("+", tuple(spread(value, axes) for value in values)), axes)


def scaled(value: Labelled, coefficient: Expr) -> Labelled:
    """coefficient * value: a numerator in front and a denominator behind, or one decimal."""
    above, below = fraction(coefficient)
    array = value.array
    if above.could_extract_minus_sign():
        return Labelled(Negative(scaled(value, -coefficient).array), value.axes)
    if isinstance(array, Number):
        return Labelled(Number(array.value * coefficient), value.axes)
    if coefficient.is_number and not coefficient.is_Rational:
        return Labelled(Arithmetic("*", (Number(coefficient), array)), value.axes)
    if above != 1 and is_decimal(coefficient):
        return Labelled(Arithmetic("*", (Number(coefficient), array)), value.axes)
    if above != 1:
        array = Arithmetic("*", (Number(above), array))
    if below != 1:
        array = Arithmetic("/", (array, Number(below)))
    return Labelled(array, value.axes)


def is_decimal(value: Expr) -> bool:
    """Whether a number is best written with decimals, as 0.044715 is: hundredths or finer."""
    if not isinstance(value, Rational) or value.q < 100:
        return False
    return set(factorint(value.q)) <= {2, 5}


def reverse_items(falls: tuple[bool, ...]) -> tuple[Item, ...]:
    """Items that turn around the axes along which an index falls."""
    return tuple(Slice(step=Integer(-1)) if f else WHOLE for f in falls)


ONE = Labelled(Number(S.One), ())
