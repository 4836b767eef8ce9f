"""Layers that move entries, join branches, or multiply matrices."""

import torch

from symconv.api import Network

from .draws import image, layer, network
from .windows import torch_padding

F = torch.nn.functional


def dense(d):
    n, r, q = d.randint(1, 4), d.randint(1, 6), d.randint(1, 6)
    turned, many = d.half(), d.half()
    alpha, beta = d.choice((("1", "1"), ("0.5", "2"), ("-3", "1"), ("1", "0.25"), ("2", "-1")))
    dense = layer("dense", "w", q, "beta", turned, many, alpha, beta)
    shape = (n, d.randint(1, 3), r) if many else (n, r)
    arrays = {"x": d.some(*shape), "w": d.some(*((r, q) if turned else (q, r))), "beta": d.some(q)}
    a, b = float(alpha), float(beta)

    def reference(x, w, beta):
        w = w.T if turned else w
        if many:
            return a * (x @ w.T) + b * beta
        return torch.addmm(beta, x, w.T, beta=b, alpha=a)

    return network(shape[1:], dense, batch=n), arrays, reference


def dropout(d):
    """The mask is drawn by PyTorch itself, as dropout draws it."""
    shape, rate = image(d), d.choice(("0.5", "0.25", "0"))
    made = network(shape[1:], layer("dropout", "t", rate), batch=shape[0])
    with torch.random.fork_rng():
        torch.manual_seed(d.getrandbits(32))
        kept = F.dropout(torch.ones(shape, dtype=torch.float64), float(rate))
    mask = (kept > 0).double().numpy()
    return made, {"x": d.some(*shape), "t": mask}, lambda x, t: x * t / (1 - float(rate))


def flatten(d):
    shape = image(d)
    made = network(shape[1:], layer("flatten"), batch=shape[0])
    return made, {"x": d.some(*shape)}, lambda x: x.flatten(1)


def upsample(d):
    mode, aligned = d.choice(("nearest", "linear", "bilinear", "bilinear", "trilinear")), d.half()
    rank = {"linear": 1, "trilinear": 3}.get(mode, 2)
    n, c, size, s = d.randint(1, 3), d.randint(1, 3), d.axes(rank, 1, 4), d.axes(rank, 1, 3)
    aligned = aligned and mode != "nearest"
    made = network((c, *size), layer("upsample", s, mode, aligned), batch=n)

    def reference(x):
        corners = None if mode == "nearest" else aligned
        return F.interpolate(x, scale_factor=s, mode=mode, align_corners=corners)

    return made, {"x": d.some(n, c, *size)}, reference


def resize(d):
    """An upsampling to a size, smaller ones among them, with every mode."""
    mode = d.choice(("nearest", "nearest", "linear", "bilinear", "bilinear", "trilinear"))
    rank = {"linear": 1, "trilinear": 3, "nearest": d.randint(1, 3)}.get(mode, 2)
    aligned = d.half() and mode != "nearest"
    n, c, size, to = d.randint(1, 2), d.randint(1, 2), d.axes(rank, 1, 5), d.axes(rank, 1, 8)
    words = f"upsample size {'x'.join(map(str, to))} mode {mode}" + " align_corners" * aligned
    shape = "x".join(map(str, size))
    made = Network.parse(f"input x {shape} channels {c} batch {n} | {words} -> y")

    def reference(x):
        return F.interpolate(x, to, mode=mode, align_corners=aligned if mode != "nearest" else None)

    return made, {"x": d.some(n, c, *size)}, reference


def pad(d):
    rank, mode = d.choice((1, 2, 2, 3)), d.choice(("constant", "circular", "reflect", "replicate"))
    size = d.axes(rank, 1, 5)
    most = {"circular": 0, "reflect": -1}.get(mode, 3)
    while True:
        least = -2 if mode == "constant" else 0  # what PyTorch reads for less is not its own
        before, after = (tuple(d.randint(least, min(3, h + most)) for h in size) for _ in range(2))
        if all(h + p + q > 0 for h, p, q in zip(size, before, after, strict=True)):
            break
    value = d.choice(("0", "0.5", "-2")) if mode == "constant" else "0"
    n, c = d.randint(1, 2), d.randint(1, 2)
    made = network((c, *size), layer("pad", before, after, mode, value), batch=n)

    def reference(x):
        return F.pad(x, torch_padding(before, after), mode, float(value) or None)

    return made, {"x": d.some(n, c, *size)}, reference


def add(d):
    n, c, h, w = image(d)
    made = network((c, h, w), layer("tanh", out="a"), layer("add", "x"), batch=n)
    return made, {"x": d.some(n, c, h, w)}, lambda x: torch.tanh(x) + x


def mul(d):
    n, c, h, w = image(d)
    made = network((c, h, w), layer("tanh", out="a"), layer("mul", "x"), batch=n)
    return made, {"x": d.some(n, c, h, w)}, lambda x: torch.tanh(x) * x


def concat(d):
    n, c, h, w = image(d)
    wide = layer("conv", "w", (1, 1), d.randint(1, 3), out="z")
    made = network((c, h, w), wide, layer("concat", "x"), batch=n)
    arrays = {"x": d.some(n, c, h, w), "w": d.some(wide.channels, c, 1, 1)}
    return made, arrays, lambda x, w: torch.cat((F.conv2d(x, w), x), 1)


def matmul(d):
    n, c, h, w = image(d)
    made = network(
        (c, h, w), layer("tanh", out="a"), layer("matmul", "x", transposed=True), batch=n
    )
    return made, {"x": d.some(n, c, h, w)}, lambda x: torch.tanh(x) @ x.transpose(-1, -2)
