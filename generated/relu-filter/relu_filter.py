"""Relu-filter.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

Every tensor is 0 beyond its border and at indices that are no integers.

The cost C is half the sum over all entries.
"""

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


PARAMETERS = (Parameter("w", (2, 2), "weight", 4),)
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
    """Compute y, the last value before the cost; no target is needed.

    Args:
        x: input, shape (3, 3).
        parameters: arrays by the names of PARAMETERS.

    Returns:
        An array of the shape (2, 2).
    """
    (w,) = unpack_parameters(parameters)
    x, w = as_floats(x=x, w=w)
    check_shape("x", x, (3, 3))
    check_shape("w", w, (2, 2))
    x_windows = sliding_window_view(x, (2, 2), axis=(0, 1))
    z = np.einsum("ijmn,mn->ij", x_windows, w, optimize=True)  # (1)
    y: Array = np.maximum(z, 0)  # (2)
    return y


def cost_and_gradients(x: Array, t: Array, *, parameters: Parameters) -> tuple[Number, Parameters]:
    """Compute the cost and its gradients.

    Args:
        x: as for `forward` and `backward`.
        t: as for `forward` and `backward`.
        parameters: arrays by the names of PARAMETERS.

    Returns:
        The cost, and the gradients by the names of the parameters.
    """
    (w,) = unpack_parameters(parameters)
    values = forward(x, w, t)
    found = backward(x, w, t, values)
    return values.C, {"w": found.dw}
