"""Networks of one or two layers, computed by PyTorch: the values that decide what is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np
import torch
from torch.nn import functional as ops

Tensors = dict[str, Any]
Sizes = Mapping[str, int]

ADDED = 1e-5
"""The epsilon of normalisations, which is that of PyTorch and of symconv."""


@dataclass(frozen=True, eq=False)
class Template:
    """A network text with sizes in braces, and what PyTorch computes for it.

    `shapes` are those of what is given, in sizes; `forward` adds the values of the stages to the
    tensors. `most` is from where to where the sizes go at which truth is decided.
    """

    layer: str
    text: str
    shapes: Mapping[str, tuple[str, ...]]
    forward: Callable[[Tensors, Sizes], None]
    labels: str = ""
    fixed: Mapping[str, int] = field(default_factory=dict)
    pooled: str = ""

    @property
    def sizes(self) -> tuple[str, ...]:
        """The letters of the sizes that may be open."""
        return tuple(
            sorted({c for c, d in zip(self.text, self.text[1:], strict=False) if d == "}"})
        )

    def network(self, numbers: Sizes | None = None) -> str:
        """The text of the network, with numbers for sizes where they are given."""
        return self.text.format(**(numbers or {s: s for s in self.sizes}))


RANGES = {
    "N": (5, 7), "Q": (5, 6), "F": (5, 6), "R": (5, 7), "H": (12, 14), "W": (13, 16), "A": (4, 5),
    "B": (4, 5), "S": (2, 3), "P": (1, 2), "D": (2, 3), "K": (6, 9),
}  # fmt: skip
"""Sizes at which truth is decided: beyond the ones and twos and threes of most draws."""

NUMBERS = {
    "N": (2, 4), "Q": (2, 4), "F": (2, 4), "R": (2, 4), "H": (5, 8), "W": (6, 9), "A": (2, 3),
    "B": (2, 3), "S": (2, 3), "P": (1, 1), "D": (2, 2), "K": (3, 10),
}  # fmt: skip
"""Sizes of networks with numbers."""

SMALL = {
    "N": (2, 2), "Q": (2, 3), "F": (2, 3), "R": (2, 3), "H": (8, 9), "W": (8, 9), "A": (2, 3),
    "B": (2, 3), "S": (2, 2), "P": (1, 1), "D": (2, 2), "K": (2, 3),
}  # fmt: skip
"""Sizes beside one that is large."""


ONES = {
    "N": (1, 1), "Q": (1, 1), "F": (1, 1), "R": (1, 1), "H": (5, 6), "W": (5, 6), "A": (1, 1),
    "B": (1, 1), "S": (1, 1), "P": (0, 1), "D": (1, 1), "K": (1, 1),
}  # fmt: skip
"""The least sizes, at which a sum may have no second term."""


def draw_sizes(template: Template, random: Random, ranges: Mapping[str, tuple[int, int]]) -> Sizes:
    """Random sizes of a template; a padding stays below half the window."""
    found = {s: random.randint(*ranges[s]) for s in template.sizes}
    return found | dict(template.fixed)


class Values(dict[str, Any]):
    """The tensors of one run with their gradients; Jacobians are made when they are asked for."""

    def __init__(self, tensors: Tensors) -> None:
        super().__init__({n: x.detach().numpy() for n, x in tensors.items()})
        self.tensors = tensors
        wanted = [n for n, x in tensors.items() if x.requires_grad and n != "E"]
        slopes = torch.autograd.grad(
            tensors["E"], [tensors[n] for n in wanted], retain_graph=True, allow_unused=True
        )
        for name, slope in zip(wanted, slopes, strict=True):
            if slope is not None:
                self[f"dE/d{name}"] = slope.numpy()

    def __missing__(self, key: str) -> Any:
        over, _, under = key[1:].partition("/d")
        known = over in self.tensors and under in self.tensors
        if not known or over == "E" or not self.tensors[under].requires_grad:
            raise KeyError(key)
        top, low = self.tensors[over], self.tensors[under]
        rows = [
            torch.autograd.grad(one, low, retain_graph=True, allow_unused=True)[0]
            for one in top.reshape(-1)
        ]
        rows = [torch.zeros_like(low) if r is None else r for r in rows]
        self[key] = torch.stack(rows).reshape(*top.shape, *low.shape).detach().numpy()
        return self[key]


Hint = tuple[str, tuple[int, ...], float]


@lru_cache(maxsize=4000)
def run(
    template: Template, sizes: tuple[tuple[str, int], ...], seed: int, hints: tuple[Hint, ...] = ()
) -> Values:
    """A run with random numbers, some entries at what `hints` say."""
    random, known = np.random.default_rng(seed), dict(sizes)
    tensors: Tensors = {}
    for name, shape in template.shapes.items():
        extents = [known[s] for s in shape]
        if name == template.labels:
            tensors[name] = torch.as_tensor(random.integers(0, known["K"], extents))
            continue
        numbers = random.normal(size=extents)
        if name == "t" and template.layer == "bce":
            numbers = random.uniform(0.1, 0.9, extents)
        if name == "g":
            numbers = 1 + 0.5 * random.uniform(size=extents)
        for tensor, place, value in hints:
            if tensor == name and all(i < n for i, n in zip(place, extents, strict=True)):
                numbers[place] = value
        tensors[name] = torch.as_tensor(numbers).requires_grad_(name != "t")
    template.forward(tensors, known)
    return Values(tensors)


def halves(t: Tensors, output: str) -> None:
    """Half the sum of squared errors."""
    t["E"] = ((t[output] - t["t"]) ** 2).sum() / 2


def squares(t: Tensors, output: str) -> None:
    """The sum of squared errors."""
    t["E"] = ((t[output] - t["t"]) ** 2).sum()


def means(t: Tensors, output: str) -> None:
    """The mean of squared errors."""
    t["E"] = ((t[output] - t["t"]) ** 2).mean()


COSTS = {"half_sse": halves, "sse": squares, "mse": means}


def convolve(t: Tensors, s: Sizes, *, bias: str = "", flip: bool = False) -> Any:
    """A convolution over the last axes, with or without channels."""
    u, w = t["u"], t["w"]
    plain = w.dim() <= 2
    if plain:
        u, w = u[None, None], w[None, None]
    if flip:
        w = w.flip(tuple(range(2, w.dim())))
    way = {1: ops.conv1d, 2: ops.conv2d}[w.dim() - 2]
    z = way(u, w, stride=s.get("S", 1), padding=s.get("P", 0), dilation=s.get("D", 1))
    if bias:
        z = z + t[bias].reshape(-1, *(1,) * (w.dim() - 2))
    return z[0, 0] if plain else z


def transpose(t: Tensors, s: Sizes, *, bias: str = "") -> Any:
    """A transposed convolution."""
    u, w = t["u"], t["w"]
    plain = w.dim() <= 2
    if plain:
        u, w = u[None, None], w[None, None]
    way = {1: ops.conv_transpose1d, 2: ops.conv_transpose2d}[w.dim() - 2]
    z = way(u, w, t[bias] if bias else None, stride=s.get("S", 1), padding=s.get("P", 0))
    return z[0, 0] if plain else z


def pool(x: Any, kind: str, window: int, stride: int, padding: int) -> Any:
    """Max or average pooling over the last axes, padding counted for averages."""
    lead = 4 - x.dim() if x.dim() in {2, 4} else 2
    full = x[(None,) * lead]
    rank = 1 if x.dim() == 1 else 2
    way = {
        ("max", 1): ops.max_pool1d, ("max", 2): ops.max_pool2d,
        ("mean", 1): ops.avg_pool1d, ("mean", 2): ops.avg_pool2d,
    }[kind, rank]  # fmt: skip
    return way(full, window, stride, padding)[(0,) * lead]


def mask(u: Any, p: Any, window: int, stride: int, padding: int) -> Any:
    """Which entry of each window is the largest: 0 or 1, the window's axes last."""
    rank = 1 if u.dim() == 1 else 2
    padded = ops.pad(u, (padding, padding) * rank, value=float("-inf"))
    found = torch.zeros(*p.shape, *(window,) * rank, dtype=u.dtype)
    for inner in np.ndindex(*(window,) * rank):
        place = tuple(
            slice(m, m + stride * (n - 1) + 1, stride)
            for m, n in zip(inner, p.shape[-rank:], strict=True)
        )
        found[(..., *inner)] = 1.0 * (padded[(..., *place)] == p)
    return found


