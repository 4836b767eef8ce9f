"""Layers that act on every entry alone, or scale it by statistics of others."""

import torch

from .draws import image, layer, network

F = torch.nn.functional


def pointwise(keyword, function, **options):
    """A layer that acts on every entry, at zeros too."""

    def case(d):
        shape = image(d)
        own = {name: d.choice(values) for name, values in options.items()}
        made = network(shape[1:], layer(keyword, **own), batch=shape[0])
        arrays = {"x": d.some(*shape, ties=d.half()) * d.choice((1, 4))}
        return made, arrays, lambda x: function(x, **{k: float(v) for k, v in own.items()})

    return case


def softmax(keyword):
    def case(d):
        n, q = d.randint(1, 4), d.randint(1, 5)
        space = () if d.half() else d.axes(2, 1, 3)
        # Larger logits make the gradient a difference of equal numbers, in PyTorch, too.
        arrays = {"x": d.some(n, q, *space) * d.choice((1, 3))}
        made = network((q, *space), layer(keyword), batch=n)
        return made, arrays, lambda x: getattr(F, keyword)(x, dim=1)

    return case


def norm(keyword, function):
    """A normalisation of images; `function(x, weight, bias, epsilon, groups)` is PyTorch's."""

    def case(d):
        groups = d.choice((1, 2, 3)) if keyword == "groupnorm" else 1
        n, c, h, w = d.randint(2, 4), groups * d.randint(1, 3), *d.axes(2, 2, 4)
        scaled = d.half()
        bias = scaled and keyword != "rmsnorm"
        shape = (c, h, w) if keyword in {"layernorm", "rmsnorm"} else (c,)
        epsilon = d.choice(("0.00001", "0.1"))
        more = {"groups": groups} if keyword == "groupnorm" else {}
        made = layer(keyword, "g" if scaled else None, "beta" if bias else None, epsilon, **more)
        arrays = {"x": d.some(n, c, h, w)}
        arrays |= {"g": d.some(*shape)} if scaled else {}
        arrays |= {"beta": d.some(*shape)} if bias else {}

        def reference(x, g=None, beta=None):
            return function(x, g, beta, float(epsilon), groups)

        return network((c, h, w), made, batch=n), arrays, reference

    return case


def scale(d):
    n, c, h, w = image(d)
    made = network((c, h, w), layer("scale", "g", "beta"), batch=n)
    arrays = {"x": d.some(n, c, h, w), "g": d.some(c), "beta": d.some(c)}
    return made, arrays, lambda x, g, beta: x * g[:, None, None] + beta[:, None, None]
