"""Readable modules against a textbook im2col in NumPy, and against PyTorch where it is installed.

Every row is one convolution: its forward pass and all of its gradients, in float32 and on one
thread. Results are compared before anything is timed; then the contestants take turns, and the
medians of their times are printed as ratios to the module's own.

    python benchmarks/readable.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symconv.api import Network

Array = NDArray[np.float32]
Run = Callable[[], tuple[Array, ...]]


@dataclass(frozen=True)
class Row:
    """A convolution: its name, the shapes of image and kernel, its hyper-parameters."""

    name: str
    image: tuple[int, int, int, int]
    kernel: tuple[int, int, int, int]
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1

    @property
    def text(self) -> str:
        """The network text of the row."""
        n, c, h, w = self.image
        f, _, k1, k2 = self.kernel
        options = f"stride {self.stride} padding {self.padding} dilation {self.dilation}"
        groups = f"groups {self.groups} " if self.groups > 1 else ""
        return (
            f"input x {n}x{c}x{h}x{w} | conv w {k1}x{k2} channels {f} {options} {groups}bias b -> z"
        )


ROWS = (
    Row("3x3, 64 to 64", (4, 64, 32, 32), (64, 64, 3, 3), padding=1),
    Row("3x3, 128 to 128", (4, 128, 16, 16), (128, 128, 3, 3), padding=1),
    Row("3x3 stride 2, 3 to 32", (4, 3, 64, 64), (32, 3, 3, 3), stride=2, padding=1),
    Row("1x1, 256 to 256", (4, 256, 14, 14), (256, 256, 1, 1)),
    Row("3x3 depthwise, 64", (4, 64, 32, 32), (64, 1, 3, 3), padding=1, groups=64),
    Row("5x5 dilation 2, 16 to 16", (4, 16, 32, 32), (16, 16, 5, 5), padding=4, dilation=2),
)


def arrays(row: Row) -> tuple[Array, Array, Array, Array]:
    """Image, kernel, bias and the delta of the output."""
    random = np.random.default_rng(0)
    h, w = (size_of(row, axis) for axis in (2, 3))
    shapes = (row.image, row.kernel, row.kernel[:1], (row.image[0], row.kernel[0], h, w))
    x, k, b, d = (random.standard_normal(shape).astype(np.float32) for shape in shapes)
    return x, k / np.sqrt(np.float32(k[0].size)), b, d


def size_of(row: Row, axis: int) -> int:
    """The extent of the output along an axis."""
    reach = row.dilation * (row.kernel[axis] - 1) + 1
    return (row.image[axis] + 2 * row.padding - reach) // row.stride + 1


def module(row: Row) -> Run:
    """The generated module."""
    x, w, b, delta = arrays(row)
    compiled = Network.parse(row.text).compile()
    names = compiled.module.backward.__annotations__

    def run() -> tuple[Array, ...]:
        values = compiled.module.forward(x, w, b)
        known = {"x": x, "w": w, "values": values, "delta_z": delta}
        found = compiled.module.backward(**{k: v for k, v in known.items() if k in names})
        return (values.z, found.dx, found.dw, found.db)

    return run


def columns(row: Row, x: Array) -> Array:
    """The windows of the image as the rows of one matrix a group: the textbook's im2col."""
    (n, c, _, _), (_, _, k1, k2), p = row.image, row.kernel, row.padding
    h, w, s, d = size_of(row, 2), size_of(row, 3), row.stride, row.dilation
    image = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    found = np.zeros((n, c, k1, k2, h, w), dtype=x.dtype)
    for i in range(k1):
        for j in range(k2):
            found[:, :, i, j] = image[:, :, d * i : d * i + s * h : s, d * j : d * j + s * w : s]
    return found.transpose(0, 4, 5, 1, 2, 3).reshape(n * h * w, row.groups, -1).swapaxes(0, 1)


def image_of(row: Row, cells: Array) -> Array:
    """The sum of the columns at their places in the image: the textbook's col2im."""
    (n, c, height, width), (_, _, k1, k2), p = row.image, row.kernel, row.padding
    h, w, s, d = size_of(row, 2), size_of(row, 3), row.stride, row.dilation
    parts = cells.swapaxes(0, 1).reshape(n, h, w, c, k1, k2).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros((n, c, height + 2 * p, width + 2 * p), dtype=cells.dtype)
    for i in range(k1):
        for j in range(k2):
            place = image[:, :, d * i : d * i + s * h : s, d * j : d * j + s * w : s]
            place += parts[:, :, i, j]
    return image[:, :, p : height + p, p : width + p]


def textbook(row: Row) -> Run:
    """im2col, one matrix product a group, and the columns kept for the gradient of the kernel."""
    x, w, b, delta = arrays(row)
    n, f, g = row.image[0], row.kernel[0], row.groups
    h, width = size_of(row, 2), size_of(row, 3)

    def run() -> tuple[Array, ...]:
        kernel = w.reshape(g, f // g, -1)
        cells = columns(row, x)
        product = cells @ kernel.swapaxes(1, 2)
        z = product.swapaxes(0, 1).reshape(n, h, width, f) + b
        slope = delta.transpose(0, 2, 3, 1).reshape(n * h * width, g, -1).swapaxes(0, 1)
        dw = (cells.swapaxes(1, 2) @ slope).swapaxes(1, 2).reshape(w.shape)
        dx = image_of(row, slope @ kernel)
        return (z.transpose(0, 3, 1, 2), dx, dw, slope.sum(axis=1).reshape(-1))

    return run


def pytorch(row: Row) -> Run | None:
    """The same with PyTorch; None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    x, w, b, delta = map(torch.tensor, arrays(row))
    known = tuple(t.requires_grad_() for t in (x, w, b))
    options: dict[str, Any] = {
        "stride": row.stride,
        "padding": row.padding,
        "dilation": row.dilation,
        "groups": row.groups,
    }

    def run() -> tuple[Array, ...]:
        z = torch.nn.functional.conv2d(*known, **options)
        return (z.detach().numpy(), *(g.numpy() for g in torch.autograd.grad(z, known, delta)))

    return run


def medians(runs: list[Run], rounds: int) -> list[float]:
    """The median time of each contestant; they take turns."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, found in zip(runs, times, strict=True):
            start = time.perf_counter()
            run()
            found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def main(rounds: int) -> None:
    """One line a row; a ratio above 1 says that the other one is slower than the module."""
    print(f"{'convolution':<28}{'module':>10}{'im2col':>9}{'torch':>9}")
    for row in ROWS:
        runs = [r for r in (module(row), textbook(row), pytorch(row)) if r is not None]
        first, *others = (run() for run in runs)
        for other in others:
            for found, wanted in zip(first, other, strict=True):
                np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)
        own, *rest = medians(runs, rounds)
        ratios = "".join(f"{t / own:>8.2f}x" for t in rest)
        print(f"{row.name:<28}{own * 1e3:>7.1f} ms{ratios}")


THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

if __name__ == "__main__":
    if THREADS.items() - os.environ.items():  # libraries read these when they are loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | THREADS)  # noqa: S606
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
