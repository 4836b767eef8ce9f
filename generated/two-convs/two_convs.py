"""Two-convs.

Convolution means cross-correlation: the kernel is read forwards (not flipped).

Every tensor is 0 beyond its border and at indices that are no integers.
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
    Parameter("w1", (2, 2), "weight", 8),
    Parameter("w2", (2, 2), "weight", 5),
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


def predict(i: Array, *, parameters: Parameters) -> Array:
    """Compute o2, the last value before the cost; no target is needed.

    Args:
        i: input, shape (3, 3).
        parameters: arrays by the names of PARAMETERS.

    Returns:
        An array of the shape (1, 1).
    """
    w1, w2 = unpack_parameters(parameters)
    i, w1, w2 = as_floats(i=i, w1=w1, w2=w2)
    check_shape("i", i, (3, 3))
    check_shape("w1", w1, (2, 2))
    check_shape("w2", w2, (2, 2))
    i_windows = sliding_window_view(i, (2, 2), axis=(0, 1))
    o1 = np.einsum("uvmn,mn->uv", i_windows, w1, optimize=True)  # (1)
    o2: Array = np.reshape((o1 * w2).sum(), (1, 1))  # (2)
    return o2


def cost_and_gradients(i: Array, y: Array, *, parameters: Parameters) -> tuple[Number, Parameters]:
    """Compute the cost and its gradients.

    Args:
        i: as for `forward` and `backward`.
        y: as for `forward` and `backward`.
        parameters: arrays by the names of PARAMETERS.

    Returns:
        The cost, and the gradients by the names of the parameters.
    """
    w1, w2 = unpack_parameters(parameters)
    values = forward(i, w1, w2, y)
    found = backward(i, w1, w2, y, values)
    return values.C, {"w1": found.dw1, "w2": found.dw2}
