"""Words that move entries: new shapes, transposes, turns, repeats, padding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from symconv.claims.model.errors import ShapeMismatchError

from .arguments import WordArguments
from .dense_array import (
    DenseArray,
    broadcast_shapes,
    describe_shape,
    gather_entries,
    limit_entries,
    make_dense,
    repeat_to,
)


def reshape(given: WordArguments) -> DenseArray:
    """`reshape(x, shape)`, one extent may be -1."""
    wanted, count = list(given.whole_numbers("shape")), len(given.x.entries)
    if wanted.count(-1) == 1:
        rest = -prod(wanted)
        wanted[wanted.index(-1)] = count // rest if rest > 0 and count % rest == 0 else -1
    if any(n < 0 for n in wanted) or prod(wanted) != count:
        said = f"{describe_shape(given.x.shape)} has {count} entries"
        raise ShapeMismatchError(f"{said}, which the shape {describe_shape(tuple(wanted))} has not")
    return make_dense(tuple(wanted), given.x.entries)


def flatten(given: WordArguments) -> DenseArray:
    """`ravel(x)`: all entries, row by row."""
    return make_dense((len(given.x.entries),), given.x.entries)


def permute_axes(array: DenseArray, order: Sequence[int]) -> DenseArray:
    """The array whose axis n is axis order[n] of the first one."""
    shape = tuple(array.shape[n] for n in order)
    where = [order.index(n) for n in range(len(order))]
    return gather_entries(array, shape, lambda p: [p[n] for n in where])


def transpose(given: WordArguments) -> DenseArray:
    """`transpose(x, axes)`: the axes in another order, reversed where none is said."""
    rank, axes = len(given.x.shape), given.whole_numbers("axes") if given.has("axes") else ()
    order = given.count_axes(axes, rank) if axes else tuple(reversed(range(rank)))
    if len(order) != rank:
        said = describe_shape(given.x.shape)
        raise ShapeMismatchError(f"'transpose' of {said} needs {rank} axes")
    return permute_axes(given.x, order)


def swap_axes(given: WordArguments) -> DenseArray:
    """`swapaxes(x, axis1, axis2)`."""
    rank = len(given.x.shape)
    (a,) = given.count_axes([given.whole("axis1", 0)], rank)
    (b,) = given.count_axes([given.whole("axis2", 0)], rank)
    order = list(range(rank))
    order[a], order[b] = order[b], order[a]
    return permute_axes(given.x, order)


def squeeze(given: WordArguments) -> DenseArray:
    """`squeeze(x, axis=None)`: without axes of extent 1."""
    shape = given.x.shape
    axes = given.axes() or (() if given.has("axis") else tuple(range(len(shape))))
    if given.has("axis") and any(shape[n] != 1 for n in axes):
        raise ShapeMismatchError(f"the axis of {describe_shape(shape)} is longer than 1")
    kept = tuple(e for n, e in enumerate(shape) if e != 1 or n not in axes)
    return make_dense(kept, given.x.entries)


def expand_dims(given: WordArguments) -> DenseArray:
    """`expand_dims(x, axis)`: a new axis of extent 1 there."""
    new = given.whole_numbers("axis")
    rank = len(given.x.shape) + len(new)
    places, rest = given.count_axes(new, rank), iter(given.x.shape)
    shape = tuple(1 if n in places else next(rest) for n in range(rank))
    return make_dense(shape, given.x.entries)


def reverse_axes(array: DenseArray, axes: Sequence[int]) -> DenseArray:
    """The array with the order along some axes reversed."""
    shape = array.shape
    return gather_entries(
        array,
        shape,
        lambda p: [shape[n] - 1 - i if n in axes else i for n, i in enumerate(p)],
    )


def flip(given: WordArguments) -> DenseArray:
    """`flip(x, axis=None)`: reversed along the axes, along all where none are named."""
    axes = given.axes()
    return reverse_axes(given.x, range(len(given.x.shape)) if axes is None else axes)


def flip_columns(given: WordArguments) -> DenseArray:
    """`fliplr(x)`: reversed along axis 1."""
    return reverse_axes(given.x, given.count_axes([1], len(given.x.shape)))


def flip_rows(given: WordArguments) -> DenseArray:
    """`flipud(x)`: reversed along axis 0."""
    return reverse_axes(given.x, given.count_axes([0], len(given.x.shape)))


def rotate(given: WordArguments) -> DenseArray:
    """`rot90(x, k=1)`: k quarter turns of the first two axes, from the first to the second."""
    x, turns = given.x, given.whole("k", 1) % 4
    given.count_axes([1], len(x.shape))
    if turns == 2:
        return reverse_axes(x, (0, 1))
    order = (1, 0, *range(2, len(x.shape)))
    if turns == 1:
        return permute_axes(reverse_axes(x, (1,)), order)
    return reverse_axes(permute_axes(x, order), (1,)) if turns else x


def repeat(given: WordArguments) -> DenseArray:
    """`repeat(x, repeats, axis=None)`: every entry several times, one after the other."""
    axes = given.axes()
    x = given.x if axes is not None else make_dense((len(given.x.entries),), given.x.entries)
    axis, times = axes[0] if axes else 0, given.whole("repeats", 1)
    if times < 0:
        raise ShapeMismatchError("a negative number of repeats")
    shape = tuple(e * times if n == axis else e for n, e in enumerate(x.shape))
    return gather_entries(
        x, shape, lambda p: [i // times if n == axis else i for n, i in enumerate(p)]
    )


def tile(given: WordArguments) -> DenseArray:
    """`tile(x, reps)`: the whole array several times along its axes."""
    reps = given.whole_numbers("reps")
    rank = max(len(reps), len(given.x.shape))
    reps = (1,) * (rank - len(reps)) + reps
    whole = (1,) * (rank - len(given.x.shape)) + given.x.shape
    if any(n < 0 for n in reps):
        raise ShapeMismatchError("a negative number of repeats")
    x = make_dense(whole, given.x.entries)
    shape = tuple(a * b for a, b in zip(whole, reps, strict=True))
    return gather_entries(x, shape, lambda p: [i % e for i, e in zip(p, whole, strict=True)])


def pad(given: WordArguments) -> DenseArray:
    """`pad(x, pad_width)`: zeros, or one number, around an array."""
    if given.plain("mode", "constant") != "constant":
        raise given.refusal("only the mode 'constant' is read")
    fill = given.numbers.zero
    if given.has("constant_values"):
        (fill,) = given.array("constant_values").entries
    widths = _widths(given, len(given.x.shape))
    return pad_array(given.x, widths, fill)


def _widths(given: WordArguments, rank: int) -> list[tuple[int, int]]:
    """One number, one pair for all axes, or one pair for each."""
    said = given.plain("pad_width")
    if isinstance(said, int):
        said = (said, said)
    if isinstance(said, tuple) and len(said) == 1:
        said = said[0] if isinstance(said[0], tuple) else (said[0], said[0])
    pairs = said if isinstance(said, tuple) and isinstance(said[0], tuple) else (said,) * rank
    good = all(isinstance(p, tuple) and len(p) == 2 and min(p) >= 0 for p in pairs)
    if not good or len(pairs) != rank:
        raise ShapeMismatchError(f"'pad_width' does not fit to {describe_shape(given.x.shape)}")
    return [(a, b) for a, b in pairs]


def pad_array(array: DenseArray, widths: Sequence[tuple[int, int]], fill: Any) -> DenseArray:
    """The array with so many entries more before and behind along each axis."""
    shape = tuple(a + e + b for e, (a, b) in zip(array.shape, widths, strict=True))
    limit_entries(shape)
    found = [fill] * prod(shape)
    steps = [prod(shape[n + 1 :]) for n in range(len(shape))]
    fronts = [a for a, _ in widths]
    for place, entry in zip(product(*map(range, array.shape)), array.entries, strict=True):
        number = sum((i + a) * s for i, a, s in zip(place, fronts, steps, strict=True))
        found[number] = entry
    return make_dense(shape, found)


def roll(given: WordArguments) -> DenseArray:
    """`roll(x, shift, axis=None)`: moved along an axis, around its end."""
    axes, shift = given.axes(), given.whole("shift", 0)
    if axes is None:
        count = len(given.x.entries)
        found = [given.x.entries[(n - shift) % count] for n in range(count)]
        return make_dense(given.x.shape, found)
    shape = given.x.shape
    return gather_entries(
        given.x,
        shape,
        lambda p: [(i - shift) % shape[n] if n in axes else i for n, i in enumerate(p)],
    )


def broadcast(given: WordArguments) -> DenseArray:
    """`broadcast_to(x, shape)`."""
    shape = given.whole_numbers("shape")
    if broadcast_shapes([given.x.shape, shape]) != shape:
        said = f"{describe_shape(given.x.shape)} does not broadcast to {describe_shape(shape)}"
        raise ShapeMismatchError(said)
    return repeat_to(given.x, shape)


def dilate(given: WordArguments) -> DenseArray:
    """`x ↑ s`: s - 1 zeros between neighbours along the axes of space, the last two."""
    shape, factors = given.x.shape, given.whole_numbers("factor")
    rank = min(2, len(shape))
    factors = factors * rank if len(factors) == 1 else factors
    if len(factors) != rank or any(n < 1 for n in factors):
        raise ShapeMismatchError(f"'dilate' of {describe_shape(shape)} needs {rank} factors")
    steps = (1,) * (len(shape) - rank) + factors
    wide = tuple((n - 1) * s + 1 for n, s in zip(shape, steps, strict=True))
    limit_entries(wide)
    found = [given.numbers.zero] * prod(wide)
    strides = [prod(wide[n + 1 :]) for n in range(len(wide))]
    for place, entry in zip(given.x.places(), given.x.entries, strict=True):
        number = sum(i * s * w for i, s, w in zip(place, steps, strides, strict=True))
        found[number] = entry
    return make_dense(wide, found)
