"""Lenet5.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

The axes of x are batch, channel, row, column.

The axes of w^1 are output channel, input channel, row, column.

The axes of w^2 are output channel, input channel, row, column.

Every tensor is 0 beyond its border and at indices that are no integers.

Padding never wins a maximum: entries beyond the border count as minus infinity.

The cost C is minus the mean over the N samples, each a sum over the classes.

z^1: batch_last, because it takes about 630 us for 32 samples, columns 3.8 times that, folded 5.6
times that.

z^2: batch_last, because it takes about 650 us for 32 samples, columns 2.9 times that, folded 4.6
times that.

gradient w^2: batch_last, because it takes about 650 us for 32 samples, columns 2.9 times that,
folded 4.6 times that.

delta p^1: batch_last, because it takes about 650 us for 32 samples, columns 2.9 times that, folded
4.6 times that.

gradient w^1: batch_last, because it takes about 630 us for 32 samples, columns 3.8 times that,
folded 5.6 times that.

gradient x: batch_last, because it takes about 630 us for 32 samples, columns 3.8 times that, folded
5.6 times that.
"""

# ruff: noqa: N815, PLR0913, PLR0917, RUF059

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Labels: TypeAlias = NDArray[np.integer[Any]]
Number: TypeAlias = np.floating[Any]
Workspace: TypeAlias = dict[str, Array]
Shape: TypeAlias = tuple[int, int]
Shape4: TypeAlias = tuple[int, int, int, int]
Parameters: TypeAlias = dict[str, Array]


BLOCK = 200_000
"""About how many numbers a block of work may hold to stay in the second-level cache."""


class Window(NamedTuple):
    """Windows over two axes: tap m of place i reads entry s*i + d*m - p of the image.

    s is the stride, d the dilation, p the padding before the image. A maximum is taken over each
    block of `phases` places.
    """

    taps: tuple[int, int]
    places: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]
    phases: tuple[int, int]


def get_buffer(
    workspace: Workspace | None, name: str, shape: tuple[int, ...], like: Array
) -> Array:
    """Give an array to write to, of the type of `like`: that of the workspace, or a new one.

    A new one is 0; what nobody writes to, such as a margin, stays 0.
    """
    buffer = None if workspace is None else workspace.get(name)
    if buffer is None or buffer.shape != shape or buffer.dtype != like.dtype:
        buffer = np.zeros(shape, like.dtype)
        if workspace is not None:
            workspace[name] = buffer
    return buffer


def pad_image(image: Array, window: Window, workspace: Workspace | None, name: str) -> Array:
    """Copy images (.., rows, columns) into a margin of zeros that every window fits in."""
    lead = image.shape[:-2]
    size = [
        s * (count - 1) + d * (k - 1) + 1
        for s, count, d, k in zip(
            window.stride, window.places, window.dilation, window.taps, strict=True
        )
    ]
    (p, q), (height, width) = window.padding, size
    inside = image[..., max(0, -p) : height - p, max(0, -q) : width - q]
    if inside.shape[-2:] == (height, width):
        return inside
    padded = get_buffer(workspace, name, (*lead, height, width), image)
    top, left = max(0, p), max(0, q)
    padded[..., top : top + inside.shape[-2], left : left + inside.shape[-1]] = inside
    return padded


def get_buffer_like(array: Array, dtype: Any, workspace: Workspace | None, name: str) -> Array:
    """Give a buffer of that type, of the shape of an array and of the same order in memory."""
    buffer = None if workspace is None else workspace.get(name)
    if buffer is None or buffer.shape != array.shape or buffer.dtype != dtype:
        buffer = np.empty_like(array, dtype=dtype)
        if workspace is not None:
            workspace[name] = buffer
    return buffer


def reduce_max(phases: Any, argmax: Any, maximum: Array) -> None:
    """Write the maximum of arrays of one shape, and where each beat all before it.

    These masks are their argmax: the last one that is set belongs to the first largest entry. The
    mask of the first array is not written.
    """
    largest = phases[0]
    if len(phases) == 1:
        np.copyto(maximum, largest)
    for k in range(1, len(phases)):
        np.greater(phases[k], largest, out=argmax[k])
        np.maximum(phases[k], largest, out=maximum)
        largest = maximum


def scatter_to_argmax(phases: Any, argmax: Any) -> None:
    """Move every entry of the first array to the array that holds the maximum there; 0 elsewhere.

    `argmax` are the masks that `reduce_max` wrote.
    """
    rest = phases[0]
    for k in range(len(phases) - 1, 0, -1):
        np.multiply(rest, argmax[k], out=phases[k])
        np.subtract(rest, phases[k], out=rest)


def max_pool_runs(runs: Array, workspace: Workspace | None, name: str) -> tuple[Array, Array]:
    """Give the maximum over the phases of runs (b, a, ..), and its argmax as masks (b, a, ..).

    A column of phases is compared at a time: the mask [v, u] tells if v > 0 beat all before it in
    row u, and [0, u] if row u beat all rows before it.
    """
    argmax = get_buffer_like(runs, np.bool_, workspace, name)
    maximum = np.empty(runs.shape[2:], runs.dtype)
    row = get_buffer(workspace, f"{name} row", runs.shape[1:], runs)
    reduce_max(runs, argmax, row)
    reduce_max(row, argmax[0], maximum)
    return maximum, argmax


