"""The networks of `data/networks` in PyTorch: each takes the tensors of its text by their names.

Written from the papers, layer by layer, with the operations that PyTorch has for them. Where the
text has no cost the output is returned.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from paths import ROOT

FOLDER = ROOT / "tests" / "data" / "networks"
F = torch.nn.functional


def normalised(z, g, b):
    """Batch normalisation in training mode."""
    return F.batch_norm(z, None, None, g, b, training=True)


def resnet_basic(x, v, t, **p):
    a = F.relu(normalised(F.conv2d(x, p["w1"], stride=2, padding=1), p["g1"], p["b1"]))
    n = normalised(F.conv2d(a, p["w2"], padding=1), p["g2"], p["b2"])
    shortcut = normalised(F.conv2d(x, v, stride=2), p["g3"], p["b3"])
    return F.mse_loss(F.relu(n + shortcut), t)


def resnet_bottleneck(x, t, **p):
    a = F.relu(normalised(F.conv2d(x, p["w1"]), p["g1"], p["b1"]))
    a = F.relu(normalised(F.conv2d(a, p["w2"], padding=1), p["g2"], p["b2"]))
    return F.mse_loss(F.relu(normalised(F.conv2d(a, p["w3"]), p["g3"], p["b3"]) + x), t)


def mobilenet_v2(x, t, **p):
    a = F.relu6(normalised(F.conv2d(x, p["w1"]), p["g1"], p["b1"]))
    a = F.relu6(normalised(F.conv2d(a, p["w2"], padding=1, groups=6), p["g2"], p["b2"]))
    return F.mse_loss(normalised(F.conv2d(a, p["w3"]), p["g3"], p["b3"]) + x, t)


def squeeze_excitation(x, t, **p):
    squeezed = F.adaptive_avg_pool2d(x, 1).flatten(1)
    hidden = F.relu(F.linear(squeezed, p["W1"], p["b1"]))
    gate = torch.sigmoid(F.linear(hidden, p["W2"], p["b2"]))
    return F.mse_loss(x * gate[:, :, None, None], t)


def fire(x, t, **p):
    s = F.relu(F.conv2d(x, p["w1"], p["b1"]))
    small = F.relu(F.conv2d(s, p["w2"], p["b2"]))
    large = F.relu(F.conv2d(s, p["w3"], p["b3"], padding=1))
    return F.mse_loss(torch.cat([large, small], 1), t)


def unet(x, t, **p):
    def twice(a, first):
        for n in (first, first + 1):
            a = F.relu(F.conv2d(a, p[f"w{n}"], p[f"b{n}"], padding=1))
        return a

    def up(a, n, skip):
        return torch.cat([F.conv_transpose2d(a, p[f"v{n}"], p[f"c{n}"], stride=2), skip], 1)

    first = twice(x, 1)
    second = twice(F.max_pool2d(first, 2), 3)
    a = twice(F.max_pool2d(second, 2), 5)
    a = twice(up(a, 1, second), 7)
    a = twice(up(a, 2, first), 9)
    return F.binary_cross_entropy_with_logits(F.conv2d(a, p["w11"], p["b11"]), t)


def dcgan_generator(x, **p):
    a = F.relu(normalised(F.conv_transpose2d(x, p["w1"]), p["g1"], p["b1"]))
    z = F.conv_transpose2d(a, p["w2"], stride=2, padding=1)
    a = F.relu(normalised(z, p["g2"], p["b2"]))
    return torch.tanh(F.conv_transpose2d(a, p["w3"], stride=2, padding=1))


def dcgan_discriminator(x, t, g, b, **p):
    a = F.leaky_relu(F.conv2d(x, p["w1"], stride=2, padding=1), 0.2)
    a = F.leaky_relu(normalised(F.conv2d(a, p["w2"], stride=2, padding=1), g, b), 0.2)
    return F.binary_cross_entropy_with_logits(F.conv2d(a, p["w3"]), t)


def convnext(x, t, w, b, **p):
    z = F.conv2d(x, w, b, padding=3, groups=4).permute(0, 2, 3, 1)
    h = F.linear(F.layer_norm(z, z.shape[-1:], p["g"], p["c"], 1e-6), p["W1"], p["d1"])
    h = F.linear(F.gelu(h), p["W2"], p["d2"])
    return F.mse_loss(x + (p["s"] * h).permute(0, 3, 1, 2), t)


def gpt(x, t, E, P, **p):
    def norm(a, n):
        return F.layer_norm(a, a.shape[-1:], p[f"g{n}"], p[f"c{n}"])

    def heads(n, weight):
        batch, length, _ = n.shape
        return F.linear(n, weight).reshape(batch, length, 2, -1).transpose(1, 2)

    e = F.embedding(x, E) + P
    n = norm(e, 1)
    attended = F.scaled_dot_product_attention(
        heads(n, p["Q"]), heads(n, p["K"]), heads(n, p["V"]), is_causal=True
    )
    y = e + F.linear(attended.transpose(1, 2).flatten(2), p["O"])
    a = F.gelu(F.linear(norm(y, 2), p["W1"], p["d1"]), approximate="tanh")
    logits = norm(y + F.linear(a, p["W2"], p["d2"]), 3) @ E.T
    return F.cross_entropy(logits.flatten(0, 1), t.flatten())


def lstm(x, h0, c0, t, **p):
    cell = torch.nn.LSTMCell(2, 3, dtype=torch.float64)
    weights = {"weight_ih": p["U"], "weight_hh": p["W"], "bias_ih": p["d"]}
    weights |= {"bias_hh": torch.zeros_like(p["d"])}
    state = (h0, c0)
    for n in range(4):
        state = torch.func.functional_call(cell, weights, (x[:, n], state))
    return F.mse_loss(state[0], t)


def lenet_dropout(x, m, t, **p):
    a = F.max_pool2d(F.relu(F.conv2d(x, p["w1"], p["b1"], padding=2)), 2)
    a = F.max_pool2d(F.relu(F.conv2d(a, p["w2"], p["b2"])), 2).flatten(1)
    r = F.relu(F.linear(a, p["W1"], p["c1"])) * m * 2
    return F.cross_entropy(F.linear(r, p["W2"], p["c2"]), t)


def vgg(x, m, k, t, **p):
    a = x
    for n in range(1, 5):
        z = F.conv2d(a, p[f"w{n}"], p[f"b{n}"], padding=1)
        a = F.relu(normalised(z, p[f"g{n}"], p[f"d{n}"]))
        a = a if n % 2 else F.max_pool2d(a, 2)
    r = 2 * m * F.relu(F.linear(a.flatten(1), p["W1"], p["c1"]))
    r = 2 * k * F.relu(F.linear(r, p["W2"], p["c2"]))
    return F.cross_entropy(F.linear(r, p["W3"], p["c3"]), t)


class WithWeights(torch.nn.Module):
    """One of these functions as a module: some of its tensors are weights, the others are given."""

    def __init__(self, reference, weights, names):
        super().__init__()
        self.reference, self.names = reference, names
        for name, array in weights.items():
            self.register_parameter(name, torch.nn.Parameter(torch.tensor(array)))

    def forward(self, *inputs):
        given = dict(zip(self.names, inputs, strict=True))
        return self.reference(**given, **dict(self.named_parameters()))


@dataclass(frozen=True)
class RealNetwork:
    """A network in PyTorch, and which of its tensors are class numbers or masks, not any number.

    `classes` are the counts of classes by the tensor of numbers; `masks` are of zeros and ones.
    """

    reference: object
    classes: dict[str, int] = field(default_factory=dict)
    masks: tuple[str, ...] = ()

    @property
    def text(self):
        return (FOLDER / f"{self.reference.__name__}.txt").read_text(encoding="utf-8")

    def draw(self, shapes, seed):
        """Numbers for tensors of these shapes."""
        draw = np.random.default_rng(seed)
        made = {}
        for name, shape in shapes.items():
            if name in self.classes:
                made[name] = draw.integers(0, self.classes[name], size=shape)
            elif name in self.masks:
                made[name] = draw.integers(0, 2, size=shape).astype(float)
            else:
                made[name] = draw.normal(size=shape)
        return made

    def module(self, network, seed):
        """A module of PyTorch for the network of the text, and its inputs by their names.

        Weights are what the text has as parameters; all else is given, and what may have a gradient
        of it is asked for one.
        """
        roles = ("parameter", "input", "target")
        given = {t.key.replace("^", ""): t for t in network.program.tensors if t.role in roles}
        arrays = self.draw({n: [int(s) for s in t.shape] for n, t in given.items()}, seed)
        weights = {n: a for n, a in arrays.items() if given[n].role == "parameter"}
        inputs = {n: torch.tensor(a) for n, a in arrays.items() if n not in weights}
        for tensor in network.backward().wrt:
            if tensor.key in inputs:
                inputs[tensor.key].requires_grad_()
        return WithWeights(self.reference, weights, list(inputs)), inputs


NETWORKS = {
    made.reference.__name__: made
    for made in (
        RealNetwork(resnet_basic),
        RealNetwork(resnet_bottleneck),
        RealNetwork(mobilenet_v2),
        RealNetwork(squeeze_excitation),
        RealNetwork(fire),
        RealNetwork(unet),
        RealNetwork(dcgan_generator),
        RealNetwork(dcgan_discriminator),
        RealNetwork(convnext),
        RealNetwork(gpt, classes={"x": 7, "t": 7}),
        RealNetwork(lstm),
        RealNetwork(lenet_dropout, classes={"t": 4}, masks=("m",)),
        RealNetwork(vgg, classes={"t": 4}, masks=("m", "k")),
    )
}
