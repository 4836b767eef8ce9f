"""Conv-pool-sigmoid-dense.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

Every tensor is 0 beyond its border and at indices that are no integers.

Padding never wins a maximum: entries beyond the border count as minus infinity.

The cost E is half the sum over all entries.

Written out number by number: the network is tiny.
"""

# ruff: noqa: C901, N815, PLR0124, PLR0912, PLR0915

from math import tanh
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Number: TypeAlias = np.floating[Any]
Parameters: TypeAlias = dict[str, Array]


class Forward(NamedTuple):
    """Every value of the forward pass; the arrays share memory with each other alone."""

    x: Array
    p: Array
    a: Array
    v: Array
    h: Array
    E: Number


class Gradients(NamedTuple):
    """The gradients of the backward pass, each an array of its own."""

    dw: Array
    db: Array
    dW: Array
    do: Array


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


class Step(NamedTuple):
    """The cost and the gradients."""

    E: Number
    gradients: Gradients


def forward(o: Array, w: Array, b: Array, W: Array, t: Array) -> Forward:
    """Compute every value of the network.

    Args:
        o: input, (5, 5).
        w: parameter, (2, 2).
        b: parameter, (1,).
        W: parameter, (2, 4).
        t: target, (2,).

    Raises:
        ValueError: an array has another shape, which the message names.
    """
    o = np.asarray(o)
    w = np.asarray(w)
    b = np.asarray(b)
    W = np.asarray(W)
    t = np.asarray(t)
    fits = (
        o.dtype is w.dtype is b.dtype is W.dtype is t.dtype
        and t.dtype.kind == "f"
        and o.shape == (5, 5)
        and w.shape == (2, 2)
        and b.shape == (1,)
        and W.shape == (2, 4)
        and t.shape == (2,)
    )
    if not fits:
        o, w, b, W, t = as_floats(o=o, w=w, b=b, W=W, t=t)
        check_shape("o", o, (5, 5))
        check_shape("w", w, (2, 2))
        check_shape("b", b, (1,))
        check_shape("W", W, (2, 4))
        check_shape("t", t, (2,))
    (
        o_0_0,
        o_0_1,
        o_0_2,
        o_0_3,
        o_0_4,
        o_1_0,
        o_1_1,
        o_1_2,
        o_1_3,
        o_1_4,
        o_2_0,
        o_2_1,
        o_2_2,
        o_2_3,
        o_2_4,
        o_3_0,
        o_3_1,
        o_3_2,
        o_3_3,
        o_3_4,
        o_4_0,
        o_4_1,
        o_4_2,
        o_4_3,
        o_4_4,
    ) = o.ravel().tolist()
    w_0_0, w_0_1, w_1_0, w_1_1 = w.ravel().tolist()
    (b_0,) = b.tolist()
    W_0_0, W_0_1, W_0_2, W_0_3, W_1_0, W_1_1, W_1_2, W_1_3 = W.ravel().tolist()
    t_0, t_1 = t.tolist()
    # (1)
    x_0_0 = b_0 + o_0_0 * w_0_0 + o_1_0 * w_1_0 + o_0_1 * w_0_1 + o_1_1 * w_1_1
    x_0_1 = b_0 + o_0_1 * w_0_0 + o_1_1 * w_1_0 + o_0_2 * w_0_1 + o_1_2 * w_1_1
    x_0_2 = b_0 + o_0_2 * w_0_0 + o_1_2 * w_1_0 + o_0_3 * w_0_1 + o_1_3 * w_1_1
    x_0_3 = b_0 + o_0_3 * w_0_0 + o_1_3 * w_1_0 + o_0_4 * w_0_1 + o_1_4 * w_1_1
    x_1_0 = b_0 + o_1_0 * w_0_0 + o_2_0 * w_1_0 + o_1_1 * w_0_1 + o_2_1 * w_1_1
    x_1_1 = b_0 + o_1_1 * w_0_0 + o_2_1 * w_1_0 + o_1_2 * w_0_1 + o_2_2 * w_1_1
    x_1_2 = b_0 + o_1_2 * w_0_0 + o_2_2 * w_1_0 + o_1_3 * w_0_1 + o_2_3 * w_1_1
    x_1_3 = b_0 + o_1_3 * w_0_0 + o_2_3 * w_1_0 + o_1_4 * w_0_1 + o_2_4 * w_1_1
    x_2_0 = b_0 + o_2_0 * w_0_0 + o_3_0 * w_1_0 + o_2_1 * w_0_1 + o_3_1 * w_1_1
    x_2_1 = b_0 + o_2_1 * w_0_0 + o_3_1 * w_1_0 + o_2_2 * w_0_1 + o_3_2 * w_1_1
    x_2_2 = b_0 + o_2_2 * w_0_0 + o_3_2 * w_1_0 + o_2_3 * w_0_1 + o_3_3 * w_1_1
    x_2_3 = b_0 + o_2_3 * w_0_0 + o_3_3 * w_1_0 + o_2_4 * w_0_1 + o_3_4 * w_1_1
    x_3_0 = b_0 + o_3_0 * w_0_0 + o_4_0 * w_1_0 + o_3_1 * w_0_1 + o_4_1 * w_1_1
    x_3_1 = b_0 + o_3_1 * w_0_0 + o_4_1 * w_1_0 + o_3_2 * w_0_1 + o_4_2 * w_1_1
    x_3_2 = b_0 + o_3_2 * w_0_0 + o_4_2 * w_1_0 + o_3_3 * w_0_1 + o_4_3 * w_1_1
    x_3_3 = b_0 + o_3_3 * w_0_0 + o_4_3 * w_1_0 + o_3_4 * w_0_1 + o_4_4 * w_1_1
    # (2)
    p_0_0 = x_0_0
    if not x_0_1 <= p_0_0 and p_0_0 == p_0_0:
        p_0_0 = x_0_1
    if not x_1_0 <= p_0_0 and p_0_0 == p_0_0:
        p_0_0 = x_1_0
    if not x_1_1 <= p_0_0 and p_0_0 == p_0_0:
        p_0_0 = x_1_1
    p_0_1 = x_0_2
    if not x_0_3 <= p_0_1 and p_0_1 == p_0_1:
        p_0_1 = x_0_3
    if not x_1_2 <= p_0_1 and p_0_1 == p_0_1:
        p_0_1 = x_1_2
    if not x_1_3 <= p_0_1 and p_0_1 == p_0_1:
        p_0_1 = x_1_3
    p_1_0 = x_2_0
    if not x_2_1 <= p_1_0 and p_1_0 == p_1_0:
        p_1_0 = x_2_1
    if not x_3_0 <= p_1_0 and p_1_0 == p_1_0:
        p_1_0 = x_3_0
    if not x_3_1 <= p_1_0 and p_1_0 == p_1_0:
        p_1_0 = x_3_1
    p_1_1 = x_2_2
    if not x_2_3 <= p_1_1 and p_1_1 == p_1_1:
        p_1_1 = x_2_3
    if not x_3_2 <= p_1_1 and p_1_1 == p_1_1:
        p_1_1 = x_3_2
    if not x_3_3 <= p_1_1 and p_1_1 == p_1_1:
        p_1_1 = x_3_3
    # (3)
    a_0_0 = 0.5 + 0.5 * tanh(0.5 * p_0_0)
    a_0_1 = 0.5 + 0.5 * tanh(0.5 * p_0_1)
    a_1_0 = 0.5 + 0.5 * tanh(0.5 * p_1_0)
    a_1_1 = 0.5 + 0.5 * tanh(0.5 * p_1_1)
    # (5)
    h_0 = a_0_0 * W_0_0 + a_0_1 * W_0_1 + a_1_0 * W_0_2 + a_1_1 * W_0_3
    h_1 = a_0_0 * W_1_0 + a_0_1 * W_1_1 + a_1_0 * W_1_2 + a_1_1 * W_1_3
    # (6)
    E_0 = ((h_0 - t_0) * (h_0 - t_0) + (h_1 - t_1) * (h_1 - t_1)) / 2
    numbers = (
        x_0_0,
        x_0_1,
        x_0_2,
        x_0_3,
        x_1_0,
        x_1_1,
        x_1_2,
        x_1_3,
        x_2_0,
        x_2_1,
        x_2_2,
        x_2_3,
        x_3_0,
        x_3_1,
        x_3_2,
        x_3_3,
        p_0_0,
        p_0_1,
        p_1_0,
        p_1_1,
        a_0_0,
        a_0_1,
        a_1_0,
        a_1_1,
        a_0_0,
        a_0_1,
        a_1_0,
        a_1_1,
        h_0,
        h_1,
        E_0,
    )
    made: Array = np.array(numbers, dtype=w.dtype)
    return Forward(
        made[0:16].reshape((4, 4)),
        made[16:20].reshape((2, 2)),
        made[20:24].reshape((2, 2)),
        made[24:28],
        made[28:30],
        made[30],
    )


