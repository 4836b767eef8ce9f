"""Windows that fit into their images, and PyTorch's words for them."""

import torch

F = torch.nn.functional


def by_rank(name, rank):
    return getattr(F, f"{name}{rank}d")


def room(size, kernel, dilation, before, after):
    """Whether a window fits on every axis."""
    rows = zip(size, kernel, dilation, before, after, strict=True)
    return all(n + a + b >= d * (k - 1) + 1 for n, k, d, a, b in rows)


def torch_padding(before, after):
    return [p for pair in reversed(list(zip(before, after, strict=True))) for p in pair]


def geometry(d, rank):
    """Sizes of an image and a window that fits."""
    largest = {1: 12, 2: 9, 3: 5}[rank]
    while True:
        size, kernel = d.axes(rank, 1, largest), d.axes(rank, 1, 4 if rank < 3 else 3)
        stride, dilation = d.axes(rank, 1, 4), d.axes(rank, 1, 3)
        before = d.axes(rank, 0, 3)
        after = before if d.half() else d.axes(rank, 0, 3)
        if room(size, kernel, dilation, before, after):
            return size, kernel, stride, dilation, before, after
