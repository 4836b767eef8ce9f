"""The networks of the benchmarks in PyTorch and in JAX: one step is all gradients of the cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Arrays = dict[str, Any]
Step = Callable[[], dict[str, Any]]


def wanted(arrays: Arrays) -> list[str]:
    """The arrays that the cost is differentiated by."""
    return [k for k in arrays if k != "t" and not k.startswith("delta")]


def torch_step(kind: str, given: Arrays, layout: str, options: dict[str, int]) -> Step:
    """A step in eager mode, on one thread, in NCHW or channels_last."""
    import torch

    torch.set_num_threads(1)
    arrays = {k: torch.tensor(a) for k, a in given.items()}
    if layout == "channels_last":
        arrays = {
            k: a.contiguous(memory_format=torch.channels_last) if a.ndim == 4 else a
            for k, a in arrays.items()
        }
    inputs = [arrays[k].requires_grad_() for k in wanted(arrays)]
    names = ["d" + k.replace("^", "") for k in wanted(arrays)]
    seed, cost = arrays.get("delta z"), TORCH[kind]

    def step() -> dict[str, Any]:
        found = torch.autograd.grad(cost(torch, arrays, options), inputs, seed)
        return dict(zip(names, found, strict=True))

    return step


def torch_forum(t: Any, a: Arrays, _: dict[str, int]) -> Any:
    """Convolution, maximum, sigmoid, dense, half the squared error."""
    f = t.nn.functional
    image, kernel = a["o"].reshape(-1, 1, 5, 5), a["w"].reshape(1, 1, 2, 2)
    h = f.linear(t.sigmoid(f.max_pool2d(f.conv2d(image, kernel, a["b"]), 2)).flatten(1), a["W"])
    return ((h - a["t"].reshape(h.shape)) ** 2).sum() / 2


def torch_lenet(t: Any, a: Arrays, _: dict[str, int]) -> Any:
    """Two stages of convolution, relu and maximum, then three dense layers."""
    f = t.nn.functional
    y = f.max_pool2d(f.relu(f.conv2d(a["x"], a["w^1"], a["b^1"], padding=2)), 2)
    y = f.max_pool2d(f.relu(f.conv2d(y, a["w^2"], a["b^2"])), 2)
    y = f.relu(f.linear(y.flatten(1), a["W^1"], a["c^1"]))
    y = f.relu(f.linear(y, a["W^2"], a["c^2"]))
    return f.cross_entropy(f.linear(y, a["W^3"], a["c^3"]), a["t"])


def torch_convolution(t: Any, a: Arrays, options: dict[str, int]) -> Any:
    """One convolution; the delta of its output is given."""
    return t.nn.functional.conv2d(a["x"], a["w"], **options)


def jax_step(kind: str, given: Arrays, options: dict[str, int]) -> Step:
    """A compiled step."""
    import jax

    jax.config.update("jax_enable_x64", val=True)
    cost = JAX[kind]
    return compiled_step(jax, given, lambda arrays: cost(jax, arrays, options))


def compiled_step(jax: Any, given: Arrays, cost: Callable[[Arrays], Any]) -> Step:
    """All gradients of a cost, which JAX differentiates and compiles."""
    arrays = {k: jax.numpy.asarray(a) for k, a in given.items()}
    inputs = {k: arrays[k] for k in wanted(arrays)}
    fixed = {k: a for k, a in arrays.items() if k not in inputs}
    both = jax.jit(jax.value_and_grad(lambda x, y: cost({**x, **y})))

    def step() -> dict[str, Any]:
        _, found = jax.block_until_ready(both(inputs, fixed))
        return {"d" + k.replace("^", ""): g for k, g in found.items()}

    return step


def jax_conv(jax: Any, x: Any, w: Any, **options: int) -> Any:
    """A convolution with the names of the options that torch has."""
    p, s, d = (options.get(k, n) for k, n in (("padding", 0), ("stride", 1), ("dilation", 1)))
    groups = options.get("groups", 1)
    return jax.lax.conv_general_dilated(
        x, w, (s, s), [(p, p), (p, p)], rhs_dilation=(d, d), feature_group_count=groups
    )


def jax_pool(jax: Any, x: Any) -> Any:
    """The maximum of 2 x 2 tiles."""
    low = -jax.numpy.inf
    return jax.lax.reduce_window(x, low, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def jax_forum(jax: Any, a: Arrays, _: dict[str, int]) -> Any:
    """Convolution, maximum, sigmoid, dense, half the squared error."""
    image, kernel = a["o"].reshape(-1, 1, 5, 5), a["w"].reshape(1, 1, 2, 2)
    y = jax.nn.sigmoid(jax_pool(jax, jax_conv(jax, image, kernel) + a["b"]))
    h = y.reshape(len(y), -1) @ a["W"].T
    return ((h - a["t"].reshape(h.shape)) ** 2).sum() / 2


def jax_lenet(jax: Any, a: Arrays, _: dict[str, int]) -> Any:
    """Two stages of convolution, relu and maximum, then three dense layers."""
    relu = jax.nn.relu
    y = jax_conv(jax, a["x"], a["w^1"], padding=2) + a["b^1"][:, None, None]
    y = jax_conv(jax, jax_pool(jax, relu(y)), a["w^2"]) + a["b^2"][:, None, None]
    y = jax_pool(jax, relu(y)).reshape(len(y), -1)
    y = relu(y @ a["W^1"].T + a["c^1"])
    y = relu(y @ a["W^2"].T + a["c^2"])
    logs = jax.nn.log_softmax(y @ a["W^3"].T + a["c^3"])
    return -jax.numpy.take_along_axis(logs, a["t"][:, None], axis=1).mean()


def jax_convolution(jax: Any, a: Arrays, options: dict[str, int]) -> Any:
    """The convolution times the given delta, whose gradient is the wanted one."""
    return (jax_conv(jax, a["x"], a["w"], **options) * a["delta z"]).sum()


TORCH = {"forum": torch_forum, "lenet": torch_lenet, "convolution": torch_convolution}
JAX = {"forum": jax_forum, "lenet": jax_lenet, "convolution": jax_convolution}