def backward(o: Array, w: Array, W: Array, t: Array, values: Forward) -> Gradients:
    """Compute the gradients, from the last equation to the first.

    Args:
        o: input, (5, 5).
        w: parameter, (2, 2).
        W: parameter, (2, 4).
        t: target, (2,).
        values: what `forward` returned.

    Raises:
        ValueError: an array has another shape, which the message names.
    """
    o = np.asarray(o)
    w = np.asarray(w)
    W = np.asarray(W)
    t = np.asarray(t)
    fits = (
        o.dtype is w.dtype is W.dtype is t.dtype
        and t.dtype.kind == "f"
        and o.shape == (5, 5)
        and w.shape == (2, 2)
        and W.shape == (2, 4)
        and t.shape == (2,)
    )
    if not fits:
        o, w, W, t = as_floats(o=o, w=w, W=W, t=t)
        check_shape("o", o, (5, 5))
        check_shape("w", w, (2, 2))
        check_shape("W", W, (2, 4))
        check_shape("t", t, (2,))
    (
        o_0_0,
        o_0_1,
        o_0_2,
        o_0_3,
        o_0_4,
        o_1_0,
        o_1_1,
        o_1_2,
        o_1_3,
        o_1_4,
        o_2_0,
        o_2_1,
        o_2_2,
        o_2_3,
        o_2_4,
        o_3_0,
        o_3_1,
        o_3_2,
        o_3_3,
        o_3_4,
        o_4_0,
        o_4_1,
        o_4_2,
        o_4_3,
        o_4_4,
    ) = o.ravel().tolist()
    w_0_0, w_0_1, w_1_0, w_1_1 = w.ravel().tolist()
    W_0_0, W_0_1, W_0_2, W_0_3, W_1_0, W_1_1, W_1_2, W_1_3 = W.ravel().tolist()
    t_0, t_1 = t.tolist()
    (
        x_0_0,
        x_0_1,
        x_0_2,
        x_0_3,
        x_1_0,
        x_1_1,
        x_1_2,
        x_1_3,
        x_2_0,
        x_2_1,
        x_2_2,
        x_2_3,
        x_3_0,
        x_3_1,
        x_3_2,
        x_3_3,
    ) = values.x.ravel().tolist()
    a_0_0, a_0_1, a_1_0, a_1_1 = values.a.ravel().tolist()
    h_0, h_1 = values.h.tolist()
    winner_0_value, winner_0 = x_0_0, 0
    if not x_0_1 <= winner_0_value and winner_0_value == winner_0_value:
        winner_0_value, winner_0 = x_0_1, 1
    if not x_1_0 <= winner_0_value and winner_0_value == winner_0_value:
        winner_0_value, winner_0 = x_1_0, 2
    if not x_1_1 <= winner_0_value and winner_0_value == winner_0_value:
        winner_0_value, winner_0 = x_1_1, 3
    winner_1_value, winner_1 = x_0_2, 0
    if not x_0_3 <= winner_1_value and winner_1_value == winner_1_value:
        winner_1_value, winner_1 = x_0_3, 1
    if not x_1_2 <= winner_1_value and winner_1_value == winner_1_value:
        winner_1_value, winner_1 = x_1_2, 2
    if not x_1_3 <= winner_1_value and winner_1_value == winner_1_value:
        winner_1_value, winner_1 = x_1_3, 3
    winner_2_value, winner_2 = x_2_0, 0
    if not x_2_1 <= winner_2_value and winner_2_value == winner_2_value:
        winner_2_value, winner_2 = x_2_1, 1
    if not x_3_0 <= winner_2_value and winner_2_value == winner_2_value:
        winner_2_value, winner_2 = x_3_0, 2
    if not x_3_1 <= winner_2_value and winner_2_value == winner_2_value:
        winner_2_value, winner_2 = x_3_1, 3
    winner_3_value, winner_3 = x_2_2, 0
    if not x_2_3 <= winner_3_value and winner_3_value == winner_3_value:
        winner_3_value, winner_3 = x_2_3, 1
    if not x_3_2 <= winner_3_value and winner_3_value == winner_3_value:
        winner_3_value, winner_3 = x_3_2, 2
    if not x_3_3 <= winner_3_value and winner_3_value == winner_3_value:
        winner_3_value, winner_3 = x_3_3, 3
    # (7)
    delta_h_0 = h_0 - t_0
    delta_h_1 = h_1 - t_1
    # (8)
    dW_0_0 = delta_h_0 * a_0_0
    dW_0_1 = delta_h_0 * a_0_1
    dW_0_2 = delta_h_0 * a_1_0
    dW_0_3 = delta_h_0 * a_1_1
    dW_1_0 = delta_h_1 * a_0_0
    dW_1_1 = delta_h_1 * a_0_1
    dW_1_2 = delta_h_1 * a_1_0
    dW_1_3 = delta_h_1 * a_1_1
    # (9)
    delta_v_0 = delta_h_0 * W_0_0 + delta_h_1 * W_1_0
    delta_v_1 = delta_h_0 * W_0_1 + delta_h_1 * W_1_1
    delta_v_2 = delta_h_0 * W_0_2 + delta_h_1 * W_1_2
    delta_v_3 = delta_h_0 * W_0_3 + delta_h_1 * W_1_3
    # (11)
    delta_p_0_0 = (1 - a_0_0) * a_0_0 * delta_v_0
    delta_p_0_1 = (1 - a_0_1) * a_0_1 * delta_v_1
    delta_p_1_0 = (1 - a_1_0) * a_1_0 * delta_v_2
    delta_p_1_1 = (1 - a_1_1) * a_1_1 * delta_v_3
    # (14)
    dw_0_0 = 0.0
    dw_0_1 = 0.0
    dw_1_0 = 0.0
    dw_1_1 = 0.0
    # (15)
    db_0 = 0.0
    # (16)
    do_0_0 = 0.0
    do_0_1 = 0.0
    do_0_2 = 0.0
    do_0_3 = 0.0
    do_0_4 = 0.0
    do_1_0 = 0.0
    do_1_1 = 0.0
    do_1_2 = 0.0
    do_1_3 = 0.0
    do_1_4 = 0.0
    do_2_0 = 0.0
    do_2_1 = 0.0
    do_2_2 = 0.0
    do_2_3 = 0.0
    do_2_4 = 0.0
    do_3_0 = 0.0
    do_3_1 = 0.0
    do_3_2 = 0.0
    do_3_3 = 0.0
    do_3_4 = 0.0
    do_4_0 = 0.0
    do_4_1 = 0.0
    do_4_2 = 0.0
    do_4_3 = 0.0
    do_4_4 = 0.0
    # (14), (15), (16)
    if winner_0 == 0:
        dw_0_0 += delta_p_0_0 * o_0_0
        dw_0_1 += delta_p_0_0 * o_0_1
        dw_1_0 += delta_p_0_0 * o_1_0
        dw_1_1 += delta_p_0_0 * o_1_1
        db_0 += delta_p_0_0
        do_0_0 += delta_p_0_0 * w_0_0
        do_0_1 += delta_p_0_0 * w_0_1
        do_1_0 += delta_p_0_0 * w_1_0
        do_1_1 += delta_p_0_0 * w_1_1
    elif winner_0 == 1:
        dw_0_0 += delta_p_0_0 * o_0_1
        dw_0_1 += delta_p_0_0 * o_0_2
        dw_1_0 += delta_p_0_0 * o_1_1
        dw_1_1 += delta_p_0_0 * o_1_2
        db_0 += delta_p_0_0
        do_0_1 += delta_p_0_0 * w_0_0
        do_0_2 += delta_p_0_0 * w_0_1
        do_1_1 += delta_p_0_0 * w_1_0
        do_1_2 += delta_p_0_0 * w_1_1
    elif winner_0 == 2:
        dw_0_0 += delta_p_0_0 * o_1_0
        dw_0_1 += delta_p_0_0 * o_1_1
        dw_1_0 += delta_p_0_0 * o_2_0
        dw_1_1 += delta_p_0_0 * o_2_1
        db_0 += delta_p_0_0
        do_1_0 += delta_p_0_0 * w_0_0
        do_1_1 += delta_p_0_0 * w_0_1
        do_2_0 += delta_p_0_0 * w_1_0
        do_2_1 += delta_p_0_0 * w_1_1
    elif winner_0 == 3:
        dw_0_0 += delta_p_0_0 * o_1_1
        dw_0_1 += delta_p_0_0 * o_1_2
        dw_1_0 += delta_p_0_0 * o_2_1
        dw_1_1 += delta_p_0_0 * o_2_2
        db_0 += delta_p_0_0
        do_1_1 += delta_p_0_0 * w_0_0
        do_1_2 += delta_p_0_0 * w_0_1
        do_2_1 += delta_p_0_0 * w_1_0
        do_2_2 += delta_p_0_0 * w_1_1
    if winner_2 == 0:
        dw_0_0 += delta_p_1_0 * o_2_0
        dw_0_1 += delta_p_1_0 * o_2_1
        dw_1_0 += delta_p_1_0 * o_3_0
        dw_1_1 += delta_p_1_0 * o_3_1
        db_0 += delta_p_1_0
        do_2_0 += delta_p_1_0 * w_0_0
        do_2_1 += delta_p_1_0 * w_0_1
        do_3_0 += delta_p_1_0 * w_1_0
        do_3_1 += delta_p_1_0 * w_1_1
    elif winner_2 == 1:
        dw_0_0 += delta_p_1_0 * o_2_1
        dw_0_1 += delta_p_1_0 * o_2_2
        dw_1_0 += delta_p_1_0 * o_3_1
        dw_1_1 += delta_p_1_0 * o_3_2
        db_0 += delta_p_1_0
        do_2_1 += delta_p_1_0 * w_0_0
        do_2_2 += delta_p_1_0 * w_0_1
        do_3_1 += delta_p_1_0 * w_1_0
        do_3_2 += delta_p_1_0 * w_1_1
    elif winner_2 == 2:
        dw_0_0 += delta_p_1_0 * o_3_0
        dw_0_1 += delta_p_1_0 * o_3_1
        dw_1_0 += delta_p_1_0 * o_4_0
        dw_1_1 += delta_p_1_0 * o_4_1
        db_0 += delta_p_1_0
        do_3_0 += delta_p_1_0 * w_0_0
        do_3_1 += delta_p_1_0 * w_0_1
        do_4_0 += delta_p_1_0 * w_1_0
        do_4_1 += delta_p_1_0 * w_1_1
    elif winner_2 == 3:
        dw_0_0 += delta_p_1_0 * o_3_1
        dw_0_1 += delta_p_1_0 * o_3_2
        dw_1_0 += delta_p_1_0 * o_4_1
        dw_1_1 += delta_p_1_0 * o_4_2
        db_0 += delta_p_1_0
        do_3_1 += delta_p_1_0 * w_0_0
        do_3_2 += delta_p_1_0 * w_0_1
        do_4_1 += delta_p_1_0 * w_1_0
        do_4_2 += delta_p_1_0 * w_1_1
    if winner_1 == 0:
        dw_0_0 += delta_p_0_1 * o_0_2
        dw_0_1 += delta_p_0_1 * o_0_3
        dw_1_0 += delta_p_0_1 * o_1_2
        dw_1_1 += delta_p_0_1 * o_1_3
        db_0 += delta_p_0_1
        do_0_2 += delta_p_0_1 * w_0_0
        do_0_3 += delta_p_0_1 * w_0_1
        do_1_2 += delta_p_0_1 * w_1_0
        do_1_3 += delta_p_0_1 * w_1_1
    elif winner_1 == 1:
        dw_0_0 += delta_p_0_1 * o_0_3
        dw_0_1 += delta_p_0_1 * o_0_4
        dw_1_0 += delta_p_0_1 * o_1_3
        dw_1_1 += delta_p_0_1 * o_1_4
        db_0 += delta_p_0_1
        do_0_3 += delta_p_0_1 * w_0_0
        do_0_4 += delta_p_0_1 * w_0_1
        do_1_3 += delta_p_0_1 * w_1_0
        do_1_4 += delta_p_0_1 * w_1_1
    elif winner_1 == 2:
        dw_0_0 += delta_p_0_1 * o_1_2
        dw_0_1 += delta_p_0_1 * o_1_3
        dw_1_0 += delta_p_0_1 * o_2_2
        dw_1_1 += delta_p_0_1 * o_2_3
        db_0 += delta_p_0_1
        do_1_2 += delta_p_0_1 * w_0_0
        do_1_3 += delta_p_0_1 * w_0_1
        do_2_2 += delta_p_0_1 * w_1_0
        do_2_3 += delta_p_0_1 * w_1_1
    elif winner_1 == 3:
        dw_0_0 += delta_p_0_1 * o_1_3
        dw_0_1 += delta_p_0_1 * o_1_4
        dw_1_0 += delta_p_0_1 * o_2_3
        dw_1_1 += delta_p_0_1 * o_2_4
        db_0 += delta_p_0_1
        do_1_3 += delta_p_0_1 * w_0_0
        do_1_4 += delta_p_0_1 * w_0_1
        do_2_3 += delta_p_0_1 * w_1_0
        do_2_4 += delta_p_0_1 * w_1_1
    if winner_3 == 0:
        dw_0_0 += delta_p_1_1 * o_2_2
        dw_0_1 += delta_p_1_1 * o_2_3
        dw_1_0 += delta_p_1_1 * o_3_2
        dw_1_1 += delta_p_1_1 * o_3_3
        db_0 += delta_p_1_1
        do_2_2 += delta_p_1_1 * w_0_0
        do_2_3 += delta_p_1_1 * w_0_1
        do_3_2 += delta_p_1_1 * w_1_0
        do_3_3 += delta_p_1_1 * w_1_1
    elif winner_3 == 1:
        dw_0_0 += delta_p_1_1 * o_2_3
        dw_0_1 += delta_p_1_1 * o_2_4
        dw_1_0 += delta_p_1_1 * o_3_3
        dw_1_1 += delta_p_1_1 * o_3_4
        db_0 += delta_p_1_1
        do_2_3 += delta_p_1_1 * w_0_0
        do_2_4 += delta_p_1_1 * w_0_1
        do_3_3 += delta_p_1_1 * w_1_0
        do_3_4 += delta_p_1_1 * w_1_1
    elif winner_3 == 2:
        dw_0_0 += delta_p_1_1 * o_3_2
        dw_0_1 += delta_p_1_1 * o_3_3
        dw_1_0 += delta_p_1_1 * o_4_2
        dw_1_1 += delta_p_1_1 * o_4_3
        db_0 += delta_p_1_1
        do_3_2 += delta_p_1_1 * w_0_0
        do_3_3 += delta_p_1_1 * w_0_1
        do_4_2 += delta_p_1_1 * w_1_0
        do_4_3 += delta_p_1_1 * w_1_1
    elif winner_3 == 3:
        dw_0_0 += delta_p_1_1 * o_3_3
        dw_0_1 += delta_p_1_1 * o_3_4
        dw_1_0 += delta_p_1_1 * o_4_3
        dw_1_1 += delta_p_1_1 * o_4_4
        db_0 += delta_p_1_1
        do_3_3 += delta_p_1_1 * w_0_0
        do_3_4 += delta_p_1_1 * w_0_1
        do_4_3 += delta_p_1_1 * w_1_0
        do_4_4 += delta_p_1_1 * w_1_1
    numbers = (
        dw_0_0,
        dw_0_1,
        dw_1_0,
        dw_1_1,
        db_0,
        dW_0_0,
        dW_0_1,
        dW_0_2,
        dW_0_3,
        dW_1_0,
        dW_1_1,
        dW_1_2,
        dW_1_3,
        do_0_0,
        do_0_1,
        do_0_2,
        do_0_3,
        do_0_4,
        do_1_0,
        do_1_1,
        do_1_2,
        do_1_3,
        do_1_4,
        do_2_0,
        do_2_1,
        do_2_2,
        do_2_3,
        do_2_4,
        do_3_0,
        do_3_1,
        do_3_2,
        do_3_3,
        do_3_4,
        do_4_0,
        do_4_1,
        do_4_2,
        do_4_3,
        do_4_4,
    )
    made: Array = np.array(numbers, dtype=values.x.dtype)
    return Gradients(
        made[0:4].reshape((2, 2)),
        made[4:5],
        made[5:13].reshape((2, 4)),
        made[13:38].reshape((5, 5)),
    )


