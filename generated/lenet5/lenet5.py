"""Lenet5.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

The axes of x are batch, channel, row, column.

The axes of w^1 are output channel, input channel, row, column.

The axes of w^2 are output channel, input channel, row, column.

Every tensor is 0 beyond its border and at indices that are no integers.

Padding never wins a maximum: entries beyond the border count as minus infinity.

The cost C is minus the mean over the N samples, each a sum over the classes.
"""

# ruff: noqa: N815, PLR0913, PLR0915, PLR0917

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Labels: TypeAlias = NDArray[np.integer[Any]]
Number: TypeAlias = np.floating[Any]
Parameters: TypeAlias = dict[str, Array]


class Forward(NamedTuple):
    """Every value of the forward pass.

    Attributes:
        z1: value, shape (N, 6, 28, 28), equation (1).
        a1: value, shape (N, 6, 28, 28), equation (2).
        p1: value, shape (N, 6, 14, 14), equation (3).
        z2: value, shape (N, 16, 10, 10), equation (4).
        a2: value, shape (N, 16, 10, 10), equation (5).
        p2: value, shape (N, 16, 5, 5), equation (6).
        v: value, shape (N, 400), equation (7).
        h1: value, shape (N, 120), equation (8).
        r1: value, shape (N, 120), equation (9).
        h2: value, shape (N, 84), equation (10).
        r2: value, shape (N, 84), equation (11).
        h3: value, shape (N, 10), equation (12).
        C: the cost, a number, equation (13).
    """

    z1: Array
    a1: Array
    p1: Array
    z2: Array
    a2: Array
    p2: Array
    v: Array
    h1: Array
    r1: Array
    h2: Array
    r2: Array
    h3: Array
    C: Number


class Gradients(NamedTuple):
    """The gradients of the backward pass.

    Attributes:
        dw1: derivative of the cost with respect to w1, shape (6, 1, 5, 5), equation (36).
        db1: derivative of the cost with respect to b1, shape (6,), equation (37).
        dw2: derivative of the cost with respect to w2, shape (16, 6, 5, 5), equation (30).
        db2: derivative of the cost with respect to b2, shape (16,), equation (31).
        dW1: derivative of the cost with respect to W1, shape (120, 400), equation (23).
        dc1: derivative of the cost with respect to c1, shape (120,), equation (24).
        dW2: derivative of the cost with respect to W2, shape (84, 120), equation (19).
        dc2: derivative of the cost with respect to c2, shape (84,), equation (20).
        dW3: derivative of the cost with respect to W3, shape (10, 84), equation (15).
        dc3: derivative of the cost with respect to c3, shape (10,), equation (16).
        dx: derivative of the cost with respect to x, shape (N, 1, 28, 28), equation (38).
    """

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


def check_axes(name: str, array: Array | Labels, axes: str) -> None:
    """Raise a ValueError unless the array has as many axes as are listed."""
    if array.ndim != axes.count(", ") + 1:
        raise ValueError(f"{name} has the shape {array.shape}, not ({axes})")


def check_shape(name: str, array: Array | Labels, shape: tuple[int, ...]) -> None:
    """Raise a ValueError unless the array has the shape."""
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")


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


