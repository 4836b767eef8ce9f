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

# ruff: noqa: N815, PLR0913, PLR0917

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Labels: TypeAlias = NDArray[np.integer[Any]]
Number: TypeAlias = np.floating[Any]
Workspace: TypeAlias = dict[str, Array]
Shape: TypeAlias = tuple[int, int]
Shape4: TypeAlias = tuple[int, int, int, int]


BLOCK = 200_000
"""About how many numbers a block of work may hold to stay in the second-level cache."""


class Window(NamedTuple):
    """Windows over two axes: place i and tap m meet at s*i + d*m - p; `phases` share a maximum."""

    taps: tuple[int, int]
    places: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    before: tuple[int, int]
    phases: tuple[int, int]


def room(space: Workspace | None, name: str, shape: tuple[int, ...], like: Array) -> Array:
    """Give an array to write to: that of the workspace, or a new one; its margin is 0."""
    found = None if space is None else space.get(name)
    if found is None or found.shape != shape or found.dtype != like.dtype:
        found = np.zeros(shape, like.dtype)
        if space is not None:
            space[name] = found
    return found


def padded(image: Array, window: Window, space: Workspace | None, name: str) -> Array:
    """Copy an image (.., i, j) into a margin of zeros that every window fits in."""
    lead = image.shape[:-2]
    size = [
        s * (count - 1) + d * (k - 1) + 1
        for s, count, d, k in zip(
            window.stride, window.places, window.dilation, window.taps, strict=True
        )
    ]
    (p, q), (height, width) = window.before, size
    inside = image[..., max(0, -p) : height - p, max(0, -q) : width - q]
    if inside.shape[-2:] == (height, width):
        return inside
    made, (y, x) = room(space, name, (*lead, height, width), image), (max(0, p), max(0, q))
    made[..., y : y + inside.shape[-2], x : x + inside.shape[-1]] = inside
    return made


def like(planes: Array, kind: Any, space: Workspace | None, name: str) -> Array:
    """Give an array of that kind and of the same order in memory."""
    found = None if space is None else space.get(name)
    if found is None or found.shape != planes.shape or found.dtype != kind:
        found = np.empty_like(planes, dtype=kind)
        if space is not None:
            space[name] = found
    return found


def in_turn(planes: Any, wins: Any, best: Array) -> None:
    """Write the largest of some arrays to best, and to wins where each beat all before it."""
    before = planes[0]
    if len(planes) == 1:
        np.copyto(best, before)
    for k in range(1, len(planes)):
        np.greater(planes[k], before, out=wins[k])
        np.maximum(planes[k], before, out=best)
        before = best


def route(planes: Any, wins: Any) -> None:
    """Hand what the first array holds to the last that won there."""
    rest = planes[0]
    for k in range(len(planes) - 1, 0, -1):
        np.multiply(rest, wins[k], out=planes[k])
        np.subtract(rest, planes[k], out=rest)


def largest_of_runs(runs: Array, space: Workspace | None, name: str) -> tuple[Array, Array]:
    """Give the maximum over the phases of runs (b, a, ..), and which of them won.

    A column is compared at a time: wins [v, u] tells if v > 0 beat all before it in row u, and
    [0, u] if row u beat all rows before it.
    """
    wins, best = like(runs, np.bool_, space, name), np.empty(runs.shape[2:], runs.dtype)
    row = room(space, f"{name} row", runs.shape[1:], runs)
    in_turn(runs, wins, row)
    in_turn(row, wins[0], best)
    return best, wins


def runs_of_winners(delta: Array, wins: Array, space: Workspace | None, name: str) -> Array:
    """Give delta (..) to the phase (b, a) that won and 0 to the others."""
    made = like(wins, delta.dtype, space, name)
    made[0, 0] = delta
    route(made[0], wins[0])
    route(made, wins)
    return made


LONGEST_RUN = 512
"""About how many numbers a row of a product may hold; longer rows are cut at whole columns."""


