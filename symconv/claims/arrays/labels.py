"""Words that index by class numbers: what stands at a label is a sum over all classes."""

from __future__ import annotations

from itertools import product
from typing import Any

from symconv.claims.model.errors import ShapeMismatchError

from .arguments import WordArguments
from .dense_array import DenseArray, describe_shape, limit_entries, make_dense, repeat_to


def take(given: WordArguments) -> DenseArray:
    """`take(x, indices, axis)`: the axes of the labels take the place of an axis of x.

    Without an axis they are numbers of entries, row by row.
    """
    x, labels = given.x, given.array("indices")
    if not given.has("axis"):
        x = make_dense((len(x.entries),), x.entries)
    (axis,) = given.count_axes((given.whole("axis", 0),), len(x.shape))
    before, count, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    shape = (*before, *labels.shape, *after)
    limit_entries(shape, count)
    marks, steps = _mark_classes(given, labels, count), x.steps
    found = [
        _pick(
            given, x, marks[_number(inner, labels)], _place(first, last, steps, axis), steps[axis]
        )
        for first in product(*map(range, before))
        for inner in product(*map(range, labels.shape))
        for last in product(*map(range, after))
    ]
    return make_dense(shape, found)


def take_along(given: WordArguments) -> DenseArray:
    """`take_along_axis(x, indices, axis)`: one entry along an axis, the label saying which."""
    x, labels = given.x, given.array("indices")
    (axis,) = given.count_axes((given.whole("axis", 0),), len(x.shape))
    if len(labels.shape) != len(x.shape):
        said = f"{describe_shape(labels.shape)} and {describe_shape(x.shape)}"
        raise ShapeMismatchError(f"'take_along_axis' of {said} needs as many axes in both")
    shape = (*x.shape[:axis], labels.shape[axis], *x.shape[axis + 1 :])
    limit_entries(shape, x.shape[axis])
    wide = repeat_to(labels, shape)
    marks, steps = _mark_classes(given, wide, x.shape[axis]), x.steps
    found = [
        _pick(given, x, mark, _place(p[:axis], p[axis + 1 :], steps, axis), steps[axis])
        for mark, p in zip(marks, wide.places(), strict=True)
    ]
    return make_dense(shape, found)


def add_at_labels(given: WordArguments) -> DenseArray:
    """`add_by_label(x, indices, shape)`: every part of x added to the row of its label."""
    x, labels, shape = given.x, given.array("indices"), given.whole_numbers("shape")
    rest = x.shape[len(labels.shape) :]
    if x.shape[: len(labels.shape)] != labels.shape or shape[1:] != rest or not shape:
        said = f"{describe_shape(x.shape)} and {describe_shape(labels.shape)}"
        raise ShapeMismatchError(f"parts and labels of the shapes {said} do not go together")
    width = len(x.entries) // max(1, len(labels.entries))
    limit_entries(shape, len(labels.entries))
    marks = _mark_classes(given, labels, shape[0])
    found = []
    for k in range(shape[0]):
        for n in range(width):
            total = given.numbers.zero
            for row, mark in enumerate(marks):
                total = total + mark[k] * x.entries[row * width + n]
            found.append(total)
    return make_dense(shape, found)


def _mark_classes(given: WordArguments, labels: DenseArray, count: int) -> list[list[Any]]:
    """[k = label] for every class k, label by label; negative ones are counted from the end."""
    compare = given.numbers.algebra.compare_label
    return [
        [compare(k, label) + compare(k - count, label) for k in range(count)]
        for label in labels.entries
    ]


def _number(place: tuple[int, ...], array: DenseArray) -> int:
    """The number of the entry at a place, row by row."""
    return sum(i * s for i, s in zip(place, array.steps, strict=True))


def _place(before: tuple[int, ...], after: tuple[int, ...], steps: list[int], axis: int) -> int:
    """The number of the first entry along an axis, at a place of the other axes."""
    others = (*steps[:axis], *steps[axis + 1 :])
    return sum(i * s for i, s in zip((*before, *after), others, strict=True))


def _pick(given: WordArguments, x: DenseArray, marks: list[Any], start: int, step: int) -> Any:
    """The sum of the entries along an axis, each times [it is the one]."""
    total = given.numbers.zero
    for k, mark in enumerate(marks):
        total = total + mark * x.entries[start + k * step]
    return total