def step(o: Array, w: Array, b: Array, W: Array, t: Array) -> Step:
    """Compute the cost and all gradients at one go.

    Args:
        o: input, (5, 5).
        w: parameter, (2, 2).
        b: parameter, (1,).
        W: parameter, (2, 4).
        t: target, (2,).

    Raises:
        ValueError: an array has another shape, which the message names.
    """
    o = np.asarray(o)
    w = np.asarray(w)
    b = np.asarray(b)
    W = np.asarray(W)
    t = np.asarray(t)
    fits = (
        o.dtype is w.dtype is b.dtype is W.dtype is t.dtype
        and t.dtype.kind == "f"
        and o.shape == (5, 5)
        and w.shape == (2, 2)
        and b.shape == (1,)
        and W.shape == (2, 4)
        and t.shape == (2,)
    )
    if not fits:
        o, w, b, W, t = as_floats(o=o, w=w, b=b, W=W, t=t)
        check_shape("o", o, (5, 5))
        check_shape("w", w, (2, 2))
        check_shape("b", b, (1,))
        check_shape("W", W, (2, 4))
        check_shape("t", t, (2,))
    (
        o_0_0,
        o_0_1,
        o_0_2,
        o_0_3,
        o_0_4,
        o_1_0,
        o_1_1,
        o_1_2,
        o_1_3,
        o_1_4,
        o_2_0,
        o_2_1,
        o_2_2,
        o_2_3,
        o_2_4,
        o_3_0,
        o_3_1,
        o_3_2,
        o_3_3,
        o_3_4,
        o_4_0,
        o_4_1,
        o_4_2,
        o_4_3,
        o_4_4,
    ) = o.ravel().tolist()
    w_0_0, w_0_1, w_1_0, w_1_1 = w.ravel().tolist()
    (b_0,) = b.tolist()
    W_0_0, W_0_1, W_0_2, W_0_3, W_1_0, W_1_1, W_1_2, W_1_3 = W.ravel().tolist()
    t_0, t_1 = t.tolist()
    dtype = w.dtype
    # (1)
    x_0_0 = b_0 + o_0_0 * w_0_0 + o_1_0 * w_1_0 + o_0_1 * w_0_1 + o_1_1 * w_1_1
    x_0_1 = b_0 + o_0_1 * w_0_0 + o_1_1 * w_1_0 + o_0_2 * w_0_1 + o_1_2 * w_1_1
    x_0_2 = b_0 + o_0_2 * w_0_0 + o_1_2 * w_1_0 + o_0_3 * w_0_1 + o_1_3 * w_1_1
    x_0_3 = b_0 + o_0_3 * w_0_0 + o_1_3 * w_1_0 + o_0_4 * w_0_1 + o_1_4 * w_1_1
    x_1_0 = b_0 + o_1_0 * w_0_0 + o_2_0 * w_1_0 + o_1_1 * w_0_1 + o_2_1 * w_1_1
    x_1_1 = b_0 + o_1_1 * w_0_0 + o_2_1 * w_1_0 + o_1_2 * w_0_1 + o_2_2 * w_1_1
    x_1_2 = b_0 + o_1_2 * w_0_0 + o_2_2 * w_1_0 + o_1_3 * w_0_1 + o_2_3 * w_1_1
    x_1_3 = b_0 + o_1_3 * w_0_0 + o_2_3 * w_1_0 + o_1_4 * w_0_1 + o_2_4 * w_1_1
    x_2_0 = b_0 + o_2_0 * w_0_0 + o_3_0 * w_1_0 + o_2_1 * w_0_1 + o_3_1 * w_1_1
    x_2_1 = b_0 + o_2_1 * w_0_0 + o_3_1 * w_1_0 + o_2_2 * w_0_1 + o_3_2 * w_1_1
    x_2_2 = b_0 + o_2_2 * w_0_0 + o_3_2 * w_1_0 + o_2_3 * w_0_1 + o_3_3 * w_1_1
    x_2_3 = b_0 + o_2_3 * w_0_0 + o_3_3 * w_1_0 + o_2_4 * w_0_1 + o_3_4 * w_1_1
    x_3_0 = b_0 + o_3_0 * w_0_0 + o_4_0 * w_1_0 + o_3_1 * w_0_1 + o_4_1 * w_1_1
    x_3_1 = b_0 + o_3_1 * w_0_0 + o_4_1 * w_1_0 + o_3_2 * w_0_1 + o_4_2 * w_1_1
    x_3_2 = b_0 + o_3_2 * w_0_0 + o_4_2 * w_1_0 + o_3_3 * w_0_1 + o_4_3 * w_1_1
    x_3_3 = b_0 + o_3_3 * w_0_0 + o_4_3 * w_1_0 + o_3_4 * w_0_1 + o_4_4 * w_1_1
    # (2)
    p_0_0, winner_0 = x_0_0, 0
    if not x_0_1 <= p_0_0 and p_0_0 == p_0_0:
        p_0_0, winner_0 = x_0_1, 1
    if not x_1_0 <= p_0_0 and p_0_0 == p_0_0:
        p_0_0, winner_0 = x_1_0, 2
    if not x_1_1 <= p_0_0 and p_0_0 == p_0_0:
        p_0_0, winner_0 = x_1_1, 3
    p_0_1, winner_1 = x_0_2, 0
    if not x_0_3 <= p_0_1 and p_0_1 == p_0_1:
        p_0_1, winner_1 = x_0_3, 1
    if not x_1_2 <= p_0_1 and p_0_1 == p_0_1:
        p_0_1, winner_1 = x_1_2, 2
    if not x_1_3 <= p_0_1 and p_0_1 == p_0_1:
        p_0_1, winner_1 = x_1_3, 3
    p_1_0, winner_2 = x_2_0, 0
    if not x_2_1 <= p_1_0 and p_1_0 == p_1_0:
        p_1_0, winner_2 = x_2_1, 1
    if not x_3_0 <= p_1_0 and p_1_0 == p_1_0:
        p_1_0, winner_2 = x_3_0, 2
    if not x_3_1 <= p_1_0 and p_1_0 == p_1_0:
        p_1_0, winner_2 = x_3_1, 3
    p_1_1, winner_3 = x_2_2, 0
    if not x_2_3 <= p_1_1 and p_1_1 == p_1_1:
        p_1_1, winner_3 = x_2_3, 1
    if not x_3_2 <= p_1_1 and p_1_1 == p_1_1:
        p_1_1, winner_3 = x_3_2, 2
    if not x_3_3 <= p_1_1 and p_1_1 == p_1_1:
        p_1_1, winner_3 = x_3_3, 3
    # (3)
    a_0_0 = 0.5 + 0.5 * tanh(0.5 * p_0_0)
    a_0_1 = 0.5 + 0.5 * tanh(0.5 * p_0_1)
    a_1_0 = 0.5 + 0.5 * tanh(0.5 * p_1_0)
    a_1_1 = 0.5 + 0.5 * tanh(0.5 * p_1_1)
    # (5)
    h_0 = a_0_0 * W_0_0 + a_0_1 * W_0_1 + a_1_0 * W_0_2 + a_1_1 * W_0_3
    h_1 = a_0_0 * W_1_0 + a_0_1 * W_1_1 + a_1_0 * W_1_2 + a_1_1 * W_1_3
    # (6)
    E_0 = ((h_0 - t_0) * (h_0 - t_0) + (h_1 - t_1) * (h_1 - t_1)) / 2
    # (7)
    delta_h_0 = h_0 - t_0
    delta_h_1 = h_1 - t_1
    # (8)
    dW_0_0 = delta_h_0 * a_0_0
    dW_0_1 = delta_h_0 * a_0_1
    dW_0_2 = delta_h_0 * a_1_0
    dW_0_3 = delta_h_0 * a_1_1
    dW_1_0 = delta_h_1 * a_0_0
    dW_1_1 = delta_h_1 * a_0_1
    dW_1_2 = delta_h_1 * a_1_0
    dW_1_3 = delta_h_1 * a_1_1
    # (9)
    delta_v_0 = delta_h_0 * W_0_0 + delta_h_1 * W_1_0
    delta_v_1 = delta_h_0 * W_0_1 + delta_h_1 * W_1_1
    delta_v_2 = delta_h_0 * W_0_2 + delta_h_1 * W_1_2
    delta_v_3 = delta_h_0 * W_0_3 + delta_h_1 * W_1_3
    # (11)
    delta_p_0_0 = (1 - a_0_0) * a_0_0 * delta_v_0
    delta_p_0_1 = (1 - a_0_1) * a_0_1 * delta_v_1
    delta_p_1_0 = (1 - a_1_0) * a_1_0 * delta_v_2
    delta_p_1_1 = (1 - a_1_1) * a_1_1 * delta_v_3
    # (14)
    dw_0_0 = 0.0
    dw_0_1 = 0.0
    dw_1_0 = 0.0
    dw_1_1 = 0.0
    # (15)
    db_0 = 0.0
    # (16)
    do_0_0 = 0.0
    do_0_1 = 0.0
    do_0_2 = 0.0
    do_0_3 = 0.0
    do_0_4 = 0.0
    do_1_0 = 0.0
    do_1_1 = 0.0
    do_1_2 = 0.0
    do_1_3 = 0.0
    do_1_4 = 0.0
    do_2_0 = 0.0
    do_2_1 = 0.0
    do_2_2 = 0.0
    do_2_3 = 0.0
    do_2_4 = 0.0
    do_3_0 = 0.0
    do_3_1 = 0.0
    do_3_2 = 0.0
    do_3_3 = 0.0
    do_3_4 = 0.0
    do_4_0 = 0.0
    do_4_1 = 0.0
    do_4_2 = 0.0
    do_4_3 = 0.0
    do_4_4 = 0.0
    # (14), (15), (16)
    if winner_0 == 0:
        dw_0_0 += delta_p_0_0 * o_0_0
        dw_0_1 += delta_p_0_0 * o_0_1
        dw_1_0 += delta_p_0_0 * o_1_0
        dw_1_1 += delta_p_0_0 * o_1_1
        db_0 += delta_p_0_0
        do_0_0 += delta_p_0_0 * w_0_0
        do_0_1 += delta_p_0_0 * w_0_1
        do_1_0 += delta_p_0_0 * w_1_0
        do_1_1 += delta_p_0_0 * w_1_1
    elif winner_0 == 1:
        dw_0_0 += delta_p_0_0 * o_0_1
        dw_0_1 += delta_p_0_0 * o_0_2
        dw_1_0 += delta_p_0_0 * o_1_1
        dw_1_1 += delta_p_0_0 * o_1_2
        db_0 += delta_p_0_0
        do_0_1 += delta_p_0_0 * w_0_0
        do_0_2 += delta_p_0_0 * w_0_1
        do_1_1 += delta_p_0_0 * w_1_0
        do_1_2 += delta_p_0_0 * w_1_1
    elif winner_0 == 2:
        dw_0_0 += delta_p_0_0 * o_1_0
        dw_0_1 += delta_p_0_0 * o_1_1
        dw_1_0 += delta_p_0_0 * o_2_0
        dw_1_1 += delta_p_0_0 * o_2_1
        db_0 += delta_p_0_0
        do_1_0 += delta_p_0_0 * w_0_0
        do_1_1 += delta_p_0_0 * w_0_1
        do_2_0 += delta_p_0_0 * w_1_0
        do_2_1 += delta_p_0_0 * w_1_1
    elif winner_0 == 3:
        dw_0_0 += delta_p_0_0 * o_1_1
        dw_0_1 += delta_p_0_0 * o_1_2
        dw_1_0 += delta_p_0_0 * o_2_1
        dw_1_1 += delta_p_0_0 * o_2_2
        db_0 += delta_p_0_0
        do_1_1 += delta_p_0_0 * w_0_0
        do_1_2 += delta_p_0_0 * w_0_1
        do_2_1 += delta_p_0_0 * w_1_0
        do_2_2 += delta_p_0_0 * w_1_1
    if winner_2 == 0:
        dw_0_0 += delta_p_1_0 * o_2_0
        dw_0_1 += delta_p_1_0 * o_2_1
        dw_1_0 += delta_p_1_0 * o_3_0
        dw_1_1 += delta_p_1_0 * o_3_1
        db_0 += delta_p_1_0
        do_2_0 += delta_p_1_0 * w_0_0
        do_2_1 += delta_p_1_0 * w_0_1
        do_3_0 += delta_p_1_0 * w_1_0
        do_3_1 += delta_p_1_0 * w_1_1
    elif winner_2 == 1:
        dw_0_0 += delta_p_1_0 * o_2_1
        dw_0_1 += delta_p_1_0 * o_2_2
        dw_1_0 += delta_p_1_0 * o_3_1
        dw_1_1 += delta_p_1_0 * o_3_2
        db_0 += delta_p_1_0
        do_2_1 += delta_p_1_0 * w_0_0
        do_2_2 += delta_p_1_0 * w_0_1
        do_3_1 += delta_p_1_0 * w_1_0
        do_3_2 += delta_p_1_0 * w_1_1
    elif winner_2 == 2:
        dw_0_0 += delta_p_1_0 * o_3_0
        dw_0_1 += delta_p_1_0 * o_3_1
        dw_1_0 += delta_p_1_0 * o_4_0
        dw_1_1 += delta_p_1_0 * o_4_1
        db_0 += delta_p_1_0
        do_3_0 += delta_p_1_0 * w_0_0
        do_3_1 += delta_p_1_0 * w_0_1
        do_4_0 += delta_p_1_0 * w_1_0
        do_4_1 += delta_p_1_0 * w_1_1
    elif winner_2 == 3:
        dw_0_0 += delta_p_1_0 * o_3_1
        dw_0_1 += delta_p_1_0 * o_3_2
        dw_1_0 += delta_p_1_0 * o_4_1
        dw_1_1 += delta_p_1_0 * o_4_2
        db_0 += delta_p_1_0
        do_3_1 += delta_p_1_0 * w_0_0
        do_3_2 += delta_p_1_0 * w_0_1
        do_4_1 += delta_p_1_0 * w_1_0
        do_4_2 += delta_p_1_0 * w_1_1
    if winner_1 == 0:
        dw_0_0 += delta_p_0_1 * o_0_2
        dw_0_1 += delta_p_0_1 * o_0_3
        dw_1_0 += delta_p_0_1 * o_1_2
        dw_1_1 += delta_p_0_1 * o_1_3
        db_0 += delta_p_0_1
        do_0_2 += delta_p_0_1 * w_0_0
        do_0_3 += delta_p_0_1 * w_0_1
        do_1_2 += delta_p_0_1 * w_1_0
        do_1_3 += delta_p_0_1 * w_1_1
    elif winner_1 == 1:
        dw_0_0 += delta_p_0_1 * o_0_3
        dw_0_1 += delta_p_0_1 * o_0_4
        dw_1_0 += delta_p_0_1 * o_1_3
        dw_1_1 += delta_p_0_1 * o_1_4
        db_0 += delta_p_0_1
        do_0_3 += delta_p_0_1 * w_0_0
        do_0_4 += delta_p_0_1 * w_0_1
        do_1_3 += delta_p_0_1 * w_1_0
        do_1_4 += delta_p_0_1 * w_1_1
    elif winner_1 == 2:
        dw_0_0 += delta_p_0_1 * o_1_2
        dw_0_1 += delta_p_0_1 * o_1_3
        dw_1_0 += delta_p_0_1 * o_2_2
        dw_1_1 += delta_p_0_1 * o_2_3
        db_0 += delta_p_0_1
        do_1_2 += delta_p_0_1 * w_0_0
        do_1_3 += delta_p_0_1 * w_0_1
        do_2_2 += delta_p_0_1 * w_1_0
        do_2_3 += delta_p_0_1 * w_1_1
    elif winner_1 == 3:
        dw_0_0 += delta_p_0_1 * o_1_3
        dw_0_1 += delta_p_0_1 * o_1_4
        dw_1_0 += delta_p_0_1 * o_2_3
        dw_1_1 += delta_p_0_1 * o_2_4
        db_0 += delta_p_0_1
        do_1_3 += delta_p_0_1 * w_0_0
        do_1_4 += delta_p_0_1 * w_0_1
        do_2_3 += delta_p_0_1 * w_1_0
        do_2_4 += delta_p_0_1 * w_1_1
    if winner_3 == 0:
        dw_0_0 += delta_p_1_1 * o_2_2
        dw_0_1 += delta_p_1_1 * o_2_3
        dw_1_0 += delta_p_1_1 * o_3_2
        dw_1_1 += delta_p_1_1 * o_3_3
        db_0 += delta_p_1_1
        do_2_2 += delta_p_1_1 * w_0_0
        do_2_3 += delta_p_1_1 * w_0_1
        do_3_2 += delta_p_1_1 * w_1_0
        do_3_3 += delta_p_1_1 * w_1_1
    elif winner_3 == 1:
        dw_0_0 += delta_p_1_1 * o_2_3
        dw_0_1 += delta_p_1_1 * o_2_4
        dw_1_0 += delta_p_1_1 * o_3_3
        dw_1_1 += delta_p_1_1 * o_3_4
        db_0 += delta_p_1_1
        do_2_3 += delta_p_1_1 * w_0_0
        do_2_4 += delta_p_1_1 * w_0_1
        do_3_3 += delta_p_1_1 * w_1_0
        do_3_4 += delta_p_1_1 * w_1_1
    elif winner_3 == 2:
        dw_0_0 += delta_p_1_1 * o_3_2
        dw_0_1 += delta_p_1_1 * o_3_3
        dw_1_0 += delta_p_1_1 * o_4_2
        dw_1_1 += delta_p_1_1 * o_4_3
        db_0 += delta_p_1_1
        do_3_2 += delta_p_1_1 * w_0_0
        do_3_3 += delta_p_1_1 * w_0_1
        do_4_2 += delta_p_1_1 * w_1_0
        do_4_3 += delta_p_1_1 * w_1_1
    elif winner_3 == 3:
        dw_0_0 += delta_p_1_1 * o_3_3
        dw_0_1 += delta_p_1_1 * o_3_4
        dw_1_0 += delta_p_1_1 * o_4_3
        dw_1_1 += delta_p_1_1 * o_4_4
        db_0 += delta_p_1_1
        do_3_3 += delta_p_1_1 * w_0_0
        do_3_4 += delta_p_1_1 * w_0_1
        do_4_3 += delta_p_1_1 * w_1_0
        do_4_4 += delta_p_1_1 * w_1_1
    numbers = (
        dw_0_0,
        dw_0_1,
        dw_1_0,
        dw_1_1,
        db_0,
        dW_0_0,
        dW_0_1,
        dW_0_2,
        dW_0_3,
        dW_1_0,
        dW_1_1,
        dW_1_2,
        dW_1_3,
        do_0_0,
        do_0_1,
        do_0_2,
        do_0_3,
        do_0_4,
        do_1_0,
        do_1_1,
        do_1_2,
        do_1_3,
        do_1_4,
        do_2_0,
        do_2_1,
        do_2_2,
        do_2_3,
        do_2_4,
        do_3_0,
        do_3_1,
        do_3_2,
        do_3_3,
        do_3_4,
        do_4_0,
        do_4_1,
        do_4_2,
        do_4_3,
        do_4_4,
    )
    made: Array = np.array(numbers, dtype=dtype)
    gradients = Gradients(
        made[0:4].reshape((2, 2)),
        made[4:5],
        made[5:13].reshape((2, 4)),
        made[13:38].reshape((5, 5)),
    )
    return Step(dtype.type(E_0), gradients)


