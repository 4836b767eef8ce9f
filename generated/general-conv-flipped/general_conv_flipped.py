"""General-conv-flipped.

Convolution is that of mathematics: the kernel is read backwards (flipped).

Every tensor is 0 beyond its border and at indices that are no integers.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]


class Forward(NamedTuple):
    """Every value of the forward pass.

    Attributes:
        z: value, shape (H + 1 - k1, W + 1 - k2), equation (1).
    """

    z: Array


class Gradients(NamedTuple):
    """The gradients of the backward pass.

    Attributes:
        dw: derivative of the cost with respect to w, shape (k1, k2), equation (2).
        dx: derivative of the cost with respect to x, shape (H, W), equation (3).
    """

    dw: Array
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


def forward(x: Array, w: Array) -> Forward:
    """Compute every value of the network.

    Args:
        x: input, shape (H, W).
        w: parameter, shape (k1, k2).

    Returns:
        Every value by its name.
    """
    x, w = as_floats(x=x, w=w)
    check_axes("x", x, "H, W")
    H, W = x.shape
    check_axes("w", w, "k1, k2")
    k1, k2 = w.shape
    check_size("H + 1 - k1", H + 1 - k1)
    check_size("W + 1 - k2", W + 1 - k2)
    x_windows = sliding_window_view(x, (k1, k2), axis=(0, 1))
    z = np.einsum("ijmn,mn->ij", x_windows, w[::-1, ::-1], optimize=True)  # (1)
    return Forward(z)


def backward(x: Array, w: Array, delta_z: Array) -> Gradients:
    """Compute the gradients, from the last equation of the network to the first.

    Args:
        x: input, shape (H, W).
        w: parameter, shape (k1, k2).
        delta_z: derivative of the cost with respect to z, shape (H + 1 - k1, W + 1 - k2).

    Returns:
        Every gradient by its name.
    """
    x, w, delta_z = as_floats(x=x, w=w, delta_z=delta_z)
    check_axes("x", x, "H, W")
    H, W = x.shape
    check_axes("w", w, "k1, k2")
    k1, k2 = w.shape
    check_shape("delta_z", delta_z, (H + 1 - k1, W + 1 - k2))
    x_windows = sliding_window_view(x, (k1, k2), axis=(0, 1))
    dw = np.einsum("ij,ijmn->mn", delta_z, x_windows[:, :, ::-1, ::-1], optimize=True)  # (2)
    delta_z_padded = np.pad(delta_z, ((k1 - 1, k1 - 1), (k2 - 1, k2 - 1)))
    delta_z_windows = sliding_window_view(delta_z_padded, (k1, k2), axis=(0, 1))
    dx = np.einsum(
        "ijmn,mn->ij", delta_z_windows[:, :, ::-1, ::-1], w[::-1, ::-1], optimize=True
    )  # (3)
    return Gradients(dw, dx)
