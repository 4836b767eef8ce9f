"""Two-convs.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

Every tensor is 0 beyond its border and at indices that are no integers.
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
        o1: value, shape (2, 2), equation (1).
        o2: value, shape (1, 1), equation (2).
        C: the cost, a number, equation (3).
    """

    o1: Array
    o2: Array
    C: Number


class Gradients(NamedTuple):
    """The gradients of the backward pass.

    Attributes:
        dw1: derivative of the cost with respect to w1, shape (2, 2), equation (7).
        dw2: derivative of the cost with respect to w2, shape (2, 2), equation (5).
        di: derivative of the cost with respect to i, shape (3, 3), equation (8).
    """

    dw1: Array
    dw2: Array
    di: Array


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


def forward(i: Array, w1: Array, w2: Array, y: Array) -> Forward:
    """Compute every value of the network.

    Args:
        i: input, shape (3, 3).
        w1: parameter, shape (2, 2).
        w2: parameter, shape (2, 2).
        y: target, shape (1, 1).

    Returns:
        Every value by its name.
    """
    i, w1, w2, y = as_floats(i=i, w1=w1, w2=w2, y=y)
    check_shape("i", i, (3, 3))
    check_shape("w1", w1, (2, 2))
    check_shape("w2", w2, (2, 2))
    check_shape("y", y, (1, 1))
    i_windows = sliding_window_view(i, (2, 2), axis=(0, 1))
    o1 = np.einsum("uvmn,mn->uv", i_windows, w1, optimize=True)  # (1)
    o2 = np.reshape((o1 * w2).sum(), (1, 1))  # (2)
    C = (o2[0, 0] - y[0, 0]) ** 2  # (3)
    return Forward(o1, o2, C)


def backward(i: Array, w1: Array, w2: Array, y: Array, values: Forward) -> Gradients:
    """Compute the gradients, from the last equation of the network to the first.

    Args:
        i: input, shape (3, 3).
        w1: parameter, shape (2, 2).
        w2: parameter, shape (2, 2).
        y: target, shape (1, 1).
        values: what `forward` returned.

    Returns:
        Every gradient by its name.
    """
    i, w1, w2, y = as_floats(i=i, w1=w1, w2=w2, y=y)
    check_shape("i", i, (3, 3))
    check_shape("w1", w1, (2, 2))
    check_shape("w2", w2, (2, 2))
    check_shape("y", y, (1, 1))
    delta_o2 = 2 * (values.o2 - y)  # (4)
    dw2 = delta_o2[0, 0] * values.o1  # (5)
    delta_o1 = delta_o2[0, 0] * w2  # (6)
    i_windows = sliding_window_view(i, (2, 2), axis=(0, 1))
    dw1 = np.einsum("uv,mnuv->mn", delta_o1, i_windows, optimize=True)  # (7)
    delta_o1_padded = np.pad(delta_o1, 1)
    delta_o1_windows = sliding_window_view(delta_o1_padded, (2, 2), axis=(0, 1))
    di = np.einsum("uvmn,mn->uv", delta_o1_windows[:, :, ::-1, ::-1], w1, optimize=True)  # (8)
    return Gradients(dw1, dw2, di)