def sigmoid(x: Array) -> Array:
    """Compute 1 / (1 + exp(-x)) without an overflow."""
    decay = np.exp(-np.abs(x))
    result: Array = np.where(x >= 0, 1, decay) / (1 + decay)
    return result


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
    Parameter("w", (2, 2), "weight", 8),
    Parameter("b", (1,), "bias"),
    Parameter("W", (2, 4), "weight", 6),
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


def predict(o: Array, *, parameters: Parameters) -> Array:
    """Compute h, the last value before the cost; no target is needed.

    Args:
        o: input, shape (5, 5).
        parameters: arrays by the names of PARAMETERS.

    Returns:
        An array of the shape (2,).
    """
    w, b, W = unpack_parameters(parameters)
    o, w, b, W = as_floats(o=o, w=w, b=b, W=W)
    check_shape("o", o, (5, 5))
    check_shape("w", w, (2, 2))
    check_shape("b", b, (1,))
    check_shape("W", W, (2, 4))
    o_windows = sliding_window_view(o, (2, 2), axis=(0, 1))
    x = np.einsum("ijmn,mn->ij", o_windows, w, optimize=True) + b[0]  # (1)
    p = np.full((2, 2), -np.inf, dtype=x.dtype)
    x_blocks = x.reshape(2, 2, 2, 2)
    for m, n in np.ndindex(2, 2):
        np.maximum(p, x_blocks[:, m, :, n], out=p)  # (2)
    a = sigmoid(p)  # (3)
    v = a.reshape(4)  # (4)
    h: Array = W @ v  # (5)
    return h


def cost_and_gradients(o: Array, t: Array, *, parameters: Parameters) -> tuple[Number, Parameters]:
    """Compute the cost and its gradients.

    Args:
        o: as for `step`.
        t: as for `step`.
        parameters: arrays by the names of PARAMETERS.

    Returns:
        The cost, and the gradients by the names of the parameters.
    """
    w, b, W = unpack_parameters(parameters)
    E, found = step(o, w, b, W, t)
    return E, {"w": found.dw, "b": found.db, "W": found.dW}
