"""The networks of the speed benchmark, and the same written by hand for torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

FORUM = (
    "input o 5x5 | conv w 2x2 bias b -> x | maxpool 2 -> p | sigmoid -> a | flatten -> v "
    "| dense W 2 -> h | half_sse t -> E"
)
FORUM_BATCH = (
    "input o 256x1x5x5 | conv w 2x2 channels 1 bias b -> x | maxpool 2 -> p | sigmoid -> a "
    "| flatten -> v | dense W 2 -> h | half_sse t -> E"
)
LENET = (
    "input x {batch}x1x28x28 | conv w 5x5 channels 6 padding 2 bias b -> z | relu -> a "
    "| maxpool 2 -> p | conv w 5x5 channels 16 bias b -> z | relu -> a | maxpool 2 -> p "
    "| flatten -> v | dense W 120 bias c -> h | relu -> r | dense W 84 bias c -> h | relu -> r "
    "| dense W 10 bias c -> h | half_sse t -> C"
)


@dataclass(frozen=True)
class Case:
    """A network, what torch does for it, the multiplications of one step, and the aim."""

    name: str
    text: str
    torch: Callable[[Any, Any], Any]
    work: int
    goal: float
    floor: float


def forum(t: Any, a: Any) -> Any:
    """Convolution, maximum, sigmoid, dense, half the squared error."""
    f = t.nn.functional
    image = a["o"].reshape(-1, 1, 5, 5)
    pooled = f.max_pool2d(f.conv2d(image, a["w"].reshape(1, 1, 2, 2), a["b"]), 2)
    h = f.linear(t.sigmoid(pooled).flatten(1), a["W"])
    return ((h - a["t"].reshape(h.shape)) ** 2).sum() / 2


def lenet(t: Any, a: Any) -> Any:
    """Two stages of convolution, relu and maximum, then three dense layers."""
    f = t.nn.functional
    y = f.max_pool2d(f.relu(f.conv2d(a["x"], a["w1"], a["b1"], padding=2)), 2)
    y = f.max_pool2d(f.relu(f.conv2d(y, a["w2"], a["b2"])), 2)
    y = f.relu(f.linear(y.flatten(1), a["W1"], a["c1"]))
    y = f.relu(f.linear(y, a["W2"], a["c2"]))
    return ((f.linear(y, a["W3"], a["c3"]) - a["t"]) ** 2).sum() / 2


def convolution(**options: int) -> Callable[[Any, Any], Any]:
    """One convolution; the delta of its output is given."""

    def run(t: Any, a: Any) -> Any:
        return t.nn.functional.conv2d(a["x"], a["w"], **options)

    return run


def layer(  # noqa: PLR0913 - what a convolution is
    name: str,
    shape: tuple[int, int, int, int],
    filters: int,
    kernel: int,
    *,
    goal: float,
    floor: float,
    **options: int,
) -> Case:
    """A single convolution with its two gradients."""
    batch, channels, height, width = shape
    told = " ".join(f"{word} {n}" for word, n in options.items())
    text = f"input x {batch}x{channels}x{height}x{width}"
    text += f" | conv w {kernel}x{kernel} channels {filters} {told} -> z"
    stride, padding = options.get("stride", 1), options.get("padding", 0)
    reach = options.get("dilation", 1) * (kernel - 1) + 1
    out = [(n + 2 * padding - reach) // stride + 1 for n in (height, width)]
    inner = channels // options.get("groups", 1) * kernel**2
    work = 3 * batch * filters * inner * out[0] * out[1]
    return Case(name, text, convolution(**options), work, goal, floor)


CASES = (
    Case("forum, batch 1", FORUM, forum, 3 * 72, 18, 10),
    Case("forum, batch 256", FORUM_BATCH, forum, 3 * 72 * 256, 16, 8),
    Case("lenet, batch 1", LENET.format(batch=1), lenet, 3 * 416_520, 5, 3),
    Case("lenet, batch 32", LENET.format(batch=32), lenet, 3 * 416_520 * 32, 3, 2),
    Case("lenet, batch 256", LENET.format(batch=256), lenet, 3 * 416_520 * 256, 4, 2.5),
    layer("3x3, 64 channels", (8, 64, 32, 32), 64, 3, padding=1, goal=0.9, floor=0.65),
    layer("3x3, 128 channels", (8, 128, 32, 32), 128, 3, padding=1, goal=0.9, floor=0.65),
    layer("1x1, 256 channels", (8, 256, 28, 28), 256, 1, goal=1.15, floor=0.9),
    layer("stem 3 to 32", (8, 3, 112, 112), 32, 3, stride=2, padding=1, goal=1.25, floor=0.8),
    layer("5x5 dilated", (8, 32, 32, 32), 32, 5, padding=4, dilation=2, goal=0.65, floor=0.45),
    layer("3x3, 16 to 32", (8, 16, 32, 32), 32, 3, padding=1, goal=0.65, floor=0.45),
    layer("depthwise 3x3", (8, 64, 32, 32), 64, 3, padding=1, groups=64, goal=0.7, floor=0.45),
)


def arrays(shapes: dict[str, tuple[int, ...]]) -> Arrays:
    """The same random inputs in every process."""
    made = np.random.default_rng(0)
    scale = {"x": 1.0, "o": 1.0}
    return {
        name: (made.standard_normal(shape) * scale.get(name, 0.1)).astype(np.float32)
        for name, shape in sorted(shapes.items())
    }