def check_size(name: str, size: int) -> None:
    """Raise a ValueError unless the size is at least 1."""
    if size < 1:
        raise ValueError(f"{name} is {size}, but must be at least 1")


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
    t: Labels,
) -> Forward:
    """Compute every value of the network.

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
        t: target, class numbers, shape (N,).

    Returns:
        Every value by its name.
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
    check_size("N", N)
    check_classes("t", t, 10)
    x_padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    x_windows = sliding_window_view(x_padded, (5, 5), axis=(2, 3))
    z1_part = np.einsum("eijmn,fmn->efij", x_windows[:, 0], w1[:, 0], optimize=True)
    z1 = z1_part + b1[:, None, None]  # (1)
    a1 = np.maximum(z1, 0)  # (2)
    p1 = np.full((N, 6, 14, 14), -np.inf, dtype=a1.dtype)
    a1_blocks = a1.reshape(N, 6, 14, 2, 14, 2)
    for m, n in np.ndindex(2, 2):
        np.maximum(p1, a1_blocks[:, :, :, m, :, n], out=p1)  # (3)
    p1_windows = sliding_window_view(p1, (5, 5), axis=(2, 3))
    z2 = np.einsum("egijmn,fgmn->efij", p1_windows, w2, optimize=True) + b2[:, None, None]  # (4)
    a2 = np.maximum(z2, 0)  # (5)
    p2 = np.full((N, 16, 5, 5), -np.inf, dtype=a2.dtype)
    a2_blocks = a2.reshape(N, 16, 5, 2, 5, 2)
    for m, n in np.ndindex(2, 2):
        np.maximum(p2, a2_blocks[:, :, :, m, :, n], out=p2)  # (6)
    v = p2.reshape(N, 400)  # (7)
    h1 = v @ W1.T + c1  # (8)
    r1 = np.maximum(h1, 0)  # (9)
    h2 = r1 @ W2.T + c2  # (10)
    r2 = np.maximum(h2, 0)  # (11)
    h3 = r2 @ W3.T + c3  # (12)
    C = -np.take_along_axis(log_softmax(h3, axis=1), t[:, None], axis=1)[:, 0].mean()  # (13)
    return Forward(z1, a1, p1, z2, a2, p2, v, h1, r1, h2, r2, h3, C)


def backward(
    x: Array, w1: Array, w2: Array, W1: Array, W2: Array, W3: Array, t: Labels, values: Forward
) -> Gradients:
    """Compute the gradients, from the last equation of the network to the first.

    Args:
        x: input, shape (N, 1, 28, 28).
        w1: parameter, shape (6, 1, 5, 5).
        w2: parameter, shape (16, 6, 5, 5).
        W1: parameter, shape (120, 400).
        W2: parameter, shape (84, 120).
        W3: parameter, shape (10, 84).
        t: target, class numbers, shape (N,).
        values: what `forward` returned.

    Returns:
        Every gradient by its name.
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
    delta_h2 = np.where(values.h2 <= 0, 0, delta_r2)  # (18)
    dW2 = delta_h2.T @ values.r1  # (19)
    dc2 = delta_h2.sum(axis=0)  # (20)
    delta_r1 = delta_h2 @ W2  # (21)
    delta_h1 = np.where(values.h1 <= 0, 0, delta_r1)  # (22)
    dW1 = delta_h1.T @ values.v  # (23)
    dc1 = delta_h1.sum(axis=0)  # (24)
    delta_v = delta_h1 @ W1  # (25)
    delta_p2 = delta_v.reshape(N, 16, 5, 5)  # (26)
    M2_first = np.zeros((2, 2, N, 16, 5, 5), dtype=np.bool_)
    M2_open = np.ones((N, 16, 5, 5), dtype=np.bool_)
    a2_blocks = values.a2.reshape(N, 16, 5, 2, 5, 2)
    for m, n in np.ndindex(2, 2):
        M2_part_2 = a2_blocks[:, :, :, m, :, n]
        M2_part = (M2_part_2 == values.p2) | ~(M2_part_2 >= -np.inf)
        M2_first[m, n] = M2_open & M2_part
        M2_open = M2_open & ~M2_first[m, n]
    M2 = M2_first.transpose(2, 3, 4, 5, 0, 1)  # (27)
    delta_a2_part = np.where(M2, delta_p2[..., None, None], 0)
    delta_a2 = delta_a2_part.transpose(0, 1, 2, 4, 3, 5).reshape(N, 16, 10, 10)  # (28)
    delta_z2 = np.where(values.z2 <= 0, 0, delta_a2)  # (29)
    p1_windows = sliding_window_view(values.p1, (5, 5), axis=(2, 3))
    dw2 = np.einsum("efij,egijmn->fgmn", delta_z2, p1_windows, optimize=True)  # (30)
    db2 = delta_z2.sum(axis=(0, 2, 3))  # (31)
    delta_p1_parts = np.einsum("efij,fFmn->mneFij", delta_z2, w2, optimize=True)
    delta_p1 = np.zeros((N, 6, 14, 14), dtype=delta_p1_parts.dtype)
    for m, n in np.ndindex(5, 5):
        delta_p1[:, :, m : m + 10, n : n + 10] += delta_p1_parts[m, n]  # (32)
    M1_first = np.zeros((2, 2, N, 6, 14, 14), dtype=np.bool_)
    M1_open = np.ones((N, 6, 14, 14), dtype=np.bool_)
    a1_blocks = values.a1.reshape(N, 6, 14, 2, 14, 2)
    for m, n in np.ndindex(2, 2):
        M1_part_2 = a1_blocks[:, :, :, m, :, n]
        M1_part = (M1_part_2 == values.p1) | ~(M1_part_2 >= -np.inf)
        M1_first[m, n] = M1_open & M1_part
        M1_open = M1_open & ~M1_first[m, n]
    M1 = M1_first.transpose(2, 3, 4, 5, 0, 1)  # (33)
    delta_a1_part = np.where(M1, delta_p1[..., None, None], 0)
    delta_a1 = delta_a1_part.transpose(0, 1, 2, 4, 3, 5).reshape(N, 6, 28, 28)  # (34)
    delta_z1 = np.where(values.z1 <= 0, 0, delta_a1)  # (35)
    x_padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    x_windows = sliding_window_view(x_padded, (5, 5), axis=(2, 3))
    dw1 = np.einsum("efij,egijmn->fgmn", delta_z1, x_windows, optimize=True)  # (36)
    db1 = delta_z1.sum(axis=(0, 2, 3))  # (37)
    dx_parts = np.einsum("efij,fgmn->mnegij", delta_z1, w1, optimize=True)
    dx_padded = np.zeros((N, 1, 32, 32), dtype=dx_parts.dtype)
    for m, n in np.ndindex(5, 5):
        dx_padded[:, :, m : m + 28, n : n + 28] += dx_parts[m, n]
    dx = dx_padded[:, :, 2:30, 2:30]  # (38)
    return Gradients(dw1, db1, dw2, db2, dW1, dc1, dW2, dc2, dW3, dc3, dx)


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


