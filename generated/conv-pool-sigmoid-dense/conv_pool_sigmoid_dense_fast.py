"""Conv-pool-sigmoid-dense.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

Every tensor is 0 beyond its border and at indices that are no integers.

Padding never wins a maximum: entries beyond the border count as minus infinity.

The cost E is half the sum over all entries.

Written out number by number: the network is tiny.
"""

# ruff: noqa: C901, N815, PLR0912, PLR0915

from math import tanh
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Number: TypeAlias = np.floating[Any]


class Forward(NamedTuple):
    """Every value of the forward pass, kept as numbers; an array is made when it is asked for."""

    kept: tuple[Any, ...]
    dtype: np.dtype[Any]

    @property
    def x(self) -> Array:
        """Make the array of equation (1)."""
        array: Array = np.array(self.kept[0:16], dtype=self.dtype)
        return array.reshape((4, 4))

    @property
    def p(self) -> Array:
        """Make the array of equation (2)."""
        array: Array = np.array(self.kept[16:20], dtype=self.dtype)
        return array.reshape((2, 2))

    @property
    def a(self) -> Array:
        """Make the array of equation (3)."""
        array: Array = np.array(self.kept[20:24], dtype=self.dtype)
        return array.reshape((2, 2))

    @property
    def v(self) -> Array:
        """Make the array of equation (4)."""
        array: Array = np.array(self.kept[20:24], dtype=self.dtype)
        return array.reshape((4,))

    @property
    def h(self) -> Array:
        """Make the array of equation (5)."""
        array: Array = np.array(self.kept[24:26], dtype=self.dtype)
        return array.reshape((2,))

    @property
    def E(self) -> Number:
        """Make the array of equation (6)."""
        number: Number = self.dtype.type(self.kept[26])
        return number


class Gradients(NamedTuple):
    """The gradients of the backward pass, each an array of its own."""

    dw: Array
    db: Array
    dW: Array
    do: Array


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
        ValueError: an array has another shape.
    """
    if (
        o.shape != (5, 5)
        or w.shape != (2, 2)
        or b.shape != (1,)
        or W.shape != (2, 4)
        or t.shape != (2,)
    ):
        raise ValueError("an array has another shape than told above")
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
    p_0_0, winner_0 = x_0_0, 0
    if x_0_1 > p_0_0:
        p_0_0, winner_0 = x_0_1, 1
    if x_1_0 > p_0_0:
        p_0_0, winner_0 = x_1_0, 2
    if x_1_1 > p_0_0:
        p_0_0, winner_0 = x_1_1, 3
    p_0_1, winner_1 = x_0_2, 0
    if x_0_3 > p_0_1:
        p_0_1, winner_1 = x_0_3, 1
    if x_1_2 > p_0_1:
        p_0_1, winner_1 = x_1_2, 2
    if x_1_3 > p_0_1:
        p_0_1, winner_1 = x_1_3, 3
    p_1_0, winner_2 = x_2_0, 0
    if x_2_1 > p_1_0:
        p_1_0, winner_2 = x_2_1, 1
    if x_3_0 > p_1_0:
        p_1_0, winner_2 = x_3_0, 2
    if x_3_1 > p_1_0:
        p_1_0, winner_2 = x_3_1, 3
    p_1_1, winner_3 = x_2_2, 0
    if x_2_3 > p_1_1:
        p_1_1, winner_3 = x_2_3, 1
    if x_3_2 > p_1_1:
        p_1_1, winner_3 = x_3_2, 2
    if x_3_3 > p_1_1:
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
    kept = (
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
        h_0,
        h_1,
        E_0,
        winner_0,
        winner_1,
        winner_2,
        winner_3,
    )
    return Forward(kept, w.dtype)


def backward(o: Array, w: Array, W: Array, t: Array, values: Forward) -> Gradients:
    """Compute the gradients, from the last equation to the first.

    Args:
        o: input, (5, 5).
        w: parameter, (2, 2).
        W: parameter, (2, 4).
        t: target, (2,).
        values: what `forward` returned.

    Raises:
        ValueError: an array has another shape.
    """
    if o.shape != (5, 5) or w.shape != (2, 2) or W.shape != (2, 4) or t.shape != (2,):
        raise ValueError("an array has another shape than told above")
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
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        a_0_0,
        a_0_1,
        a_1_0,
        a_1_1,
        h_0,
        h_1,
        _,
        winner_0,
        winner_1,
        winner_2,
        winner_3,
    ) = values.kept
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
    made: Array = np.array(numbers, dtype=values.dtype)
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
        ValueError: an array has another shape.
    """
    if (
        o.shape != (5, 5)
        or w.shape != (2, 2)
        or b.shape != (1,)
        or W.shape != (2, 4)
        or t.shape != (2,)
    ):
        raise ValueError("an array has another shape than told above")
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
    if x_0_1 > p_0_0:
        p_0_0, winner_0 = x_0_1, 1
    if x_1_0 > p_0_0:
        p_0_0, winner_0 = x_1_0, 2
    if x_1_1 > p_0_0:
        p_0_0, winner_0 = x_1_1, 3
    p_0_1, winner_1 = x_0_2, 0
    if x_0_3 > p_0_1:
        p_0_1, winner_1 = x_0_3, 1
    if x_1_2 > p_0_1:
        p_0_1, winner_1 = x_1_2, 2
    if x_1_3 > p_0_1:
        p_0_1, winner_1 = x_1_3, 3
    p_1_0, winner_2 = x_2_0, 0
    if x_2_1 > p_1_0:
        p_1_0, winner_2 = x_2_1, 1
    if x_3_0 > p_1_0:
        p_1_0, winner_2 = x_3_0, 2
    if x_3_1 > p_1_0:
        p_1_0, winner_2 = x_3_1, 3
    p_1_1, winner_3 = x_2_2, 0
    if x_2_3 > p_1_1:
        p_1_1, winner_3 = x_2_3, 1
    if x_3_2 > p_1_1:
        p_1_1, winner_3 = x_3_2, 2
    if x_3_3 > p_1_1:
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
