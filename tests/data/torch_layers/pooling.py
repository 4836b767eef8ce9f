"""Layers that pool windows or whole images."""

import torch

from symconv.api import Network

from .draws import image, layer, network
from .windows import by_rank, geometry, room, torch_padding

F = torch.nn.functional


def pooling_geometry(d, rank):
    """PyTorch allows a padding of at most half the window."""
    while True:
        size, kernel, stride, dilation, _, _ = geometry(d, rank)
        padding = tuple(d.randint(0, k // 2) for k in kernel)
        if room(size, kernel, dilation, padding, padding):
            return size, kernel, stride, dilation, padding


def uneven(d, padding):
    """Another padding behind, now and then, in which no window of an average lies entirely."""
    return tuple(d.randint(0, p) for p in padding) if d.half() else None


def maxpool(d):
    """A window that lies in the padding entirely, as dilation allows, has no maximum: not here."""
    while True:
        made, arrays, reference = maxpool_case(d)
        if torch.isfinite(reference(torch.tensor(arrays["x"]))).all():
            return made, arrays, reference


def maxpool_case(d):
    rank = d.choice((1, 2, 2, 3))
    size, kernel, stride, dilation, padding = pooling_geometry(d, rank)
    c, n, ceil = d.randint(1, 3), d.randint(1, 3), d.half()
    side_by_side = d.random() < 0.2
    after = None if ceil else uneven(d, padding)
    steps = None if side_by_side else stride
    made = layer("maxpool", kernel, steps, padding, dilation, ceil, after)

    def reference(x):
        steps, before = kernel if side_by_side else stride, padding
        if after is not None:
            x, before = F.pad(x, torch_padding(padding, after), value=-torch.inf), 0
        return by_rank("max_pool", rank)(x, kernel, steps, before, dilation, ceil)

    arrays = {"x": d.some(n, c, *size, ties=d.half())}
    return network((c, *size), made, batch=n), arrays, reference


def dilated_average(d):
    """PyTorch's average has no dilation: a convolution with ones, channel by channel."""
    rank = d.choice((1, 2, 2, 3))
    size, kernel, stride, dilation, padding = pooling_geometry(d, rank)
    c, n, exclude = d.randint(1, 3), d.randint(1, 2), d.half()
    words = {"stride": stride, "padding": padding, "dilation": dilation}
    options = " ".join(f"{k} {'x'.join(map(str, v))}" for k, v in words.items())
    shape, window = ("x".join(map(str, some)) for some in (size, kernel))
    excluded = " exclude_padding" * exclude
    text = f"input x {shape} channels {c} batch {n} | avgpool {window} {options}{excluded} -> y"

    def count(x):
        ones = torch.ones(1, 1, *kernel, dtype=x.dtype)
        each = x.reshape(n * c, 1, *size)
        summed = by_rank("conv", rank)(each, ones, None, stride, padding, dilation)
        return summed.reshape(n, c, *summed.shape[2:])

    def reference(x):
        if exclude:
            return count(x) / count(torch.ones_like(x))
        return count(x) / torch.ones(kernel).sum().to(x.dtype)

    if exclude and not count(torch.ones(n, c, *size)).all():
        return dilated_average(d)  # a mean of nothing has no value
    return Network.parse(text), {"x": d.some(n, c, *size)}, reference


def avgpool(d):
    rank = d.choice((1, 2, 2, 3))
    while True:
        size, kernel, stride, _, padding = pooling_geometry(d, rank)
        if all(h >= k for h, k in zip(size, kernel, strict=True)):  # PyTorch wants that in 3-D
            break
    c, n, exclude, ceil = d.randint(1, 3), d.randint(1, 3), d.half(), d.half()
    divisor = d.randint(1, 5) if rank > 1 and not exclude and d.half() else None
    after = None if ceil else uneven(d, padding)
    made = layer("avgpool", kernel, stride, padding, exclude, divisor, ceil, after)
    arrays = {"x": d.some(n, c, *size)}

    def reference(x):
        options = {"ceil_mode": ceil, "count_include_pad": not exclude}
        options |= {"divisor_override": divisor} if rank > 1 else {}
        pool = by_rank("avg_pool", rank)
        if after is None:
            return pool(x, kernel, stride, padding, **options)
        wide = torch_padding(padding, after)
        share = pool(F.pad(torch.ones_like(x), wide), kernel, stride) if exclude else 1
        return pool(F.pad(x, wide), kernel, stride, **options) / share

    return network((c, *size), made, batch=n), arrays, reference


def global_pool(keyword, function):
    def case(d):
        n, c, h, w = image(d)
        arrays = {"x": d.some(n, c, h, w, ties=d.half())}
        return (
            network((c, h, w), layer(keyword), batch=n),
            arrays,
            lambda x: function(x, 1)[..., 0, 0],
        )

    return case
