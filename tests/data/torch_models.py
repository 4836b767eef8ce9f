"""Small modules of PyTorch: the architectures that people have, with fixed weights."""

import torch
from torch import nn

F = nn.functional


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(1, 3, 5, padding=2), nn.Conv2d(3, 4, 3)
        self.f1, self.f2, self.f3 = nn.Linear(16, 6), nn.Linear(6, 5), nn.Linear(5, 4)

    def forward(self, x, t):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        x = F.relu(self.f2(F.relu(self.f1(torch.flatten(x, 1)))))
        return F.cross_entropy(self.f3(x), t)


class ResidualBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.b1 = nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4)
        self.c2, self.b2 = nn.Conv2d(4, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4)
        self.d, self.bd = nn.Conv2d(3, 4, 1, 2, bias=False), nn.BatchNorm2d(4)

    def forward(self, x):
        y = F.relu(self.b1(self.c1(x)), inplace=True)
        return F.relu(self.b2(self.c2(y)) + self.bd(self.d(x)))


class SqueezeAndExcitation(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.f1, self.f2 = nn.Conv2d(4, 4, 3), nn.Linear(4, 2), nn.Linear(2, 4)

    def forward(self, x):
        x = self.c(x)
        gate = F.relu(self.f1(F.adaptive_avg_pool2d(x, 1).flatten(1)))
        gate = torch.sigmoid(self.f2(gate)).view(-1, 4, 1, 1)
        return F.relu(x * gate).mean((2, 3))


class Fire(nn.Module):
    def __init__(self):
        super().__init__()
        self.s, self.a, self.b = (
            nn.Conv2d(3, 2, 1),
            nn.Conv2d(2, 3, 1),
            nn.Conv2d(2, 3, 3, padding=1),
        )

    def forward(self, x):
        x = F.relu(self.s(x))
        return torch.cat([F.relu(self.a(x)), F.relu(self.b(x))], 1)


class InvertedResidual(nn.Module):
    """MobileNetV2's block."""

    def __init__(self):
        super().__init__()
        self.m = nn.Sequential(
            *(nn.Conv2d(3, 6, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU6(inplace=True)),
            *(nn.Conv2d(6, 6, 3, 1, 1, groups=6, bias=False), nn.BatchNorm2d(6)),
            *(nn.ReLU6(inplace=True), nn.Conv2d(6, 3, 1, bias=False), nn.BatchNorm2d(3)),
        )

    def forward(self, x):
        return x + self.m(x)


class VGG(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(
            *(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 2, 3, padding="same")),
            *(nn.ReLU(), nn.MaxPool2d(2, 2), nn.Conv2d(2, 3, 3, padding=1), nn.ReLU()),
            nn.MaxPool2d(3, 2, ceil_mode=True),
        )
        self.a = nn.AdaptiveAvgPool2d((1, 1))
        self.c = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(), nn.Linear(4, 3))

    def forward(self, x):
        return F.log_softmax(self.c(torch.flatten(self.a(self.f(x)), 1)), 1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.m = (nn.Conv2d(n, n + 1, 3, padding=1) for n in (1, 2, 3))
        self.u, self.v = nn.ConvTranspose2d(4, 3, 2, 2), nn.ConvTranspose2d(3, 2, 2, 2)
        self.c, self.d = nn.Conv2d(6, 3, 3, padding=1), nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x):
        e = F.relu(self.a(x))
        f = F.relu(self.b(F.max_pool2d(e, 2)))
        m = F.relu(self.m(F.max_pool2d(f, 2)))
        f = F.relu(self.c(torch.cat([self.u(m), f], 1)))
        return F.relu(self.d(torch.cat([self.v(f), e], 1)))


class Generator(nn.Module):
    """DCGAN's generator."""

    def __init__(self):
        super().__init__()
        self.m = nn.Sequential(
            *(nn.ConvTranspose2d(5, 4, 4, 1, 0, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
            *(nn.ConvTranspose2d(4, 2, 4, 2, 1, bias=False), nn.BatchNorm2d(2)),
            *(nn.LeakyReLU(0.2), nn.ConvTranspose2d(2, 2, 4, 2, 1, groups=2), nn.Tanh()),
        )

    def forward(self, x):
        return self.m(x)


class LongShortTermMemory(nn.Module):
    def __init__(self):
        super().__init__()
        self.x, self.h = nn.Linear(3, 8), nn.Linear(2, 8)

    def forward(self, x, h, c):
        for t in range(x.shape[1]):
            i, f, g, o = (self.x(x[:, t]) + self.h(h)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return h


class TransformerBlock(nn.Module):
    """GPT's block, with a causal mask."""

    def __init__(self, width=6, heads=2):
        super().__init__()
        self.heads = heads
        self.n1, self.n2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.p = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.f1, self.f2 = nn.Linear(width, 8), nn.Linear(8, width)

    def forward(self, x):
        n, t, d = x.shape
        parts = self.qkv(self.n1(x)).chunk(3, -1)
        q, k, v = (y.view(n, t, self.heads, d // self.heads).transpose(1, 2) for y in parts)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.p(y.transpose(1, 2).reshape(n, t, d))
        return x + self.f2(F.gelu(self.f1(self.n2(x))))


class Signal(nn.Module):
    """One axis of space, numbers with many digits, and a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.c, self.g = nn.Conv1d(2, 3, 3, stride=2, padding=1), nn.GroupNorm(3, 3)
        self.k = nn.Parameter(torch.randn(3, 1))
        self.register_buffer("shift", torch.randn(3, 1))

    def forward(self, x):
        x = F.avg_pool1d(F.elu(self.g(self.c(x))), 2, ceil_mode=True) * self.k - self.shift
        return F.softplus(1 - x * 0.7071067811865476 / 3.3333333333333335) ** 2


class Sequences(nn.Module):
    """Windows along the last axis but one, as sequences of features have it."""

    def __init__(self):
        super().__init__()
        self.l, self.c = nn.Linear(2, 3), nn.Conv1d(3, 4, 3, stride=2, padding=1)
        self.t = nn.ConvTranspose1d(4, 2, 3, stride=2, output_padding=1)

    def forward(self, x):
        y = torch.tanh(self.c(self.l(x).transpose(1, 2)))
        y = F.avg_pool1d(self.t(F.max_pool1d(y, 2, 1, padding=1)), 3, 2, 1)
        return F.pad(y, (1, 0)).transpose(1, 2)


class LanguageModel(nn.Module):
    """A GPT of one block as nanoGPT writes it: masks out of a buffer, places by arange."""

    def __init__(self, words=7, width=6, heads=2, length=4):
        super().__init__()
        self.e, self.p = nn.Embedding(words, width), nn.Embedding(length + 1, width)
        self.a, self.o = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.n, self.h = nn.LayerNorm(width), nn.Linear(width, words, bias=False)
        self.h.weight, self.heads = self.e.weight, heads
        self.register_buffer("mask", torch.tril(torch.ones(length, length)).view(1, 1, length, -1))

    def forward(self, x, t):
        batch, length = x.shape
        y = self.e(x) + self.p(torch.arange(length).unsqueeze(0))
        parts = self.a(self.n(y)).split(y.shape[2], 2)
        q, k, v = (z.view(batch, length, self.heads, -1).transpose(1, 2) for z in parts)
        scores = (q @ k.transpose(-2, -1)) * k.shape[-1] ** -0.5
        scores = scores.masked_fill(self.mask[:, :, :length, :length] == 0, float("-inf"))
        made = (F.softmax(scores, -1) @ v).transpose(1, 2).contiguous().view(y.shape)
        logits = self.h(y + self.o(made))
        return F.cross_entropy(logits.view(-1, logits.shape[2]), t.view(-1), ignore_index=-1)


CASES = {
    "LeNet": (LeNet, ((2, 1, 12, 12), "labels")),
    "residual block": (lambda: ResidualBlock().eval(), ((2, 3, 6, 6),)),
    "squeeze and excitation": (SqueezeAndExcitation, ((2, 4, 5, 5),)),
    "signal": (Signal, ((2, 2, 9),)),
    "sequences": (Sequences, ((2, 7, 2),)),
    "residual block in training": (ResidualBlock, ((2, 3, 6, 6),)),
    "fire": (Fire, ((2, 3, 4, 4),)),
    "inverted residual": (lambda: InvertedResidual().eval(), ((2, 3, 5, 5),)),
    "VGG": (lambda: VGG().eval(), ((2, 1, 8, 8),)),
    "U-Net": (UNet, ((1, 1, 8, 8),)),
    "DCGAN": (Generator, ((2, 5, 1, 1),)),
    "LSTM": (LongShortTermMemory, ((2, 2, 3), (2, 2), (2, 2))),
    "transformer": (TransformerBlock, ((2, 4, 6),)),
}
"""Modules by what they are, with the shapes of their inputs."""


def make_case(name):
    """A module in float64 with random weights and statistics, and its inputs."""
    torch.manual_seed(7)
    torch.set_num_threads(1)
    make, shapes = CASES[name]
    model = make().double()
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d | nn.LayerNorm):
            nn.init.normal_(part.weight)
            nn.init.normal_(part.bias)
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2)
    draw = [torch.tensor([1, 3]) if s == "labels" else torch.randn(s).double() for s in shapes]
    return model, tuple(draw)


def differentiate(model, inputs):
    """The output for inputs, an error signal for it, and the gradients by name.

    Gradients are those by the inputs that require one, or by all real ones where none does.
    """
    some = any(x.requires_grad for x in inputs)
    given = [
        x.detach().clone().requires_grad_(x.requires_grad if some else x.is_floating_point())
        for x in inputs
    ]
    output = model(*given)
    signal = torch.randn_like(output) if output.dim() else torch.ones_like(output)
    leaves = {str(n): x for n, x in enumerate(given) if x.requires_grad}
    leaves |= dict(model.named_parameters())
    found = torch.autograd.grad(output, list(leaves.values()), signal)
    gradients = {n: g.numpy() for n, g in zip(leaves, found, strict=True)}
    return output.detach().numpy(), signal.numpy(), gradients
