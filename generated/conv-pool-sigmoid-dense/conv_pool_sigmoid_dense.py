"""Conv-pool-sigmoid-dense.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

Every tensor is 0 beyond its border and at indices that are no integers.

Padding never wins a maximum: entries beyond the border count as minus infinity.

The cost E is half the sum over all entries.
"""

# ruff: noqa: N815

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Number: TypeAlias = np.floating[Any]
Parameters: TypeAlias = dict[str, Array]


class Forward(NamedTuple):
    """Every value of the forward pass.

    Attributes:
        x: value, shape (4, 4), equation (1).
        p: value, shape (2, 2), equation (2).
        a: value, shape (2, 2), equation (3).
        v: value, shape (4,), equation (4).
        h: value, shape (2,), equation (5).
        E: the cost, a number, equation (6).
    """

    x: Array
    p: Array
    a: Array
    v: Array
    h: Array
    E: Number


class Gradients(NamedTuple):
    """The gradients of the backward pass.

    Attributes:
        dw: derivative of the cost with respect to w, shape (2, 2), equation (14).
        db: derivative of the cost with respect to b, shape (1,), equation (15).
        dW: derivative of the cost with respect to W, shape (2, 4), equation (8).
        do: derivative of the cost with respect to o, shape (5, 5), equation (16).
    """

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


def sigmoid(x: Array) -> Array:
    """Compute 1 / (1 + exp(-x)) without an overflow."""
    decay = np.exp(-np.abs(x))
    result: Array = np.where(x >= 0, 1, decay) / (1 + decay)
    return result


def forward(o: Array, w: Array, b: Array, W: Array, t: Array) -> Forward:
    """Compute every value of the network.

    Args:
        o: input, shape (5, 5).
        w: parameter, shape (2, 2).
        b: parameter, shape (1,).
        W: parameter, shape (2, 4).
        t: target, shape (2,).

    Returns:
        Every value by its name.
    """
    o, w, b, W, t = as_floats(o=o, w=w, b=b, W=W, t=t)
    check_shape("o", o, (5, 5))
    check_shape("w", w, (2, 2))
    check_shape("b", b, (1,))
    check_shape("W", W, (2, 4))
    check_shape("t", t, (2,))
    o_windows = sliding_window_view(o, (2, 2), axis=(0, 1))
    x = np.einsum("ijmn,mn->ij", o_windows, w, optimize=True) + b[0]  # (1)
    p = np.full((2, 2), -np.inf, dtype=x.dtype)
    x_blocks = x.reshape(2, 2, 2, 2)
    for m, n in np.ndindex(2, 2):
        np.maximum(p, x_blocks[:, m, :, n], out=p)  # (2)
    a = sigmoid(p)  # (3)
    v = a.reshape(4)  # (4)
    h = W @ v  # (5)
    E = ((h - t) ** 2).sum() / 2  # (6)
    return Forward(x, p, a, v, h, E)


def backward(o: Array, w: Array, W: Array, t: Array, values: Forward) -> Gradients:
    """Compute the gradients, from the last equation of the network to the first.

    Args:
        o: input, shape (5, 5).
        w: parameter, shape (2, 2).
        W: parameter, shape (2, 4).
        t: target, shape (2,).
        values: what `forward` returned.

    Returns:
        Every gradient by its name.
    """
    o, w, W, t = as_floats(o=o, w=w, W=W, t=t)
    check_shape("o", o, (5, 5))
    check_shape("w", w, (2, 2))
    check_shape("W", W, (2, 4))
    check_shape("t", t, (2,))
    delta_h = values.h - t  # (7)
    dW = delta_h[:, None] * values.v  # (8)
    delta_v = W.T @ delta_h  # (9)
    delta_a = delta_v.reshape(2, 2)  # (10)
    delta_p = delta_a * values.a * (1 - values.a)  # (11)
    M_first = np.zeros((2, 2, 2, 2), dtype=np.bool_)
    M_open = np.ones((2, 2), dtype=np.bool_)
    x_blocks = values.x.reshape(2, 2, 2, 2)
    for m, n in np.ndindex(2, 2):
        M_part = (x_blocks[:, m, :, n] == values.p) | ~(x_blocks[:, m, :, n] >= -np.inf)
        M_first[m, n] = M_open & M_part
        M_open = M_open & ~M_first[m, n]
    M = M_first.transpose(2, 3, 0, 1)  # (12)
    delta_x = np.where(M, delta_p[:, :, None, None], 0).transpose(0, 2, 1, 3).reshape(4, 4)  # (13)
    o_windows = sliding_window_view(o, (2, 2), axis=(0, 1))
    dw = np.einsum("ij,ijmn->mn", delta_x, o_windows, optimize=True)  # (14)
    db = np.reshape(delta_x.sum(), (1,))  # (15)
    delta_x_padded = np.pad(delta_x, 1)
    delta_x_windows = sliding_window_view(delta_x_padded, (2, 2), axis=(0, 1))
    do = np.einsum("ijmn,mn->ij", delta_x_windows[:, :, ::-1, ::-1], w, optimize=True)  # (16)
    return Gradients(dw, db, dW, do)


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
        o: as for `forward` and `backward`.
        t: as for `forward` and `backward`.
        parameters: arrays by the names of PARAMETERS.

    Returns:
        The cost, and the gradients by the names of the parameters.
    """
    w, b, W = unpack_parameters(parameters)
    values = forward(o, w, b, W, t)
    found = backward(o, w, W, t, values)
    return values.E, {"w": found.dw, "b": found.db, "W": found.dW}
