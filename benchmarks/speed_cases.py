"""The rows of the speed benchmark: networks, who is compared with whom, and what is aimed at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

FORUM = (
    "input o {shape} | conv w 2x2 {options} bias b -> x | maxpool 2 -> p | sigmoid -> a "
    "| flatten -> v | dense W 2 -> h | half_sse t -> E"
)
LENET = (
    "input x {batch}x1x28x28 | conv w 5x5 channels 6 padding 2 bias b -> z | relu -> a "
    "| maxpool 2 -> p | conv w 5x5 channels 16 bias b -> z | relu -> a | maxpool 2 -> p "
    "| flatten -> v | dense W 120 bias c -> h | relu -> r | dense W 84 bias c -> h | relu -> r "
    "| dense W 10 bias c -> h | cross_entropy t labels -> C"
)
TORCH, BEST, JAX, IM2COL = "torch", "torch, best layout", "JAX jit", "im2col"
NATIVE, NATIVE_C = 1.1, 1.2
"""The ratios aimed at in float64, where torch has weaker kernels: of NumPy, and of C."""


@dataclass(frozen=True)
class Aim:
    """`who` is to be `goal` times as fast as `against`, and must be `floor` times as fast."""

    who: str
    against: str
    goal: float
    floor: float


MODULE = Aim("jax module", JAX, 1.0, 0.95)
"""Our gradients in JAX against its own: the same operations, so the same time."""


@dataclass(frozen=True)
class Case:
    """A network, the multiplications of one step, and the rows of the table that it gives."""

    name: str
    kind: str
    text: str
    work: int
    aims: tuple[Aim, ...]
    options: dict[str, int] = field(default_factory=dict)
    double: bool = False

    def aimed(self, kind: str) -> tuple[Aim, ...]:
        """The rows for a type of number."""
        if kind == "float32":
            return (*self.aims, *C_AIMS.get(self.name, ()), MODULE)
        fast = (Aim("fast", TORCH, NATIVE, 1.0), Aim("fast", BEST, 1.0, 1.0))
        return (*(fast if self.double else ()), Aim("c", TORCH, NATIVE_C, 1.0), MODULE)


def c_aims(
    torch: tuple[float, float] | None,
    best: tuple[float, float] | None = None,
    who: str = "c",
) -> tuple[Aim, ...]:
    """Goal and floor of the C style with AVX-512, against NCHW and against the better layout."""
    pairs = ((TORCH, torch), (BEST, best))
    return tuple(Aim(who, against, *aim) for against, aim in pairs if aim)


C_AIMS = {
    "conv-pool-sigmoid-dense, batch 1": c_aims((280, 150)),
    "conv-pool-sigmoid-dense, batch 256": c_aims((50, 30)),
    "LeNet-5, batch 1": c_aims(None, (15, 10)),
    "LeNet-5, batch 32": c_aims(None, (6.8, 5)),
    "LeNet-5, batch 256": c_aims(None, (6, 4)) + c_aims(None, (6, 4), "c open"),
    "3x3 stride 1, 64 channels": c_aims(None, (1.0, 0.8)) + c_aims(None, (2.2, 1.7), "c tiles"),
    "3x3 stride 1, 128 channels": c_aims(None, (1.0, 0.8)) + c_aims(None, (2.2, 1.7), "c tiles"),
    "1x1, 256 channels": c_aims(None, (1.05, 0.85)),
    "stem 3->32, stride 2": c_aims((2.3, 1.8), (1.8, 1.4)),
    "dilated 5x5": (c_aims((1.2, 1.0), (1.0, 0.8)) + c_aims((1.2, 1.0), (1.0, 0.8), "c tiles")),
    "16->32 3x3": c_aims((1.3, 1.1), (1.1, 0.95)),
    "depthwise 3x3": c_aims((3, 2), (1.3, 1.0)),
}
"""The rows of the C style in float32, by case."""


def forum(batch: int, torch: tuple[float, float], jax: tuple[float, float]) -> Case:
    """The network of the forum: conv-pool-sigmoid-dense."""
    text = FORUM.format(shape="5x5", options="")
    if batch > 1:
        text = FORUM.format(shape=f"{batch}x1x5x5", options="channels 1")
    aims = (Aim("fast", TORCH, *torch), Aim("fast", JAX, *jax))
    name = f"conv-pool-sigmoid-dense, batch {batch}"
    return Case(name, "forum", text, 3 * 72 * batch, aims, double=True)


def lenet(batch: int, torch: tuple[float, float], best: tuple[float, float]) -> Case:
    """LeNet-5 with relu, maximum and softmax cross entropy."""
    aims = (Aim("fast", TORCH, *torch), Aim("fast", BEST, *best))
    text = LENET.format(batch=batch)
    return Case(f"LeNet-5, batch {batch}", "lenet", text, 3 * 416_520 * batch, aims, double=True)


def layer(  # noqa: PLR0913 - what a convolution is
    name: str,
    shape: tuple[int, int, int, int],
    filters: int,
    kernel: int,
    aims: tuple[Aim, ...],
    *,
    double: bool = False,
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
    aims = (*aims, Aim("readable", IM2COL, 1.5, 1.0))
    return Case(name, "convolution", text, work, aims, options, double)


def wide(channels: int) -> Case:
    """3x3 at stride 1, where tiles pay."""
    aims = (Aim("fast tiles", BEST, 1.3, 1.0), Aim("fast", TORCH, 0.9, 0.65))
    shape = (8, channels, 32, 32)
    name = f"3x3 stride 1, {channels} channels"
    return layer(name, shape, channels, 3, aims, padding=1, double=True)


def against_torch(goal: float, floor: float) -> tuple[Aim, ...]:
    """One row, against NCHW."""
    return (Aim("fast", TORCH, goal, floor),)


CASES = (
    forum(1, (18, 10), (3.7, 2)),
    forum(256, (16, 8), (9, 3)),
    lenet(1, (5, 3), (4.8, 2.5)),
    lenet(32, (3, 2), (1.6, 1.2)),
    lenet(256, (4, 2.5), (1.8, 1.3)),
    wide(64),
    wide(128),
    layer("1x1, 256 channels", (8, 256, 28, 28), 256, 1, against_torch(1.15, 0.9)),
    layer(
        "stem 3->32, stride 2", (8, 3, 112, 112), 32, 3, against_torch(1.25, 0.8), stride=2,
        padding=1,
    ),
    layer(
        "dilated 5x5", (8, 32, 32, 32), 32, 5, against_torch(0.65, 0.45), padding=4, dilation=2
    ),
    layer("16->32 3x3", (8, 16, 32, 32), 32, 3, against_torch(0.65, 0.45), padding=1),
    layer("depthwise 3x3", (8, 64, 32, 32), 64, 3, against_torch(0.7, 0.45), padding=1, groups=64),
)  # fmt: skip


def arrays(shapes: dict[str, tuple[int, ...]], kind: str = "float32", classes: int = 0) -> Arrays:
    """The same random inputs in every process; `t` holds class numbers where there are classes."""
    made = np.random.default_rng(0)
    found: Arrays = {}
    for name, shape in sorted(shapes.items()):
        if name == "t" and classes:
            found[name] = made.integers(classes, size=shape)
        else:
            scale = 1.0 if name in {"x", "o"} else 0.1
            found[name] = (made.standard_normal(shape) * scale).astype(kind)
    return found
