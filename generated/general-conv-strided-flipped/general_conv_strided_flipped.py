"""General-conv-strided-flipped.

Convolution is that of mathematics: the kernel is read backwards (flipped).

The axes of x are batch, channel, row, column.

The axes of w are output channel, input channel, row, column.

Every tensor is 0 beyond its border and at indices that are no integers.
"""

# ruff: noqa: PLR0913

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]


class Forward(NamedTuple):
    """Every value of the forward pass.

    Attributes:
        z: value, shape (N, F, H_z, W_z), equation (1).
    """

    z: Array


class Gradients(NamedTuple):
    """The gradients of the backward pass.

    Attributes:
        dw: derivative of the cost with respect to w, shape (F, C, k1, k2), equation (2).
        dbeta: derivative of the cost with respect to beta, shape (F,), equation (3).
        dx: derivative of the cost with respect to x, shape (N, C, H, W), equation (4).
    """

    dw: Array
    dbeta: Array
    dx: Array


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


def check_shape(name: str, array: Array, shape: tuple[int, ...]) -> None:
    """Raise a ValueError unless the array has the shape."""
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")


def check_size(name: str, size: int) -> None:
    """Raise a ValueError unless the size is at least 1."""
    if size < 1:
        raise ValueError(f"{name} is {size}, but must be at least 1")


def forward(x: Array, w: Array, beta: Array, *, d: int, p: int, s: int) -> Forward:
    """Compute every value of the network.

    Args:
        x: input, shape (N, C, H, W).
        w: parameter, shape (F, C, k1, k2).
        beta: parameter, shape (F,).
        d: the dilation.
        p: the padding.
        s: the stride.

    Returns:
        Every value by its name.
    """
    x, w, beta = as_floats(x=x, w=w, beta=beta)
    check_axes("x", x, "N, C, H, W")
    _, C, H, W = x.shape
    check_axes("w", w, "F, C, k1, k2")
    F, _, k1, k2 = w.shape
    check_shape("w", w, (F, C, k1, k2))
    check_shape("beta", beta, (F,))
    check_size("H_z", (H + 2 * p - 1 - d * (k1 - 1)) // s + 1)
    check_size("W_z", (W + 2 * p - 1 - d * (k2 - 1)) // s + 1)
    x_padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    x_windows = sliding_window_view(x_padded, (d * (k1 - 1) + 1, d * (k2 - 1) + 1), axis=(2, 3))
    z_part = x_windows[:, :, ::s, ::s, ::d, ::d]
    z_part_2 = np.einsum("bcijmn,fcmn->bfij", z_part, w[:, :, ::-1, ::-1], optimize=True)
    z = z_part_2 + beta[:, None, None]  # (1)
    return Forward(z)


def backward(x: Array, w: Array, delta_z: Array, *, d: int, p: int, s: int) -> Gradients:
    """Compute the gradients, from the last equation of the network to the first.

    Args:
        x: input, shape (N, C, H, W).
        w: parameter, shape (F, C, k1, k2).
        delta_z: derivative of the cost with respect to z, shape (N, F, H_z, W_z).
        d: the dilation.
        p: the padding.
        s: the stride.

    Returns:
        Every gradient by its name.
    """
    x, w, delta_z = as_floats(x=x, w=w, delta_z=delta_z)
    check_axes("x", x, "N, C, H, W")
    N, C, H, W = x.shape
    check_axes("w", w, "F, C, k1, k2")
    F, _, k1, k2 = w.shape
    H_z = (H + 2 * p - 1 - d * (k1 - 1)) // s + 1
    W_z = (W + 2 * p - 1 - d * (k2 - 1)) // s + 1
    check_shape("w", w, (F, C, k1, k2))
    check_shape("delta_z", delta_z, (N, F, H_z, W_z))
    x_padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    x_windows = sliding_window_view(x_padded, (d * (k1 - 1) + 1, d * (k2 - 1) + 1), axis=(2, 3))
    dw = np.einsum(
        "bfij,bcijmn->fcmn",
        delta_z,
        x_windows[:, :, ::s, ::s, ::d, ::d][..., ::-1, ::-1],
        optimize=True,
    )  # (2)
    dbeta = delta_z.sum(axis=(0, 2, 3))  # (3)
    dx_parts = np.einsum("bfij,fcmn->mnbcij", delta_z, w[:, :, ::-1, ::-1], optimize=True)
    dx_padded = np.zeros((N, C, H + 2 * p, W + 2 * p), dtype=dx_parts.dtype)
    for m, n in np.ndindex(k1, k2):
        dx_padded[:, :, d * m : d * m + s * H_z : s, d * n : d * n + s * W_z : s] += dx_parts[m, n]
    dx = dx_padded[:, :, p : p + H, p : p + W]  # (4)
    return Gradients(dw, dbeta, dx)