def predict(x: Array, *, parameters: Parameters) -> Array:
    """Compute the probabilities; no target is needed.

    Args:
        x: input, shape (N, 1, 28, 28).
        parameters: arrays by the names of PARAMETERS.

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
    x_padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
    x_windows = sliding_window_view(x_padded, (5, 5), axis=(2, 3))
    z1_part = np.einsum("eijmn,fmn->efij", x_windows[:, 0], w1[:, 0], optimize=True)
    z1 = z1_part + b1[:, None, None]  # (1)
    a1 = np.maximum(z1, 0)  # (2)
    p1 = np.full((N, 6, 14, 14), -np.inf, dtype=a1.dtype)
    a1_blocks = a1.reshape(N, 6, 14, 2, 14, 2)
    for m, n in np.ndindex(2, 2):
        np.maximum(p1, a1_blocks[:, :, :, m, :, n], out=p1)  # (3)
    p1_windows = sliding_window_view(p1, (5, 5), axis=(2, 3))
    z2 = np.einsum("egijmn,fgmn->efij", p1_windows, w2, optimize=True) + b2[:, None, None]  # (4)
    a2 = np.maximum(z2, 0)  # (5)
    p2 = np.full((N, 16, 5, 5), -np.inf, dtype=a2.dtype)
    a2_blocks = a2.reshape(N, 16, 5, 2, 5, 2)
    for m, n in np.ndindex(2, 2):
        np.maximum(p2, a2_blocks[:, :, :, m, :, n], out=p2)  # (6)
    v = p2.reshape(N, 400)  # (7)
    h1 = v @ W1.T + c1  # (8)
    r1 = np.maximum(h1, 0)  # (9)
    h2 = r1 @ W2.T + c2  # (10)
    r2 = np.maximum(h2, 0)  # (11)
    h3 = r2 @ W3.T + c3  # (12)
    prediction: Array = softmax(h3, axis=1)
    return prediction


def cost_and_gradients(x: Array, t: Labels, *, parameters: Parameters) -> tuple[Number, Parameters]:
    """Compute the cost and its gradients.

    Args:
        x: as for `forward` and `backward`.
        t: as for `forward` and `backward`.
        parameters: arrays by the names of PARAMETERS.

    Returns:
        The cost, and the gradients by the names of the parameters.
    """
    w1, b1, w2, b2, W1, c1, W2, c2, W3, c3 = unpack_parameters(parameters)
    values = forward(x, w1, b1, w2, b2, W1, c1, W2, c2, W3, c3, t)
    found = backward(x, w1, w2, W1, W2, W3, t, values)
    return values.C, {
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
