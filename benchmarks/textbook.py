"""Networks by hand as textbooks and posts write them in NumPy: the yardstick of the benchmarks.

`im2col` copies the windows tap by tap into one matrix; `tensordot` takes them as a view and leaves
the rest to NumPy. A maximum is taken over a reshaped array, and its gradient goes to every entry
that equals it; that is how it is mostly written, though equal entries are counted twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Array = Any
Arrays = dict[str, Array]


@dataclass(frozen=True)
class Convolution:
    """One convolution of square windows, forward and backward, in one of the two ways."""

    way: str
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1

    def windows(self, x: Array, k: int) -> Array:
        """The windows (n, c, i, j, k, k) of an image."""
        p, s, d = self.padding, self.stride, self.dilation
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        reach = d * (k - 1) + 1
        if self.way == "tensordot":
            return sliding_window_view(x, (reach, reach), axis=(2, 3))[:, :, ::s, ::s, ::d, ::d]
        n, c, height, width = x.shape
        h, w = (height - reach) // s + 1, (width - reach) // s + 1
        made = np.zeros((n, c, k, k, h, w), x.dtype)
        for i, j in np.ndindex(k, k):
            made[:, :, i, j] = x[:, :, d * i : d * i + s * h : s, d * j : d * j + s * w : s]
        return made.transpose(0, 1, 4, 5, 2, 3)

    def forward(self, x: Array, w: Array) -> tuple[Array, Array]:
        """The places (n, f, i, j), and the windows for the way back."""
        windows, g = self.windows(x, w.shape[-1]), self.groups
        if self.way == "tensordot" and g == 1:
            z = np.tensordot(windows, w, ((1, 4, 5), (1, 2, 3)))
            return z.transpose(0, 3, 1, 2), windows
        n, _, h, v = windows.shape[:4]
        cells = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * v, g, -1).swapaxes(0, 1)
        z = cells @ w.reshape(g, w.shape[0] // g, -1).swapaxes(1, 2)
        return z.swapaxes(0, 1).reshape(n, h, v, -1).transpose(0, 3, 1, 2), cells

    def backward(self, x: Array, w: Array, kept: Array, delta: Array) -> tuple[Array, Array]:
        """The gradients of kernel and image."""
        n, f, h, v = delta.shape
        g = self.groups
        if self.way == "tensordot" and g == 1:
            dw = np.tensordot(delta, kept, ((0, 2, 3), (0, 2, 3)))
            parts = np.tensordot(delta, w, ((1,), (0,)))
        else:
            slope = delta.transpose(0, 2, 3, 1).reshape(n * h * v, g, -1).swapaxes(0, 1)
            dw = (kept.swapaxes(1, 2) @ slope).swapaxes(1, 2).reshape(w.shape)
            cells = slope @ w.reshape(g, f // g, -1)
            parts = cells.swapaxes(0, 1).reshape(n, h, v, x.shape[1], *w.shape[2:])
        return dw, self.scattered(x, parts)

    def scattered(self, x: Array, parts: Array) -> Array:
        """The sum of the parts (n, i, j, c, k, k) at their places in the image."""
        (n, c, height, width), p, s, d = x.shape, self.padding, self.stride, self.dilation
        h, v, k = parts.shape[1], parts.shape[2], parts.shape[-1]
        made = np.zeros((n, c, height + 2 * p, width + 2 * p), x.dtype)
        for i, j in np.ndindex(k, k):
            place = made[:, :, d * i : d * i + s * h : s, d * j : d * j + s * v : s]
            place += parts[..., i, j].transpose(0, 3, 1, 2)
        return made[:, :, p : p + height, p : p + width]


def pooled(x: Array) -> tuple[Array, Array]:
    """The maximum of 2 x 2 tiles, and which entries are equal to it."""
    n, c, h, w = x.shape
    tiles = x.reshape(n, c, h // 2, 2, w // 2, 2)
    best = tiles.max(axis=(3, 5))
    return best, tiles == best[:, :, :, None, :, None]


def unpooled(delta: Array, mask: Array) -> Array:
    """delta where the maximum was."""
    n, c, h, _, w, _ = mask.shape
    return (mask * delta[:, :, :, None, :, None]).reshape(n, c, 2 * h, 2 * w)


def convolution(a: Arrays, way: str, options: dict[str, int]) -> Arrays:
    """One convolution and its gradients."""
    layer = Convolution(way, **options)
    _, kept = layer.forward(a["x"], a["w"])
    dw, dx = layer.backward(a["x"], a["w"], kept, a["delta z"])
    return {"dw": dw, "dx": dx}


def forum(a: Arrays, way: str, _: dict[str, int]) -> Arrays:
    """Convolution, maximum, sigmoid, dense, half the squared error."""
    image, kernel = a["o"].reshape(-1, 1, 5, 5), a["w"].reshape(1, 1, 2, 2)
    layer = Convolution(way)
    z, kept = layer.forward(image, kernel)
    p, mask = pooled(z + a["b"].reshape(1, 1, 1, 1))
    y = 1 / (1 + np.exp(-p))
    v = y.reshape(len(image), -1)
    slope = v @ a["W"].T - a["t"].reshape(len(image), -1)
    delta = unpooled((slope @ a["W"]).reshape(p.shape) * y * (1 - y), mask)
    dw, do = layer.backward(image, kernel, kept, delta)
    found = {"dw": dw, "db": delta.sum(), "dW": slope.T @ v, "do": do}
    return {k: np.reshape(g, a[k[1:]].shape) for k, g in found.items()}


def lenet(a: Arrays, way: str, _: dict[str, int]) -> Arrays:
    """Two stages of convolution, relu and maximum, then three dense layers."""
    first, second = Convolution(way, padding=2), Convolution(way)
    z1, k1 = first.forward(a["x"], a["w^1"])
    z1 += a["b^1"][:, None, None]
    p1, m1 = pooled(np.maximum(z1, 0))
    z2, k2 = second.forward(p1, a["w^2"])
    z2 += a["b^2"][:, None, None]
    p2, m2 = pooled(np.maximum(z2, 0))
    v = p2.reshape(len(z2), -1)
    h1 = v @ a["W^1"].T + a["c^1"]
    r1 = np.maximum(h1, 0)
    h2 = r1 @ a["W^2"].T + a["c^2"]
    r2 = np.maximum(h2, 0)
    h3 = r2 @ a["W^3"].T + a["c^3"]
    soft = np.exp(h3 - h3.max(axis=1, keepdims=True))
    d3 = soft / soft.sum(axis=1, keepdims=True)
    d3[np.arange(len(v)), a["t"]] -= 1
    d3 /= len(v)
    d2 = d3 @ a["W^3"] * (h2 > 0)
    d1 = d2 @ a["W^2"] * (h1 > 0)
    s2 = unpooled((d1 @ a["W^1"]).reshape(p2.shape), m2) * (z2 > 0)
    dw2, dp1 = second.backward(p1, a["w^2"], k2, s2)
    s1 = unpooled(dp1, m1) * (z1 > 0)
    dw1, dx = first.backward(a["x"], a["w^1"], k1, s1)
    return {
        "dx": dx, "dw1": dw1, "dw2": dw2, "db1": s1.sum((0, 2, 3)), "db2": s2.sum((0, 2, 3)),
        "dW1": d1.T @ v, "dW2": d2.T @ r1, "dW3": d3.T @ r2,
        "dc1": d1.sum(0), "dc2": d2.sum(0), "dc3": d3.sum(0),
    }  # fmt: skip


NETWORKS: dict[str, Callable[[Arrays, str, dict[str, int]], Arrays]] = {
    "convolution": convolution,
    "forum": forum,
    "lenet": lenet,
}