def field_of(window: Window) -> tuple[int, int, int, int, int, int]:
    """Give the size of what a block of phases sees, the steps between blocks, and their number."""
    (s, t), (a, b), (k, l) = window.stride, window.phases, window.taps
    rows, columns = window.places[0] // a, window.places[1] // b
    return s * (a - 1) + k, t * (b - 1) + l, s * a, t * b, rows, columns


def first_column(v: int, right: int, before: int) -> int:
    """Give the first column of an image that stands at `right` j + v for a j in the margin."""
    least = max(0, -before)
    return least + (v - before - least) % right


def margin_batch_last(image: Array, window: Window, space: Workspace | None, name: str) -> Array:
    """Copy an image to (i, v, c, j, n) in a margin of zeros: column `right` j + v is [:, v, :, j].

    One step to the right is then a shift by n numbers, whatever the stride.
    """
    (high, wide, down, right, rows, columns), (p, q) = field_of(window), window.before
    height, width = down * (rows - 1) + high, columns + -(-wide // right) - 1
    inside = image.transpose(2, 1, 3, 0)[max(0, -p) : height - p]
    made = room(space, name, (height, right, image.shape[1], width, image.shape[0]), image)
    there = made[max(0, p) :][: len(inside)]
    for v in range(right):
        first = first_column(v, right, q)
        start = (first + q) // right
        source = inside[:, :, first::right][:, :, : width - start]
        there[:, v, :, start : start + source.shape[2]] = source
    return made


def patches_batch_last(image: Array, window: Window, space: Workspace | None, name: str) -> Array:
    """Copy windows as matrices: [h] holds field rows, columns, channels by places w, batch.

    Fields that share rows of the image share them in memory, too: no row is copied twice.
    """
    source = margin_batch_last(image, window, space, f"{name} margin")
    high, wide, down, right, rows, columns = field_of(window)
    c, run = source.shape[2], columns * source.shape[4]
    made = room(space, name, (len(source), wide, c, run), image)
    y, v, z, step, one = source.strides
    for x in range(0, wide, right):
        there, shift = made[:, x : x + right], x // right * step
        np.copyto(there, np.ndarray(there.shape, image.dtype, source, shift, (y, v, z, one)))
    strides = (down * made.strides[0], run * one, one)
    return np.ndarray((rows, high * wide * c, run), image.dtype, made, 0, strides)


def parts_of(columns: int, run: int) -> int:
    """Say into how many parts a run is cut: whole columns in every part."""
    short = [n for n in range(1, columns) if columns % n == 0 and run <= n * LONGEST_RUN]
    return min([*short, columns])


def cut_runs(matrices: Array, count: int) -> Array:
    """View matrices (h, k, run) as (h, count, k, run / count)."""
    rows, k, run = matrices.shape
    return matrices.reshape(rows, k, count, run // count).swapaxes(1, 2)


def spread_batch_last(kernel: Array, window: Window) -> Array:
    """Place the kernel once for every phase (b, a) in the field that a block of phases sees."""
    (s, t), (a, b), (k, l) = window.stride, window.phases, window.taps
    (high, wide, *_), (f, c) = field_of(window), kernel.shape[:2]
    made = np.zeros((b, a, f, high, wide, c), kernel.dtype)
    for u in range(a):
        for v in range(b):
            made[v, u, :, s * u : s * u + k, t * v : t * v + l] = kernel.transpose(0, 2, 3, 1)
    return made.reshape(a * b * f, -1)


def correlate_batch_last(
    patches: Array, taps: Array, window: Window, space: Workspace | None, name: str
) -> Array:
    """Compute all phases of a row of blocks in one product: [h] is (b, a, f) by (w, n)."""
    count = parts_of(field_of(window)[5], patches.shape[2])
    made = room(space, name, (len(patches), len(taps), patches.shape[2]), patches)
    np.matmul(taps, cut_runs(patches, count), out=cut_runs(made, count))
    return made


def kernel_gradient_batch_last(
    delta: Array, patches: Array, window: Window, space: Workspace | None, name: str
) -> Array:
    """Sum delta times the patches over batch and places, then over the phases."""
    (s, t), (a, b), (k, l) = window.stride, window.phases, window.taps
    (high, wide, *_, columns), f = field_of(window), delta.shape[1] // (a * b)
    count = parts_of(columns, delta.shape[2])
    seen, flat = cut_runs(patches, count), cut_runs(delta, count)
    parts = room(space, name, (*seen.shape[:3], flat.shape[2]), patches)
    np.matmul(seen, flat.swapaxes(2, 3), out=parts)
    total = parts.reshape(-1, seen.shape[2] * flat.shape[2]).sum(axis=0)
    total = total.reshape(high, wide, -1, b, a, f)
    made = np.zeros((k, l, total.shape[2], f), delta.dtype)
    for u in range(a):
        for v in range(b):
            made += total[s * u : s * u + k, t * v : t * v + l, :, v, u]
    return made.transpose(3, 2, 0, 1)


def stacked_taps(taps: Array, window: Window) -> Array:
    """Write the taps as [image rows of a step, columns, channels] by [rows of blocks, their maps].

    That many rows of blocks, one below the other, see the same rows of the image.
    """
    high, _, down, *_ = field_of(window)
    maps, reach = len(taps), -(-high // down)
    made = np.zeros((reach * down, taps.shape[1] // high, maps), taps.dtype)
    made[:high] = taps.T.reshape(high, -1, maps)
    steps = made.reshape(reach, down, -1, maps)[::-1]
    return steps.transpose(1, 2, 0, 3).reshape(-1, reach * maps)


def multiply_stacks(matrix: Array, delta: Array, first: int, count: int, made: Array) -> None:
    """Write made[h] = matrix @ the `reach` rows of delta up to first + h; fewer at a border."""
    rows, maps, run = delta.shape
    reach, last = matrix.shape[1] // maps, first + len(made)
    whole = range(max(first, reach - 1), min(last, rows))
    if whole:
        shape, step = (len(whole), reach * maps, run), delta.strides[0]
        start = (whole[0] - reach + 1) * step
        stacks = np.ndarray(shape, delta.dtype, delta, start, (step, *delta.strides[1:]))
        there = made[whole[0] - first : whole[-1] + 1 - first]
        np.matmul(matrix, cut_runs(stacks, count), out=cut_runs(there, count))
    for h in range(first, last):
        if h not in whole:
            low, end = max(0, h - reach + 1), min(h + 1, rows)
            left = low - (h - reach + 1)
            seen = matrix[:, left * maps : (left + end - low) * maps]
            stack, there = delta[low:end].reshape(1, -1, run), made[h - first : h - first + 1]
            np.matmul(seen, cut_runs(stack, count), out=cut_runs(there, count))


def image_gradient_batch_last(
    delta: Array,
    taps: Array,
    shape: tuple[int, int],
    window: Window,
    space: Workspace | None,
    name: str,
) -> Array:
    """Add kernel times delta to every place of the field that a block of phases sees.

    What reaches the same rows of the image is summed by the products, then columns are added.
    """
    (high, wide, down, right, rows, columns), matrix = field_of(window), stacked_taps(taps, window)
    n, c, run = delta.shape[2] // columns, taps.shape[1] // (high * wide), delta.shape[2]
    height, width = rows + -(-high // down) - 1, columns + -(-wide // right) - 1
    made = room(space, f"{name} sums", (height, down, right, c, width * n), delta)
    made[...] = 0
    some = max(1, min(height, BLOCK // (len(matrix) * run)))
    parts = room(space, f"{name} parts", (some, len(matrix), run), delta)
    dense, count = np.ascontiguousarray(delta), parts_of(columns, run)
    for first in range(0, height, some):
        there = made[first : first + some]
        multiply_stacks(matrix, dense, first, count, parts[: len(there)])
        fields = parts[: len(there)].reshape(len(there), down, wide, c, run)
        for x in range(0, wide, right):
            part = fields[:, :, x : x + right]
            block = there[:, :, : part.shape[2]]
            block[..., x // right * n : (x // right + columns) * n] += part
    return image_batch_last(made.reshape(-1, right, c, width, n), shape, window.before)


def image_batch_last(sums: Array, shape: tuple[int, int], before: tuple[int, int]) -> Array:
    """Copy what stands inside the margin of (i, v, c, j, n) to an image of its own."""
    (p, q), (_, right, c, _, n) = before, sums.shape
    made = np.zeros((shape[0], c, shape[1], n), sums.dtype)
    rows, above = sums[max(0, p) : max(0, p + shape[0])], max(0, -p)
    for v in range(right):
        first = first_column(v, right, q)
        there = made[above : above + len(rows), :, first::right]
        source = rows[:, v, :, (first + q) // right :][:, :, : there.shape[2]]
        there[:, :, : source.shape[2]] = source
    return made.transpose(3, 1, 0, 2)


def check_classes(name: str, array: Labels, count: int) -> None:
    """Raise a ValueError unless the entries are integers from 0 to below the count."""
    if array.dtype.kind not in "iu":
        kind = array.dtype
        raise ValueError(f"{name} holds class numbers, so its type must be an integer, not {kind}")
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
    taps=(5, 5), places=(28, 28), stride=(1, 1), dilation=(1, 1), before=(2, 2), phases=(2, 2)
)
Z2_WINDOW = Window(
    taps=(5, 5), places=(10, 10), stride=(1, 1), dilation=(1, 1), before=(0, 0), phases=(2, 2)
)


class Forward(NamedTuple):
    """The values of the forward pass that are written, and what the backward pass needs of it.

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
    x_patches: Array
    w1_taps: Array
    p1_wins: Array
    p1_patches: Array
    w2_taps: Array
    p2_wins: Array


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
    x_patches = patches_batch_last(x, Z1_WINDOW, workspace, "x_patches")
    w1_taps = spread_batch_last(w1, Z1_WINDOW)
    z1_product = correlate_batch_last(x_patches, w1_taps, Z1_WINDOW, workspace, "z1_product")  # (1)
    z1_product = z1_product.reshape(14, 2, 2, 6, -1).transpose(1, 2, 0, 3, 4)
    p1, p1_wins = largest_of_runs(z1_product, workspace, "p1_wins")  # (3)
    p1 = p1.reshape(14, 6, 14, -1).transpose(3, 1, 0, 2)
    p1 += b1[:, None, None]  # (1)
    np.maximum(p1, 0, out=p1)  # (2)
    p1_patches = patches_batch_last(p1, Z2_WINDOW, workspace, "p1_patches")
    w2_taps = spread_batch_last(w2, Z2_WINDOW)
    z2_product = correlate_batch_last(
        p1_patches, w2_taps, Z2_WINDOW, workspace, "z2_product"
    )  # (4)
    z2_product = z2_product.reshape(5, 2, 2, 16, -1).transpose(1, 2, 0, 3, 4)
    p2, p2_wins = largest_of_runs(z2_product, workspace, "p2_wins")  # (6)
    p2 = p2.reshape(5, 16, 5, -1).transpose(3, 1, 0, 2)
    p2 += b2[:, None, None]  # (4)
    np.maximum(p2, 0, out=p2)  # (5)
    v = p2.transpose(1, 2, 3, 0).reshape(400, -1).T  # (7)
    h1 = v @ W1.T + c1  # (8)
    r1 = np.maximum(h1, 0)  # (9)
    h2 = r1 @ W2.T + c2  # (10)
    r2 = np.maximum(h2, 0)  # (11)
    h3 = r2 @ W3.T + c3  # (12)
    C = -(log_softmax(h3, axis=1).T * (np.arange(10)[:, None] == t)).sum() / N  # (13)
    return Forward(
        p1, p2, v, h1, r1, h2, r2, h3, C, x_patches, w1_taps, p1_wins, p1_patches, w2_taps, p2_wins
    )


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
    delta_h2 = delta_r2 * (values.h2 > 0)  # (18)
    dW2 = delta_h2.T @ values.r1  # (19)
    dc2 = delta_h2.sum(axis=0)  # (20)
    delta_r1 = delta_h2 @ W2  # (21)
    delta_h1 = delta_r1 * (values.h1 > 0)  # (22)
    dW1 = delta_h1.T @ values.v  # (23)
    dc1 = delta_h1.sum(axis=0)  # (24)
    delta_v = (W1.T @ delta_h1.T).T  # (25)
    delta_p2 = delta_v.reshape(N, 16, 5, 5)  # (26)
    delta_z2_reached = np.empty_like(values.p2)
    np.multiply(delta_p2, values.p2 > 0, out=delta_z2_reached)  # (29)
    delta_z2 = runs_of_winners(
        delta_z2_reached.transpose(2, 1, 3, 0).reshape(5, 16, -1),
        values.p2_wins,
        workspace,
        "delta_z2",
    )  # (27), (28), (29)
    delta_z2 = delta_z2.transpose(2, 0, 1, 3, 4).reshape(5, 64, -1)
    dw2 = kernel_gradient_batch_last(
        delta_z2, values.p1_patches, Z2_WINDOW, workspace, "dw2"
    )  # (30)
    db2 = delta_z2_reached.sum(axis=(0, 2, 3))  # (31)
    delta_p1 = image_gradient_batch_last(
        delta_z2, values.w2_taps, (14, 14), Z2_WINDOW, workspace, "delta_p1"
    )  # (32)
    delta_z1_reached = np.empty_like(values.p1)
    np.multiply(delta_p1, values.p1 > 0, out=delta_z1_reached)  # (35)
    delta_z1 = runs_of_winners(
        delta_z1_reached.transpose(2, 1, 3, 0).reshape(14, 6, -1),
        values.p1_wins,
        workspace,
        "delta_z1",
    )  # (33), (34), (35)
    delta_z1 = delta_z1.transpose(2, 0, 1, 3, 4).reshape(14, 24, -1)
    dw1 = kernel_gradient_batch_last(
        delta_z1, values.x_patches, Z1_WINDOW, workspace, "dw1"
    )  # (36)
    db1 = delta_z1_reached.sum(axis=(0, 2, 3))  # (37)
    dx = image_gradient_batch_last(
        delta_z1, values.w1_taps, (28, 28), Z1_WINDOW, workspace, "dx"
    )  # (38)
    return Gradients(dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3, dx)


POOLS: dict[int, Any] = {}
"""Threads that wait for work, by their number."""


def pool_of(threads: int) -> Any:
    """Give a pool of threads, the same one at every call."""
    from concurrent.futures import ThreadPoolExecutor

    return POOLS.get(threads) or POOLS.setdefault(threads, ThreadPoolExecutor(threads))


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
    total = x.shape[0]
    if threads < 1 or (workspaces is not None and len(workspaces) < threads):
        raise ValueError(f"{threads} threads need as many workspaces")
    threads = max(1, min(threads, total // LEAST_PART))
    if threads == 1:
        space = None if workspaces is None else workspaces[0]
        values = forward(x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3, t, space)
        gradients = backward(x, w1, w2, W1, W2, W3, t, values, space)
        return Step(values.C, gradients)
    dx_whole = np.empty(x.shape, np.result_type(x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3))

    def run(k: int) -> Any:
        part = slice(total * k // threads, total * (k + 1) // threads)
        space = None if workspaces is None else workspaces[k]
        values = forward(x[part], w1, b1, w2, b2, W1, c1, W2, c2, W3, c3, t[part], space)
        dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3, dx = backward(
            x[part], w1, w2, W1, W2, W3, t[part], values, space
        )
        found = [dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3]
        share = (part.stop - part.start) / total
        np.multiply(dx, share, out=dx_whole[part])
        return values.C * share, [g * share for g in found]

    waiting = [pool_of(threads - 1).submit(run, k) for k in range(1, threads)]
    parts = [run(0), *(k.result() for k in waiting)]
    costs, found = zip(*parts, strict=True)
    found = tuple(sum(g[1:], g[0]) for g in zip(*found, strict=True))
    dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3 = found
    gradients = Gradients(dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3, dx_whole)
    return Step(sum(costs[1:], costs[0]), gradients)