def max_unpool_runs(delta: Array, argmax: Array, workspace: Workspace | None, name: str) -> Array:
    """Give delta (..) to the phase (b, a) that holds the maximum, and 0 to the others."""
    runs = get_buffer_like(argmax, delta.dtype, workspace, name)
    runs[0, 0] = delta
    scatter_to_argmax(runs[0], argmax[0])
    scatter_to_argmax(runs, argmax)
    return runs


LONGEST_RUN = 512
"""About how many numbers a row of a product may hold; longer rows are cut at whole columns."""


def get_receptive_field(window: Window) -> tuple[int, int, int, int, int, int]:
    """Give the size of what a block of phases sees, the steps between blocks, and their number.

    Each has two numbers, of rows and of columns: field_h, field_w, step_h, step_w, rows, columns.
    """
    (s, t), (a, b), (k, l) = window.stride, window.phases, window.taps
    rows, columns = window.places[0] // a, window.places[1] // b
    return s * (a - 1) + k, t * (b - 1) + l, s * a, t * b, rows, columns


def find_first_column(v: int, step_w: int, padding: int) -> int:
    """Give the first column of an image that stands at step_w * j + v of the padded one."""
    lowest = max(0, -padding)
    return lowest + (v - padding - lowest) % step_w


def pad_image_batch_last(
    image: Array, window: Window, workspace: Workspace | None, name: str
) -> Array:
    """Copy images (n, c, i, j) into a margin of zeros, the batch last: (i, v, c, j, n).

    [:, v, :, j] is column step_w * j + v, so that one step to the right is a shift by n numbers,
    whatever the stride.
    """
    field_h, field_w, step_h, step_w, rows, columns = get_receptive_field(window)
    p, q = window.padding
    height, width = step_h * (rows - 1) + field_h, columns + -(-field_w // step_w) - 1
    inside = image.transpose(2, 1, 3, 0)[max(0, -p) : height - p]
    shape = (height, step_w, image.shape[1], width, image.shape[0])
    padded = get_buffer(workspace, name, shape, image)
    target = padded[max(0, p) :][: len(inside)]
    for v in range(step_w):
        first = find_first_column(v, step_w, q)
        start = (first + q) // step_w
        source = inside[:, :, first::step_w][:, :, : width - start]
        target[:, v, :, start : start + source.shape[2]] = source
    return padded


def extract_patches_batch_last(
    image: Array, window: Window, workspace: Workspace | None, name: str
) -> Array:
    """Copy windows as matrices: [h] is (field rows * columns * channels, places w * batch).

    Fields that share rows of the image share them in memory, too: no row is copied twice.
    """
    source = pad_image_batch_last(image, window, workspace, f"{name} padded")
    field_h, field_w, step_h, step_w, rows, columns = get_receptive_field(window)
    c, run = source.shape[2], columns * source.shape[4]
    lines = get_buffer(workspace, name, (len(source), field_w, c, run), image)
    y, v, z, step, one = source.strides
    for x in range(0, field_w, step_w):
        target, shift = lines[:, x : x + step_w], x // step_w * step
        np.copyto(target, np.ndarray(target.shape, image.dtype, source, shift, (y, v, z, one)))
    strides = (step_h * lines.strides[0], run * one, one)
    shape = (rows, field_h * field_w * c, run)
    return np.ndarray(shape, image.dtype, lines, 0, strides)


def count_run_pieces(columns: int, run: int) -> int:
    """Say into how many pieces a run is cut: whole columns in every piece."""
    short = [n for n in range(1, columns) if columns % n == 0 and run <= n * LONGEST_RUN]
    return min([*short, columns])


def split_runs(matrices: Array, count: int) -> Array:
    """View matrices (h, k, run) as (h, count, k, run / count)."""
    rows, k, run = matrices.shape
    return matrices.reshape(rows, k, count, run // count).swapaxes(1, 2)


def spread_kernel_batch_last(kernel: Array, window: Window) -> Array:
    """Write the kernel once for every phase in the field that a block of phases sees.

    Rows run over (b, a, f), columns over field rows, columns, channels.
    """
    (s, t), (a, b), (k, l) = window.stride, window.phases, window.taps
    (field_h, field_w, *_), (f, c) = get_receptive_field(window), kernel.shape[:2]
    spread = np.zeros((b, a, f, field_h, field_w, c), kernel.dtype)
    for u in range(a):
        for v in range(b):
            spread[v, u, :, s * u : s * u + k, t * v : t * v + l] = kernel.transpose(0, 2, 3, 1)
    return spread.reshape(a * b * f, -1)


def correlate_batch_last(
    patches: Array, taps: Array, window: Window, workspace: Workspace | None, name: str
) -> Array:
    """Compute all phases of a row of blocks in one product: [h] is (b, a, f) by (w, n)."""
    count = count_run_pieces(get_receptive_field(window)[5], patches.shape[2])
    product = get_buffer(workspace, name, (len(patches), len(taps), patches.shape[2]), patches)
    np.matmul(taps, split_runs(patches, count), out=split_runs(product, count))
    return product


def kernel_gradient_batch_last(
    delta: Array, patches: Array, window: Window, workspace: Workspace | None, name: str
) -> Array:
    """Sum delta times the patches over batch and places, then over the phases: (f, c, m, n)."""
    (s, t), (a, b), (k, l) = window.stride, window.phases, window.taps
    (field_h, field_w, *_, columns), f = get_receptive_field(window), delta.shape[1] // (a * b)
    count = count_run_pieces(columns, delta.shape[2])
    seen, flat = split_runs(patches, count), split_runs(delta, count)
    products = get_buffer(workspace, name, (*seen.shape[:3], flat.shape[2]), patches)
    np.matmul(seen, flat.swapaxes(2, 3), out=products)
    total = products.reshape(-1, seen.shape[2] * flat.shape[2]).sum(axis=0)
    total = total.reshape(field_h, field_w, -1, b, a, f)
    gradient = np.zeros((k, l, total.shape[2], f), delta.dtype)
    for u in range(a):
        for v in range(b):
            gradient += total[s * u : s * u + k, t * v : t * v + l, :, v, u]
    return gradient.transpose(3, 2, 0, 1)


def stack_kernel_rows(taps: Array, window: Window) -> Array:
    """Write the taps as [image rows of a step, columns, channels] by [rows of blocks, their maps].

    That many rows of blocks, one below the other, see the same rows of the image.
    """
    field_h, _, step_h, *_ = get_receptive_field(window)
    maps, reach = len(taps), -(-field_h // step_h)
    padded = np.zeros((reach * step_h, taps.shape[1] // field_h, maps), taps.dtype)
    padded[:field_h] = taps.T.reshape(field_h, -1, maps)
    steps = padded.reshape(reach, step_h, -1, maps)[::-1]
    return steps.transpose(1, 2, 0, 3).reshape(-1, reach * maps)


def multiply_row_stacks(
    matrix: Array, delta: Array, first: int, count: int, products: Array
) -> None:
    """Write products[h] = matrix @ the `reach` rows of delta up to first + h; fewer at a border."""
    rows, maps, run = delta.shape
    reach, last = matrix.shape[1] // maps, first + len(products)
    whole = range(max(first, reach - 1), min(last, rows))
    if whole:
        shape, step = (len(whole), reach * maps, run), delta.strides[0]
        start = (whole[0] - reach + 1) * step
        stacks = np.ndarray(shape, delta.dtype, delta, start, (step, *delta.strides[1:]))
        target = products[whole[0] - first : whole[-1] + 1 - first]
        np.matmul(matrix, split_runs(stacks, count), out=split_runs(target, count))
    for h in range(first, last):
        if h not in whole:
            low, end = max(0, h - reach + 1), min(h + 1, rows)
            left = low - (h - reach + 1)
            part = matrix[:, left * maps : (left + end - low) * maps]
            stack, target = delta[low:end].reshape(1, -1, run), products[h - first : h - first + 1]
            np.matmul(part, split_runs(stack, count), out=split_runs(target, count))


def image_gradient_batch_last(
    delta: Array,
    taps: Array,
    shape: tuple[int, int],
    window: Window,
    workspace: Workspace | None,
    name: str,
) -> Array:
    """Add kernel times delta to every entry of the field that a block of phases sees.

    What reaches the same rows of the image is summed by the products, then columns are added.
    """
    field_h, field_w, step_h, step_w, rows, columns = get_receptive_field(window)
    matrix = stack_kernel_rows(taps, window)
    n, c, run = delta.shape[2] // columns, taps.shape[1] // (field_h * field_w), delta.shape[2]
    height, width = rows + -(-field_h // step_h) - 1, columns + -(-field_w // step_w) - 1
    sums = get_buffer(workspace, f"{name} sums", (height, step_h, step_w, c, width * n), delta)
    sums[...] = 0
    block_rows = max(1, min(height, BLOCK // (len(matrix) * run)))
    products = get_buffer(workspace, f"{name} products", (block_rows, len(matrix), run), delta)
    dense, count = np.ascontiguousarray(delta), count_run_pieces(columns, run)
    for first in range(0, height, block_rows):
        target = sums[first : first + block_rows]
        multiply_row_stacks(matrix, dense, first, count, products[: len(target)])
        fields = products[: len(target)].reshape(len(target), step_h, field_w, c, run)
        for x in range(0, field_w, step_w):
            part = fields[:, :, x : x + step_w]
            block = target[:, :, : part.shape[2]]
            block[..., x // step_w * n : (x // step_w + columns) * n] += part
    return crop_image_batch_last(sums.reshape(-1, step_w, c, width, n), shape, window.padding)


def crop_image_batch_last(padded: Array, shape: tuple[int, int], padding: tuple[int, int]) -> Array:
    """Copy what stands inside the margin of (i, v, c, j, n) to images (n, c, i, j)."""
    (p, q), (_, step_w, c, _, n) = padding, padded.shape
    image = np.zeros((shape[0], c, shape[1], n), padded.dtype)
    rows, above = padded[max(0, p) : max(0, p + shape[0])], max(0, -p)
    for v in range(step_w):
        first = find_first_column(v, step_w, q)
        target = image[above : above + len(rows), :, first::step_w]
        source = rows[:, v, :, (first + q) // step_w :][:, :, : target.shape[2]]
        target[:, :, : source.shape[2]] = source
    return image.transpose(3, 1, 0, 2)


def hide(hidden: Array, x: Array) -> Array:
    """Give x, but 0 where it is hidden: what np.where does, by bits in a tenth of the time.

    Multiplied by 0, NaN and infinity would be NaN.
    """
    if x.dtype.kind != "f" or x.itemsize not in (4, 8):
        return np.where(hidden, 0, x)
    mask = hidden.astype(f"i{x.itemsize}")
    mask -= 1
    bits = mask if mask.shape == x.shape else None
    shown: Array = np.bitwise_and(x.view(mask.dtype), mask, out=bits).view(x.dtype)
    return shown


def as_floats(**arrays: Any) -> tuple[Array, ...]:
    """Give the arrays in their common type of floats: float64 where all hold whole numbers.

    Raise a TypeError where one holds no real numbers.
    """
    kind: np.dtype[Any] = np.dtype(np.bool_)
    for name, given in arrays.items():
        array = np.asarray(given)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"{name} holds {array.dtype}, not real numbers")
        kind = np.result_type(kind, array.dtype)
        arrays[name] = array
    if kind.kind not in "fO":
        kind = np.dtype(np.float64)
    for name, array in arrays.items():
        arrays[name] = array.astype(kind, copy=False)
    return tuple(arrays.values())


def check_axes(name: str, array: Array, axes: str) -> None:
    """Raise a ValueError unless the array has as many axes as are listed."""
    if array.ndim != axes.count(", ") + 1:
        raise ValueError(f"{name} has the shape {array.shape}, not ({axes})")


def check_classes(name: str, array: Labels, count: int, *ignored: int) -> None:
    """Raise a ValueError unless the entries are integers from 0 to below the count, or ignored."""
    if array.dtype.kind not in "iu":
        kind = array.dtype
        raise ValueError(f"{name} holds class numbers, so its type must be an integer, not {kind}")
    array = array[np.isin(array, ignored, invert=True)]
    for label in (array.min(initial=0), array.max(initial=0)):
        if not 0 <= label < count:
            classes = f"{count} classes, 0 to {count - 1}"
            raise ValueError(f"{name} has the class {label}, but there are {classes}")


def softmax(x: Array, axis: int | tuple[int, ...]) -> Array:
    """Compute exp(x) / sum(exp(x)), shifted by the maximum so that nothing overflows."""
    weights = np.exp(x - x.max(axis=axis, keepdims=True))
    result: Array = weights / weights.sum(axis=axis, keepdims=True)
    return result


def log_softmax(x: Array, axis: int | tuple[int, ...]) -> Array:
    """Compute x - log(sum(exp(x))), shifted by the maximum so that nothing overflows."""
    shifted = x - x.max(axis=axis, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return result


def check_shape(name: str, array: Array, shape: tuple[int, ...]) -> None:
    """Raise a ValueError unless the array has the shape."""
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")


Z1_WINDOW = Window(
    taps=(5, 5), places=(28, 28), stride=(1, 1), dilation=(1, 1), padding=(2, 2), phases=(2, 2)
)
Z2_WINDOW = Window(
    taps=(5, 5), places=(10, 10), stride=(1, 1), dilation=(1, 1), padding=(0, 0), phases=(2, 2)
)


class Kept(NamedTuple):
    """What the backward pass would compute again: copies, and where maxima stand."""

    x_patches: Array
    w1_taps: Array
    p1_argmax: Array
    p1_patches: Array
    w2_taps: Array
    p2_argmax: Array


class Forward(NamedTuple):
    """The values of the forward pass that are written; `kept` is what else is needed of it.

    Never written, because a maximum swallows them: z1, a1, z2, a2.
    """

    p1: Array
    p2: Array
    v: Array
    h1: Array
    r1: Array
    h2: Array
    r2: Array
    h3: Array
    C: Number
    kept: Kept


class Gradients(NamedTuple):
    """The gradients of the backward pass; none of them shares memory with a workspace."""

    dw1: Array
    db1: Array
    dw2: Array
    db2: Array
    dW1: Array
    dc1: Array
    dW2: Array
    dc2: Array
    dW3: Array
    dc3: Array
    dx: Array


def forward(
    x: Array,
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    W1: Array,
    c1: Array,
    W2: Array,
    c2: Array,
    W3: Array,
    c3: Array,
    t: Array,
    workspace: Workspace | None = None,
) -> Forward:
    """Compute the values of the network.

    Args:
        x: input, shape (N, 1, 28, 28).
        w1: parameter, shape (6, 1, 5, 5).
        b1: parameter, shape (6,).
        w2: parameter, shape (16, 6, 5, 5).
        b2: parameter, shape (16,).
        W1: parameter, shape (120, 400).
        c1: parameter, shape (120,).
        W2: parameter, shape (84, 120).
        c2: parameter, shape (84,).
        W3: parameter, shape (10, 84).
        c3: parameter, shape (10,).
        t: target, shape (N,).
        workspace: a dictionary, empty at first, that keeps room for the next call. What `forward`
            returned lasts until its next call with the same workspace. A workspace belongs to one
            thread; without one every call makes its own arrays.

    Returns:
        Every array by its name.
    """
    x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3 = as_floats(
        x=x, w1=w1, b1=b1, w2=w2, b2=b2, W1=W1, c1=c1, W2=W2, c2=c2, W3=W3, c3=c3
    )
    t = np.asarray(t)
    check_axes("x", x, "N, 1, 28, 28")
    N = x.shape[0]
    check_shape("x", x, (N, 1, 28, 28))
    check_shape("w1", w1, (6, 1, 5, 5))
    check_shape("b1", b1, (6,))
    check_shape("w2", w2, (16, 6, 5, 5))
    check_shape("b2", b2, (16,))
    check_shape("W1", W1, (120, 400))
    check_shape("c1", c1, (120,))
    check_shape("W2", W2, (84, 120))
    check_shape("c2", c2, (84,))
    check_shape("W3", W3, (10, 84))
    check_shape("c3", c3, (10,))
    check_shape("t", t, (N,))
    check_classes("t", t, 10)
    x_patches = extract_patches_batch_last(x, Z1_WINDOW, workspace, "x_patches")
    w1_taps = spread_kernel_batch_last(w1, Z1_WINDOW)
    z1_product = correlate_batch_last(x_patches, w1_taps, Z1_WINDOW, workspace, "z1_product")  # (1)
    z1_product = z1_product.reshape(14, 2, 2, 6, -1).transpose(1, 2, 0, 3, 4)
    p1, p1_argmax = max_pool_runs(z1_product, workspace, "p1_argmax")  # (3)
    p1 = p1.reshape(14, 6, 14, -1).transpose(3, 1, 0, 2)
    p1 += b1[:, None, None]  # (1)
    np.maximum(p1, 0, out=p1)  # (2)
    p1_patches = extract_patches_batch_last(p1, Z2_WINDOW, workspace, "p1_patches")
    w2_taps = spread_kernel_batch_last(w2, Z2_WINDOW)
    z2_product = correlate_batch_last(
        p1_patches, w2_taps, Z2_WINDOW, workspace, "z2_product"
    )  # (4)
    z2_product = z2_product.reshape(5, 2, 2, 16, -1).transpose(1, 2, 0, 3, 4)
    p2, p2_argmax = max_pool_runs(z2_product, workspace, "p2_argmax")  # (6)
    p2 = p2.reshape(5, 16, 5, -1).transpose(3, 1, 0, 2)
    p2 += b2[:, None, None]  # (4)
    np.maximum(p2, 0, out=p2)  # (5)
    v = p2.transpose(1, 2, 3, 0).reshape(400, -1).T  # (7)
    h1 = v @ W1.T + c1  # (8)
    r1 = np.maximum(h1, 0)  # (9)
    h2 = r1 @ W2.T + c2  # (10)
    r2 = np.maximum(h2, 0)  # (11)
    h3 = r2 @ W3.T + c3  # (12)
    C = -np.take_along_axis(log_softmax(h3, axis=1), t[:, None], axis=1)[:, 0].mean()  # (13)
    kept = Kept(x_patches, w1_taps, p1_argmax, p1_patches, w2_taps, p2_argmax)
    return Forward(p1, p2, v, h1, r1, h2, r2, h3, C, kept)


def backward(
    x: Array,
    w1: Array,
    w2: Array,
    W1: Array,
    W2: Array,
    W3: Array,
    t: Array,
    values: Forward,
    workspace: Workspace | None = None,
) -> Gradients:
    """Compute the gradients, from the last equation of the network to the first.

    Args:
        x: input, shape (N, 1, 28, 28).
        w1: parameter, shape (6, 1, 5, 5).
        w2: parameter, shape (16, 6, 5, 5).
        W1: parameter, shape (120, 400).
        W2: parameter, shape (84, 120).
        W3: parameter, shape (10, 84).
        t: target, shape (N,).
        values: what `forward` returned.
        workspace: a dictionary, empty at first, that keeps room for the next call. What `forward`
            returned lasts until its next call with the same workspace. A workspace belongs to one
            thread; without one every call makes its own arrays.

    Returns:
        Every array by its name.
    """
    x, w1, w2, W1, W2, W3 = as_floats(x=x, w1=w1, w2=w2, W1=W1, W2=W2, W3=W3)
    t = np.asarray(t)
    check_axes("x", x, "N, 1, 28, 28")
    N = x.shape[0]
    check_shape("x", x, (N, 1, 28, 28))
    check_shape("w1", w1, (6, 1, 5, 5))
    check_shape("w2", w2, (16, 6, 5, 5))
    check_shape("W1", W1, (120, 400))
    check_shape("W2", W2, (84, 120))
    check_shape("W3", W3, (10, 84))
    check_shape("t", t, (N,))
    delta_h3_part = (np.arange(10) == t[:, None]).astype(x.dtype)
    delta_h3 = softmax(values.h3, axis=1) / N - delta_h3_part / N  # (14)
    dW3 = delta_h3.T @ values.r2  # (15)
    dc3 = delta_h3.sum(axis=0)  # (16)
    delta_r2 = delta_h3 @ W3  # (17)
    delta_h2 = hide(values.h2 <= 0, delta_r2)  # (18)
    dW2 = delta_h2.T @ values.r1  # (19)
    dc2 = delta_h2.sum(axis=0)  # (20)
    delta_r1 = delta_h2 @ W2  # (21)
    delta_h1 = hide(values.h1 <= 0, delta_r1)  # (22)
    dW1 = delta_h1.T @ values.v  # (23)
    dc1 = delta_h1.sum(axis=0)  # (24)
    delta_v = (W1.T @ delta_h1.T).T  # (25)
    delta_p2 = delta_v.reshape(N, 16, 5, 5)  # (26)
    delta_z2_pooled = hide(values.p2 <= 0, delta_p2)  # (29)
    delta_z2 = max_unpool_runs(
        delta_z2_pooled.transpose(2, 1, 3, 0).reshape(5, 16, -1),
        values.kept.p2_argmax,
        workspace,
        "delta_z2",
    )  # (27), (28), (29)
    delta_z2 = delta_z2.transpose(2, 0, 1, 3, 4).reshape(5, 64, -1)
    dw2 = kernel_gradient_batch_last(
        delta_z2, values.kept.p1_patches, Z2_WINDOW, workspace, "dw2"
    )  # (30)
    db2 = delta_z2_pooled.sum(axis=(0, 2, 3))  # (31)
    delta_p1 = image_gradient_batch_last(
        delta_z2, values.kept.w2_taps, (14, 14), Z2_WINDOW, workspace, "delta_p1"
    )  # (32)
    delta_z1_pooled = hide(values.p1 <= 0, delta_p1)  # (35)
    delta_z1 = max_unpool_runs(
        delta_z1_pooled.transpose(2, 1, 3, 0).reshape(14, 6, -1),
        values.kept.p1_argmax,
        workspace,
        "delta_z1",
    )  # (33), (34), (35)
    delta_z1 = delta_z1.transpose(2, 0, 1, 3, 4).reshape(14, 24, -1)
    dw1 = kernel_gradient_batch_last(
        delta_z1, values.kept.x_patches, Z1_WINDOW, workspace, "dw1"
    )  # (36)
    db1 = delta_z1_pooled.sum(axis=(0, 2, 3))  # (37)
    dx = image_gradient_batch_last(
        delta_z1, values.kept.w1_taps, (28, 28), Z1_WINDOW, workspace, "dx"
    )  # (38)
    return Gradients(dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3, dx)


def predict(x: Array, *, parameters: Parameters, workspace: Workspace | None = None) -> Array:
    """Compute the probabilities; no target is needed.

    Args:
        x: input, shape (N, 1, 28, 28).
        parameters: arrays by the names of PARAMETERS.
        workspace: as for `forward`; what is answered may lie in it, and lasts until the next call.

    Returns:
        An array of the shape (N, 10).
    """
    w1, b1, w2, b2, W1, c1, W2, c2, W3, c3 = unpack_parameters(parameters)
    x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3 = as_floats(
        x=x, w1=w1, b1=b1, w2=w2, b2=b2, W1=W1, c1=c1, W2=W2, c2=c2, W3=W3, c3=c3
    )
    check_axes("x", x, "N, 1, 28, 28")
    N = x.shape[0]
    check_shape("x", x, (N, 1, 28, 28))
    check_shape("w1", w1, (6, 1, 5, 5))
    check_shape("b1", b1, (6,))
    check_shape("w2", w2, (16, 6, 5, 5))
    check_shape("b2", b2, (16,))
    check_shape("W1", W1, (120, 400))
    check_shape("c1", c1, (120,))
    check_shape("W2", W2, (84, 120))
    check_shape("c2", c2, (84,))
    check_shape("W3", W3, (10, 84))
    check_shape("c3", c3, (10,))
    x_patches_2 = extract_patches_batch_last(x, Z1_WINDOW, workspace, "x_patches_2")
    w1_taps_2 = spread_kernel_batch_last(w1, Z1_WINDOW)
    z1_product_2 = correlate_batch_last(
        x_patches_2, w1_taps_2, Z1_WINDOW, workspace, "z1_product_2"
    )  # (1)
    z1_product_2 = z1_product_2.reshape(14, 2, 2, 6, -1).transpose(1, 2, 0, 3, 4)
    p1, p1_argmax_2 = max_pool_runs(z1_product_2, workspace, "p1_argmax_2")  # (3)
    p1 = p1.reshape(14, 6, 14, -1).transpose(3, 1, 0, 2)
    p1 += b1[:, None, None]  # (1)
    np.maximum(p1, 0, out=p1)  # (2)
    p1_patches_2 = extract_patches_batch_last(p1, Z2_WINDOW, workspace, "p1_patches_2")
    w2_taps_2 = spread_kernel_batch_last(w2, Z2_WINDOW)
    z2_product_2 = correlate_batch_last(
        p1_patches_2, w2_taps_2, Z2_WINDOW, workspace, "z2_product_2"
    )  # (4)
    z2_product_2 = z2_product_2.reshape(5, 2, 2, 16, -1).transpose(1, 2, 0, 3, 4)
    p2, p2_argmax_2 = max_pool_runs(z2_product_2, workspace, "p2_argmax_2")  # (6)
    p2 = p2.reshape(5, 16, 5, -1).transpose(3, 1, 0, 2)
    p2 += b2[:, None, None]  # (4)
    np.maximum(p2, 0, out=p2)  # (5)
    v = p2.transpose(1, 2, 3, 0).reshape(400, -1).T  # (7)
    h1 = v @ W1.T + c1  # (8)
    r1 = np.maximum(h1, 0)  # (9)
    h2 = r1 @ W2.T + c2  # (10)
    r2 = np.maximum(h2, 0)  # (11)
    h3 = r2 @ W3.T + c3  # (12)
    prediction: Array = softmax(h3, axis=1)
    return prediction


THREAD_POOLS: dict[int, Any] = {}
"""Threads that wait for work, by their number."""


def get_thread_pool(threads: int) -> Any:
    """Give a pool of so many threads, the same one at every call."""
    from concurrent.futures import ThreadPoolExecutor

    return THREAD_POOLS.get(threads) or THREAD_POOLS.setdefault(
        threads, ThreadPoolExecutor(threads)
    )


class Step(NamedTuple):
    """The cost and the gradients."""

    C: Number
    gradients: Gradients


LEAST_PART = 33
"""The fewest samples that repay a thread."""


def step(
    x: Array,
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    W1: Array,
    c1: Array,
    W2: Array,
    c2: Array,
    W3: Array,
    c3: Array,
    t: Array,
    *,
    threads: int = 1,
    workspaces: list[Workspace] | None = None,
) -> Step:
    """Compute the cost and all gradients, a part of the batch in each thread.

    The parts are added in their order, so that the result does not depend on who is done first.
    Leave one thread to the library that multiplies matrices (OPENBLAS_NUM_THREADS=1).

    Args:
        x: as for `forward` and `backward`.
        w1: as for `forward` and `backward`.
        b1: as for `forward` and `backward`.
        w2: as for `forward` and `backward`.
        b2: as for `forward` and `backward`.
        W1: as for `forward` and `backward`.
        c1: as for `forward` and `backward`.
        W2: as for `forward` and `backward`.
        c2: as for `forward` and `backward`.
        W3: as for `forward` and `backward`.
        c3: as for `forward` and `backward`.
        t: as for `forward` and `backward`.
        threads: the most parts. A part has at least LEAST_PART samples, as a smaller one is
            computed faster than it is handed over; one part is computed in the calling thread.
        workspaces: dictionaries, empty at first, one a thread, that keep room for the next
            call. What two calls share they must not use at the same time.

    Returns:
        The cost and the gradients.

    Raises:
        ValueError: there is no thread, or there are too few workspaces.
    """
    x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3 = as_floats(
        x=x, w1=w1, b1=b1, w2=w2, b2=b2, W1=W1, c1=c1, W2=W2, c2=c2, W3=W3, c3=c3
    )
    t = np.asarray(t)
    check_axes("x", x, "N, 1, 28, 28")
    samples = x.shape[0]
    if threads < 1 or (workspaces is not None and len(workspaces) < threads):
        raise ValueError(f"{threads} threads need as many workspaces")
    threads = max(1, min(threads, samples // LEAST_PART))
    if threads == 1:
        buffers = None if workspaces is None else workspaces[0]
        values = forward(x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3, t, buffers)
        gradients = backward(x, w1, w2, W1, W2, W3, t, values, buffers)
        return Step(values.C, gradients)
    dx_whole = np.empty(x.shape, np.result_type(x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3))

    def run_part(k: int) -> Any:
        part = slice(samples * k // threads, samples * (k + 1) // threads)
        buffers = None if workspaces is None else workspaces[k]
        values = forward(x[part], w1, b1, w2, b2, W1, c1, W2, c2, W3, c3, t[part], buffers)
        dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3, dx = backward(
            x[part], w1, w2, W1, W2, W3, t[part], values, buffers
        )
        partials = [dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3]
        weight = (part.stop - part.start) / samples
        np.multiply(dx, weight, out=dx_whole[part])
        return values.C * weight, [g * weight for g in partials]

    futures = [get_thread_pool(threads - 1).submit(run_part, k) for k in range(1, threads)]
    results = [run_part(0), *(k.result() for k in futures)]
    costs, partials = zip(*results, strict=True)
    sums = tuple(sum(g[1:], g[0]) for g in zip(*partials, strict=True))
    dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3 = sums
    gradients = Gradients(dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3, dx_whole)
    return Step(sum(costs[1:], costs[0]), gradients)


class Parameter(NamedTuple):
    """What is known of a parameter; a `weight` is drawn at first, a `bias` is 0, a `scale` is 1.

    The entries of a weight are drawn evenly from -b to b with b**2 = 6 / fan, where fan is how many
    products one sum has, before functions like a rectifier (He); elsewhere, how many sums an entry
    of the layer's input enters is added to that (Glorot).
    """

    name: str
    shape: tuple[int, ...]
    role: str
    fan: int = 0


PARAMETERS = (
    Parameter("w1", (6, 1, 5, 5), "weight", 25),
    Parameter("b1", (6,), "bias"),
    Parameter("w2", (16, 6, 5, 5), "weight", 150),
    Parameter("b2", (16,), "bias"),
    Parameter("W1", (120, 400), "weight", 400),
    Parameter("c1", (120,), "bias"),
    Parameter("W2", (84, 120), "weight", 120),
    Parameter("c2", (84,), "bias"),
    Parameter("W3", (10, 84), "weight", 94),
    Parameter("c3", (10,), "bias"),
)
"""Every parameter, in the order of the calls."""


def initial(seed: int, dtype: Any = np.float64) -> Parameters:
    """Draw the parameters, the same ones for a seed on every machine."""
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"the seed is {seed!r}, not a whole number, 0 or above")
    random = np.random.Generator(np.random.PCG64(seed))
    parameters: Parameters = {}
    for name, shape, role, fan in PARAMETERS:
        if role == "weight":
            drawn = np.sqrt(6 / fan) * (2 * random.random(shape) - 1)
        else:
            drawn = np.full(shape, float(role == "scale"))
        parameters[name] = drawn.astype(dtype)
        if parameters[name].dtype.kind in "biu":
            raise TypeError(f"weights are floats, and {parameters[name].dtype} has no fractions")
    return parameters


def unpack_parameters(parameters: Any) -> tuple[Array, ...]:
    """Give the parameters in the order of PARAMETERS; a ValueError says if they are others."""
    names = [p.name for p in PARAMETERS]
    if set(parameters) != set(names):
        given = ", ".join(map(str, parameters)) or "none"
        raise ValueError(f"the parameters are {', '.join(names)}, not {given}")
    return tuple(parameters[name] for name in names)


def save(path: str | Path, parameters: Parameters) -> None:
    """Write the parameters as `.npz`; a file of that name stays until the new one is whole."""
    arrays: dict[str, Any] = {}
    for (name, *_), array in zip(PARAMETERS, unpack_parameters(parameters), strict=True):
        arrays[name] = np.asarray(array)
        if arrays[name].dtype.kind != "f":
            raise TypeError(f"{name} holds {arrays[name].dtype}, not floats")
    part = Path(f"{path}.part.npz")
    if not part.parent.is_dir():
        raise FileNotFoundError(f"{path} is not written: there is no folder {part.parent}")
    np.savez(part, **arrays)
    part.replace(path)


def load(path: str | Path) -> Parameters:
    """Read what `save` wrote; a ValueError says what does not fit these parameters."""
    # Every .npz begins with the letters PK, which are these two bytes.
    if 0x4B50 not in np.fromfile(path, "<u2", 1):
        raise ValueError(f"{path} is no .npz file")
    with np.load(path, allow_pickle=False) as file:
        arrays = unpack_parameters(file)
    for (name, shape, *_), array in zip(PARAMETERS, arrays, strict=True):
        if array.shape != shape or array.dtype.kind != "f":
            kind = f"{array.dtype} of the shape {array.shape}"
            raise ValueError(f"{path}: {name} is {kind}, not floats of the shape {shape}")
    return {p.name: array for p, array in zip(PARAMETERS, arrays, strict=True)}


def cost_and_gradients(
    x: Array,
    t: Array,
    *,
    parameters: Parameters,
    threads: int = 1,
    workspaces: list[Workspace] | None = None,
) -> tuple[Number, Parameters]:
    """Compute the cost and its gradients.

    Args:
        x: as for `step`.
        t: as for `step`.
        parameters: arrays by the names of PARAMETERS.
        threads: as for `step`.
        workspaces: as for `step`.

    Returns:
        The cost, and the gradients by the names of the parameters.
    """
    w1, b1, w2, b2, W1, c1, W2, c2, W3, c3 = unpack_parameters(parameters)
    C, found = step(
        x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3, t, threads=threads, workspaces=workspaces
    )
    return C, {
        "w1": found.dw1,
        "b1": found.db1,
        "w2": found.dw2,
        "b2": found.db2,
        "W1": found.dW1,
        "c1": found.dc1,
        "W2": found.dW2,
        "c2": found.dc2,
        "W3": found.dW3,
        "c3": found.dc3,
    }
