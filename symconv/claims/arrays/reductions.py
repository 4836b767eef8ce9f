"""Words that make one number of many: sums, means, the largest, along some axes or over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from symconv.claims.model.errors import ShapeMismatchError

from .arguments import WordArguments
from .dense_array import DenseArray, combine_dense, limit_entries, make_dense
from .running_maximum import is_lowest, pick_maximum, resolve_maximum

Fold = Callable[[Sequence[Any]], Any]


def fold_axes(
    array: DenseArray, axes: Sequence[int] | None, fold: Fold, *, keep: bool
) -> DenseArray:
    """What a function makes of the entries along some axes; along all where none are named."""
    shape = array.shape
    gone = range(len(shape)) if axes is None else axes
    limit_entries(shape)
    groups: dict[tuple[int, ...], list[Any]] = {}
    for place, entry in zip(product(*map(range, shape)), array.entries, strict=True):
        key = tuple(0 if n in gone else i for n, i in enumerate(place))
        groups.setdefault(key, []).append(entry)
    if not groups:
        raise ShapeMismatchError("an array without entries")
    left = tuple(1 if n in gone else e for n, e in enumerate(shape))
    kept = left if keep else tuple(e for n, e in enumerate(left) if n not in gone)
    return make_dense(kept, [fold(group) for group in groups.values()])


def _fold(given: WordArguments, fold: Fold) -> DenseArray:
    return fold_axes(given.x, given.axes(), fold, keep=given.flag("keepdims"))


def _add(given: WordArguments) -> Fold:
    def add(entries: Sequence[Any]) -> Any:
        total = given.numbers.zero
        for entry in entries:
            total = total + entry
        return total

    return add


def _average(given: WordArguments, less: int = 0) -> Fold:
    add = _add(given)

    def average(entries: Sequence[Any]) -> Any:
        if len(entries) <= less:
            raise ShapeMismatchError("a mean of no entries")
        return add(entries) * given.numbers.algebra.number(Fraction(1, len(entries) - less))

    return average


def add_up(given: WordArguments) -> DenseArray:
    """`sum(x, axis=None, keepdims=False)`."""
    return _fold(given, _add(given))


def average(given: WordArguments) -> DenseArray:
    """`mean(x, axis=None, keepdims=False)`."""
    return _fold(given, _average(given))


def multiply_up(given: WordArguments) -> DenseArray:
    """`prod(x, axis=None, keepdims=False)`."""

    def fold(entries: Sequence[Any]) -> Any:
        total = given.numbers.algebra.number(1)
        for entry in entries:
            total = total * entry
        return total

    return _fold(given, fold)


def pick_largest(given: WordArguments) -> DenseArray:
    """`max(x, axis=None, keepdims=False)`."""
    at = given.numbers
    return _fold(given, lambda entries: pick_maximum(at.algebra, at.zero, entries))


def find_largest(given: WordArguments) -> DenseArray:
    """`argmax(x, axis=None, keepdims=False)`: the number of the first largest entry."""
    at = given.numbers

    def find(entries: Sequence[Any]) -> Any:
        known = [(n, resolve_maximum(e)) for n, e in enumerate(entries) if not is_lowest(e)]
        if not known:
            return at.zero
        total = at.zero
        marks = at.algebra.mark_winner([e + at.zero for _, e in known])
        for (n, _), mark in zip(known, marks, strict=True):
            total = total + mark * n
        return total

    axes = given.axes()
    if axes is not None and len(axes) > 1:
        raise given.refusal("'axis' is one number")
    return _fold(given, find)


def pick_smallest(given: WordArguments) -> DenseArray:
    """`min(x, axis=None, keepdims=False)`."""
    at = given.numbers
    return _fold(
        given, lambda entries: at.algebra.maximum([e * -1 + at.zero for e in entries]) * -1
    )


def vary(given: WordArguments) -> DenseArray:
    """`var(x, axis=None, ddof=0, keepdims=False)`: the mean of the squared distances."""
    axes, less = given.axes(), given.whole("ddof", 0)
    mean = fold_axes(given.x, axes, _average(given), keep=True)
    distance = combine_dense(given.x, mean, lambda a, b: a + -1 * b)
    squares = distance.map(lambda d: d * d)
    return fold_axes(squares, axes, _average(given, less), keep=given.flag("keepdims"))


def _root(given: WordArguments, array: DenseArray) -> DenseArray:
    root = given.numbers.algebra.power(Fraction(1, 2))
    return array.map(lambda e: root(e + given.numbers.zero))


def deviate(given: WordArguments) -> DenseArray:
    """`std(x, axis=None, ddof=0, keepdims=False)`: the root of the variance."""
    return _root(given, vary(given))


def measure_length(given: WordArguments) -> DenseArray:
    """`norm(x)`: the root of the sum of the squares."""
    squares = given.x.map(lambda e: e * e)
    return _root(given, fold_axes(squares, None, _add(given), keep=False))


def add_along(given: WordArguments) -> DenseArray:
    """`cumsum(x, axis=None)`: the sums of the first entries."""
    axes = given.axes()
    x = given.x if axes is not None else make_dense((len(given.x.entries),), given.x.entries)
    axis = axes[0] if axes else 0
    step = 1
    for extent in x.shape[axis + 1 :]:
        step *= extent
    found: list[Any] = []
    for number, entry in enumerate(x.entries):
        first = number // step % x.shape[axis] == 0
        found.append(entry if first else found[number - step] + entry)
    return make_dense(x.shape, found)