def make(layer: str, text: str, shapes: str, body: Callable[[Tensors, Sizes], Any], out: str,  # noqa: PLR0913, PLR0917
         cost: str = "half_sse", **more: Any) -> Template:  # fmt: skip
    """A template whose last value is `out`; the shapes are written as `u:NQ w:FQ`."""

    def forward(t: Tensors, s: Sizes) -> None:
        t[out] = body(t, s)
        if cost in COSTS:
            known = t["t"].reshape(-1)
            count = t[out].numel()
            t["t"] = known.repeat(count // known.numel() + 1)[:count].reshape(t[out].shape)
            t["t"] = t["t"] + torch.arange(count).reshape(t[out].shape).sin()
            t["t"].requires_grad_()
            COSTS[cost](t, out)

    split = dict(one.split(":") for one in shapes.split())
    if cost in COSTS:
        split["t"] = "N" if "{N}" in text else min(split["u"])
        text += f" | {cost} t -> E"
    return Template(layer, text, {n: tuple(s) for n, s in split.items()}, forward, **more)


def two_layers(t: Tensors, _: Sizes) -> Any:
    """Two dense layers with a sigmoid between them."""
    t["z"] = t["u"] @ t["w"].T + t["b"]
    t["a"] = torch.sigmoid(t["z"])
    return t["a"] @ t["v"].T


def behind(activation: Callable[[Any], Any]) -> Callable[[Tensors, Sizes], Any]:
    """A dense layer and an activation."""

    def body(t: Tensors, _: Sizes) -> Any:
        t["z"] = t["u"] @ t["w"].T + t["b"]
        return activation(t["z"])

    return body


def conv_relu(t: Tensors, s: Sizes) -> Any:
    """A convolution with bias, and a ReLU."""
    t["z"] = convolve(t, s, bias="c")
    return torch.relu(t["z"])


def masked(window: int, stride: int, padding: int) -> Callable[[Tensors, Sizes], Any]:
    """A maximum over windows, with its mask."""

    def body(t: Tensors, _: Sizes) -> Any:
        p = pool(t["u"], "max", window, stride, padding)
        t["M"] = mask(t["u"].detach(), p.detach(), window, stride, padding)
        return p

    return body


def averaged(window: int, stride: int, padding: int) -> Callable[[Tensors, Sizes], Any]:
    """The mean over windows."""
    return lambda t, _: pool(t["u"], "mean", window, stride, padding)


def norm(dims: tuple[int, ...], axis: int) -> Callable[[Tensors, Sizes], Any]:
    """A normalisation over some axes, with weight and bias along one."""

    def body(t: Tensors, _: Sizes) -> Any:
        u = t["u"]
        mean = u.mean(dims, keepdim=True)
        spread = ((u - mean) ** 2).mean(dims, keepdim=True)
        shape = [1] * u.dim()
        shape[axis] = -1
        return (u - mean) / torch.sqrt(spread + ADDED) * t["g"].reshape(shape) + t["b"].reshape(
            shape
        )

    return body


def entropy(t: Tensors, _: Sizes) -> None:
    """Cross entropy of a softmax, with labels or with targets."""
    logs = torch.log_softmax(t["u"], -1)
    if t["t"].dtype == torch.int64:
        chosen = t["t"].reshape(-1)
        t["E"] = -logs.reshape(len(chosen), -1)[range(len(chosen)), chosen].mean()
    else:
        t["E"] = -(t["t"] * logs).sum() / (len(logs) if logs.dim() > 1 else 1)


def binary(t: Tensors, _: Sizes) -> None:
    """Binary cross entropy of a sigmoid."""
    t["y"] = torch.sigmoid(t["u"])
    y, target = t["y"], t["t"]
    t["E"] = -(target * torch.log(y) + (1 - target) * torch.log(1 - y)).mean()


def only(layer: str, text: str, shapes: str, forward: Callable[[Tensors, Sizes], None],
         **more: Any) -> Template:  # fmt: skip
    """A template whose forward pass ends in a cost of its own."""
    split = dict(one.split(":") for one in shapes.split())
    return Template(layer, text, {n: tuple(s) for n, s in split.items()}, forward, **more)


WINDOWS = {"3s1": (3, 1, 0), "2s2": (2, 2, 0), "3s2p1": (3, 2, 1), "3s1p1": (3, 1, 1)}


def pooling(kind: str, word: str, body: Callable[..., Any]) -> dict[str, Template]:
    """The templates of a kind of pooling."""
    found = {}
    for key, (window, stride, padding) in WINDOWS.items():
        options = f"{window} stride {stride} padding {padding}"
        for shape, axes in (("{H}", "H"), ("{H}x{W}", "HW"), ("{N}x{Q}x{H}x{W}", "NQHW")):
            if shape == "{H}" and key == "2s2":
                continue
            layer = (
                f"{kind} {'overlap' if key != '2s2' else 'plain'}" if kind == "maxpool" else kind
            )
            found[f"{word}{len(axes)}{key}"] = make(
                layer, f"input u {shape} | {word} {options} -> p", f"u:{axes}",
                body(window, stride, padding), "p", fixed={}, pooled=key,
            )  # fmt: skip
    return found


C4 = "input u {N}x{Q}x{H}x{W} | conv w {A}x{B} channels {F} "
TEMPLATES: dict[str, Template] = {
    "conv1": make("conv 1d", "input u {H} | conv w {A} -> z", "u:H w:A", convolve, "z"),
    "conv1s": make("conv 1d", "input u {H} | conv w {A} stride {S} padding {P} -> z", "u:H w:A",
                   convolve, "z", "sse"),
    "conv1d": make("conv 1d", "input u {H} | conv w {A} stride {S} padding {P} dilation {D} -> z",
                   "u:H w:A", convolve, "z"),
    "conv2": make("conv 2d", "input u {H}x{W} | conv w {A}x{B} bias c -> z", "u:HW w:AB c:",
                  lambda t, s: convolve(t, s) + t["c"], "z", "mse"),
    "conv2f": make("conv 2d", "input u {H}x{W} | conv w {A}x{B} flip -> z", "u:HW w:AB",
                   lambda t, s: convolve(t, s, flip=True), "z"),
    "conv4": make("conv channels", C4 + "bias c -> z | relu -> a", "u:NQHW w:FQAB c:F", conv_relu,
                  "a"),
    "conv4s": make("conv strided", C4 + "stride {S} padding {P} bias c -> z", "u:NQHW w:FQAB c:F",
                   lambda t, s: convolve(t, s, bias="c"), "z"),
    "conv2s": make("conv strided", "input u {H}x{W} | conv w {A}x{B} stride {S} -> z", "u:HW w:AB",
                   convolve, "z"),
    "conv2d": make("conv strided", "input u {H}x{W} | conv w {A}x{B} padding {P} dilation {D} -> z",
                   "u:HW w:AB", convolve, "z"),
    "trans1": make("transposed", "input u {H} | transposed_conv w {A} stride {S} -> z", "u:H w:A",
                   transpose, "z"),
    "trans4": make("transposed", "input u {N}x{Q}x{H}x{W} | transposed_conv w {A}x{B} channels {F} "
                   "stride {S} padding {P} bias c -> z", "u:NQHW w:QFAB c:F",
                   lambda t, s: transpose(t, s, bias="c"), "z"),
    "dense": make("dense", "input u {Q} | dense w {F} bias b -> z", "u:Q w:FQ b:F",
                  lambda t, _: t["w"] @ t["u"] + t["b"], "z"),
    "denseN": make("dense batch", "input u {Q} batch {N} | dense w {F} bias b -> z",
                   "u:NQ w:FQ b:F", lambda t, _: t["u"] @ t["w"].T + t["b"], "z", "sse"),
    "two": make("dense batch", "input u {Q} batch {N} | dense w {F} bias b -> z | sigmoid -> a "
                "| dense v {R} -> h", "u:NQ w:FQ b:F v:RF", two_layers, "h", "mse"),
    "relu4": make("relu", "input u {N}x{Q}x{H} | relu -> a", "u:NQH",
                  lambda t, _: torch.relu(t["u"]), "a"),
    "relu1": make("relu", "input u {R} | relu -> a", "u:R", lambda t, _: torch.relu(t["u"]), "a"),
    "reluD": make("relu", "input u {Q} batch {N} | dense w {F} bias b -> z | relu -> a",
                  "u:NQ w:FQ b:F", behind(torch.relu), "a"),
    "sigm1": make("sigmoid", "input u {R} | sigmoid -> a", "u:R",
                  lambda t, _: torch.sigmoid(t["u"]), "a"),
    "sigmD": make("sigmoid", "input u {Q} batch {N} | dense w {F} bias b -> z | sigmoid -> a",
                  "u:NQ w:FQ b:F", behind(torch.sigmoid), "a", "mse"),
    "tanh1": make("tanh", "input u {R} | tanh -> a", "u:R", lambda t, _: torch.tanh(t["u"]), "a",
                  "sse"),
    "tanhD": make("tanh", "input u {Q} batch {N} | dense w {F} bias b -> z | tanh -> a",
                  "u:NQ w:FQ b:F", behind(torch.tanh), "a"),
    "soft1": make("softmax", "input u {R} | softmax -> y", "u:R",
                  lambda t, _: torch.softmax(t["u"], -1), "y"),
    "softN": make("softmax", "input u {Q} batch {N} | softmax -> y", "u:NQ",
                  lambda t, _: torch.softmax(t["u"], -1), "y", "mse"),
    "logs1": make("log_softmax", "input u {R} | log_softmax -> y", "u:R",
                  lambda t, _: torch.log_softmax(t["u"], -1), "y"),
    "logsN": make("log_softmax", "input u {Q} batch {N} | log_softmax -> y", "u:NQ",
                  lambda t, _: torch.log_softmax(t["u"], -1), "y", "sse"),
    **pooling("maxpool", "maxpool", masked),
    **pooling("avgpool", "avgpool", averaged),
    "bnorm": make("norms", "input u {Q} batch {N} | batchnorm weight g bias b -> y",
                  "u:NQ g:Q b:Q", norm((0,), 1), "y"),
    "lnorm": make("norms", "input u {Q} batch {N} | layernorm weight g bias b -> y",
                  "u:NQ g:Q b:Q", norm((1,), 1), "y"),
    "sse": make("squares", "input u {N}x{Q}x{H} | relu -> a", "u:NQH",
                lambda t, _: torch.relu(t["u"]), "a", "sse"),
    "mse": make("squares", "input u {N}x{Q}x{H} | tanh -> a", "u:NQH",
                lambda t, _: torch.tanh(t["u"]), "a", "mse"),
    "mseN": make("squares", "input u {Q} batch {N} | sigmoid -> a", "u:NQ",
                 lambda t, _: torch.sigmoid(t["u"]), "a", "mse"),
    "centro": only("cross_entropy", "input u {K} batch {N} | cross_entropy t -> E", "u:NK t:NK",
                   entropy),
    "centr1": only("cross_entropy", "input u {K} | cross_entropy t -> E", "u:K t:K", entropy),
    "labelN": only("labels", "input u {K} batch {N} | cross_entropy t labels -> E", "u:NK t:N",
                   entropy, labels="t"),
    "label1": only("labels", "input u {K} | cross_entropy t labels -> E", "u:K t:", entropy,
                   labels="t"),
    "bceN": only("bce", "input u {Q} batch {N} | sigmoid -> y | bce t -> E", "u:NQ t:NQ", binary),
    "bce1": only("bce", "input u {R} | sigmoid -> y | bce t -> E", "u:R t:R", binary),
}  # fmt: skip
