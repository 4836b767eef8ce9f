"""Relu-filter.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

Every tensor is 0 beyond its border and at indices that are no integers.

The cost C is half the sum over all entries.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Number: TypeAlias = np.floating[Any]


class Forward(NamedTuple):
    """Every value of the forward pass.

    Attributes:
        z: value, shape (2, 2), equation (1).
        y: value, shape (2, 2), equation (2).
        C: the cost, a number, equation (3).
    """

    z: Array
    y: Array
    C: Number


class Gradients(NamedTuple):
    """The gradients of the backward pass.

    Attributes:
        dw: derivative of the cost with respect to w, shape (2, 2), equation (6).
        dx: derivative of the cost with respect to x, shape (3, 3), equation (7).
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


def check_shape(name: str, array: Array, shape: tuple[int, ...]) -> None:
    """Raise a ValueError unless the array has the shape."""
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")


def forward(x: Array, w: Array, t: Array) -> Forward:
    """Compute every value of the network.

    Args:
        x: input, shape (3, 3).
        w: parameter, shape (2, 2).
        t: target, shape (2, 2).

    Returns:
        Every value by its name.
    """
    x, w, t = as_floats(x=x, w=w, t=t)
    check_shape("x", x, (3, 3))
    check_shape("w", w, (2, 2))
    check_shape("t", t, (2, 2))
    x_windows = sliding_window_view(x, (2, 2), axis=(0, 1))
    z = np.einsum("ijmn,mn->ij", x_windows, w, optimize=True)  # (1)
    y = np.maximum(z, 0)  # (2)
    C = ((y - t) ** 2).sum() / 2  # (3)
    return Forward(z, y, C)


def backward(x: Array, w: Array, t: Array, values: Forward) -> Gradients:
    """Compute the gradients, from the last equation of the network to the first.

    Args:
        x: input, shape (3, 3).
        w: parameter, shape (2, 2).
        t: target, shape (2, 2).
        values: what `forward` returned.

    Returns:
        Every gradient by its name.
    """
    x, w, t = as_floats(x=x, w=w, t=t)
    check_shape("x", x, (3, 3))
    check_shape("w", w, (2, 2))
    check_shape("t", t, (2, 2))
    delta_y = values.y - t  # (4)
    delta_z = np.where(values.z <= 0, 0, delta_y)  # (5)
    x_windows = sliding_window_view(x, (2, 2), axis=(0, 1))
    dw = np.einsum("ij,mnij->mn", delta_z, x_windows, optimize=True)  # (6)
    delta_z_padded = np.pad(delta_z, 1)
    delta_z_windows = sliding_window_view(delta_z_padded, (2, 2), axis=(0, 1))
    dx = np.einsum("ijmn,mn->ij", delta_z_windows[:, :, ::-1, ::-1], w, optimize=True)  # (7)
    return Gradients(dw, dx)
