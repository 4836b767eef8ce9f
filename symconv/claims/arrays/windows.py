"""Words that slide one array over another: convolutions and correlations with their modes."""

from __future__ import annotations

from itertools import product
from math import prod

from symconv.claims.model.context import Shape
from symconv.claims.model.errors import ShapeMismatchError

from .arguments import WordArguments
from .dense_array import (
    DenseArray,
    NumberSystem,
    describe_shape,
    gather_entries,
    limit_entries,
    make_dense,
)
from .shapes import reverse_axes

MODES = {"full", "valid", "same"}


def convolve_full(at: NumberSystem, a: DenseArray, v: DenseArray) -> DenseArray:
    """The sum over m of a[m] v[k - m], wherever the two overlap."""
    shape = tuple(m + n - 1 for m, n in zip(a.shape, v.shape, strict=True))
    limit_entries(a.shape, len(v.entries))
    limit_entries(shape)
    steps = [prod(shape[n + 1 :]) for n in range(len(shape))]

    def number(place: tuple[int, ...]) -> int:
        return sum(i * s for i, s in zip(place, steps, strict=True))

    found = [at.zero] * prod(shape)
    second = [number(p) for p in product(*map(range, v.shape))]
    for place, x in zip(product(*map(range, a.shape)), a.entries, strict=True):
        first = number(place)
        for n, y in zip(second, v.entries, strict=True):
            found[first + n] = found[first + n] + x * y
    return make_dense(shape, found)


def _cut(array: DenseArray, starts: Shape, shape: Shape) -> DenseArray:
    """A part of an array."""
    steps = [prod(array.shape[n + 1 :]) for n in range(len(array.shape))]
    found = [
        array.entries[sum((i + f) * s for i, f, s in zip(p, starts, steps, strict=True))]
        for p in product(*map(range, shape))
    ]
    return make_dense(shape, found)


def convolve_arrays(
    at: NumberSystem, a: DenseArray, v: DenseArray, mode: str, same: Shape
) -> DenseArray:
    """A convolution: all overlaps, the whole ones, or as many as the shape `same` has."""
    full = convolve_full(at, a, v)
    if mode == "full":
        return full
    if mode == "same":
        starts = tuple((f - n) // 2 for f, n in zip(full.shape, same, strict=True))
        return _cut(full, starts, same)
    pairs = list(zip(a.shape, v.shape, strict=True))
    if not (all(m >= n for m, n in pairs) or all(m <= n for m, n in pairs)):
        said = f"{describe_shape(a.shape)} and {describe_shape(v.shape)}"
        raise ShapeMismatchError(f"of {said} neither fits into the other")
    starts = tuple(min(m, n) - 1 for m, n in pairs)
    return _cut(full, starts, tuple(abs(m - n) + 1 for m, n in pairs))


def _read_pair(given: WordArguments, rank: int) -> tuple[DenseArray, DenseArray]:
    """The two arrays, which have so many axes; leading axes of one entry are left out."""
    found = []
    for name in ("a", "v"):
        array = given.array(name)
        shape = array.shape
        while len(shape) > rank and shape[0] == 1:
            shape = shape[1:]
        if rank and len(shape) != rank:
            said = f"'{given.word}' takes arrays with {rank} {'axis' if rank == 1 else 'axes'}"
            raise ShapeMismatchError(f"{said}, and this one is {describe_shape(array.shape)}")
        found.append(make_dense(shape, array.entries))
    if len(found[0].shape) != len(found[1].shape):
        said = " and ".join(describe_shape(x.shape) for x in found)
        raise ShapeMismatchError(f"'{given.word}' takes arrays with as many axes, not {said}")
    return found[0], found[1]


def _read_mode(given: WordArguments, default: str) -> str:
    mode = given.plain("mode", default)
    if mode not in MODES:
        raise given.refusal("the mode is 'full', 'valid' or 'same'")
    return str(mode)


def convolve_lists(given: WordArguments) -> DenseArray:
    """`np.convolve(a, v, mode='full')` of two lists; 'same' is as long as the longer one."""
    a, v = _read_pair(given, 1)
    same = (max(a.shape[0], v.shape[0]),)
    return convolve_arrays(given.numbers, a, v, _read_mode(given, "full"), same)


def correlate_lists(given: WordArguments) -> DenseArray:
    """`np.correlate(a, v, mode='valid')` of two lists: the second one is not turned."""
    a, v = _read_pair(given, 1)
    mode = _read_mode(given, "valid")
    if mode == "same" and a.shape[0] < v.shape[0]:
        found = convolve_arrays(given.numbers, v, reverse_axes(a, (0,)), mode, v.shape)
        return reverse_axes(found, (0,))
    same = (max(a.shape[0], v.shape[0]),)
    return convolve_arrays(given.numbers, a, reverse_axes(v, (0,)), mode, same)


def _slide(given: WordArguments, rank: int, *, turn: bool) -> DenseArray:
    """As SciPy does it: 'same' is the shape of the first array, in the middle of all overlaps."""
    a, v = _read_pair(given, rank)
    if turn:
        v = reverse_axes(v, range(len(v.shape)))
    return convolve_arrays(given.numbers, a, v, _read_mode(given, "full"), a.shape)


def convolve_images(given: WordArguments) -> DenseArray:
    """`signal.convolve2d(a, v, mode='full')`."""
    return _slide(given, 2, turn=False)


def correlate_images(given: WordArguments) -> DenseArray:
    """`signal.correlate2d(a, v, mode='full')`."""
    return _slide(given, 2, turn=True)


def convolve_any(given: WordArguments) -> DenseArray:
    """`signal.convolve(a, v, mode='full')` of arrays with any number of axes."""
    return _slide(given, 0, turn=False)


def correlate_any(given: WordArguments) -> DenseArray:
    """`signal.correlate(a, v, mode='full')` of arrays with any number of axes."""
    return _slide(given, 0, turn=True)


def measure_windows(given: WordArguments) -> tuple[Shape, Shape]:
    """The axes along which windows slide, and the extents of a window."""
    x, window = given.x, given.whole_numbers("window_shape")
    axes = given.axes() if given.has("axis") else tuple(range(len(x.shape)))
    if axes is None or len(axes) != len(window):
        raise ShapeMismatchError(f"'{given.word}' needs one axis for each extent of the window")
    for axis, extent in zip(axes, window, strict=True):
        if not 1 <= extent <= x.shape[axis]:
            said = f"a window of {extent} along an axis of {x.shape[axis]} of"
            raise ShapeMismatchError(f"{said} {describe_shape(x.shape)}")
    return axes, window


def view_windows(given: WordArguments) -> DenseArray:
    """`sliding_window_view(x, window_shape, axis=None)`: every window, its axes behind all."""
    axes, window = measure_windows(given)
    shape, rank = list(given.x.shape), len(given.x.shape)
    for axis, extent in zip(axes, window, strict=True):
        shape[axis] -= extent - 1
    offset = dict(zip(axes, range(len(axes)), strict=True))
    return gather_entries(
        given.x,
        (*shape, *window),
        lambda p: [p[n] + (p[rank + offset[n]] if n in offset else 0) for n in range(rank)],
    )
