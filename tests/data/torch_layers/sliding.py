"""Layers of which every output has a window of its own, with weights."""

import math

import torch

from .draws import layer, network
from .windows import by_rank, geometry, room, torch_padding

F = torch.nn.functional


def conv(d):
    rank = d.choice((1, 2, 2, 3))
    size, kernel, stride, dilation, before, after = geometry(d, rank)
    groups = d.choice((1, 1, 2, 3))
    c, f, n = groups * d.randint(1, 2), groups * d.randint(1, 2), d.randint(1, 3)
    mode = d.choice(("", "", "same", "valid"))
    if mode == "valid" and not room(size, kernel, dilation, (0,) * rank, (0,) * rank):
        mode = ""
    flip, bias = d.half(), d.half()
    untied = bias and d.half()
    if mode:
        whole = [e * (k - 1) for e, k in zip(dilation, kernel, strict=True)]
        before = tuple(p // 2 for p in whole) if mode == "same" else (0,) * rank
        after = tuple(p - p // 2 for p in whole) if mode == "same" else (0,) * rank
    border = d.choice(("constant", "constant", "circular", "reflect", "replicate"))
    most = {"circular": 0, "reflect": 1}.get(border, -99)
    if any(max(p, q) > h - most for h, p, q in zip(size, before, after, strict=True)):
        border = "replicate"
    made = layer(
        "conv", "w", kernel, f, stride, mode or before, None if mode else after, dilation,
        groups, "beta" if bias else None, untied, flip, border,
    )  # fmt: skip
    rows = zip(size, before, after, dilation, kernel, stride, strict=True)
    out = [(h + a + b - e * (k - 1) - 1) // s + 1 for h, a, b, e, k, s in rows]
    arrays = {"x": d.some(n, c, *size), "w": d.some(f, c // groups, *kernel)}
    if bias:
        arrays["beta"] = d.some(f, *(out if untied else ()))

    def reference(x, w, beta=None):
        taps = w.flip(tuple(range(2, 2 + rank))) if flip else w
        if border == "constant" and mode == "same" and set(stride) == {1} and before == after:
            z = by_rank("conv", rank)(x, taps, None, 1, "same", dilation, groups)
        else:
            x = F.pad(x, torch_padding(before, after), border)
            z = by_rank("conv", rank)(x, taps, None, stride, 0, dilation, groups)
        if beta is None:
            return z
        return z + (beta if untied else beta.reshape(-1, *[1] * rank))

    return network((c, *size), made, batch=n), arrays, reference


def transposed_conv(d):
    rank = d.choice((1, 2, 2, 3))
    while True:
        size, kernel, stride, dilation, padding, _ = geometry(d, rank)
        size = tuple(min(n, 5) for n in size)
        extra = tuple(d.randint(0, max(s, e) - 1) for s, e in zip(stride, dilation, strict=True))
        rows = zip(size, stride, padding, dilation, kernel, extra, strict=True)
        if all((h - 1) * s - 2 * p + e * (k - 1) + q + 1 > 0 for h, s, p, e, k, q in rows):
            break
    groups = d.choice((1, 1, 2, 3))
    c, f, n = groups * d.randint(1, 2), groups * d.randint(1, 2), d.randint(1, 2)
    made = layer(
        "transposed_conv", "w", kernel, f, stride, padding, extra, dilation, "beta", groups
    )
    arrays = {"x": d.some(n, c, *size), "w": d.some(c, f // groups, *kernel), "beta": d.some(f)}

    def reference(x, w, beta):
        transposed = by_rank("conv_transpose", rank)
        return transposed(x, w, beta, stride, padding, extra, groups, dilation)

    return network((c, *size), made, batch=n), arrays, reference


def local(d):
    size, kernel, stride, dilation, padding, _ = geometry(d, 2)
    while not room(size, kernel, dilation, padding, padding):
        size, kernel, stride, dilation, padding, _ = geometry(d, 2)
    c, f, n = d.randint(1, 3), d.randint(1, 3), d.randint(1, 2)
    rows = zip(size, padding, dilation, kernel, stride, strict=True)
    out = [(h + 2 * p - e * (k - 1) - 1) // s + 1 for h, p, e, k, s in rows]
    made = layer("local", "w", kernel, f, stride, padding, dilation)
    arrays = {"x": d.some(n, c, *size), "w": d.some(f, *out, c, *kernel)}

    def reference(x, w):
        columns = F.unfold(x, kernel, dilation, padding, stride)
        flat = w.reshape(f, math.prod(out), c * math.prod(kernel))
        return torch.einsum("nkl,flk->nfl", columns, flat).reshape(n, f, *out)

    return network((c, *size), made, batch=n), arrays, reference
