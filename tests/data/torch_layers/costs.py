"""Costs with every reduction and option that they have."""

import numpy as np
import torch

from .draws import image, layer, network

F = torch.nn.functional


def loss(keyword, function, reductions=("mean", "sum", "none"), options=(None,)):
    """A loss with every reduction it has."""

    def case(d):
        shape = image(d)
        reduction, option = d.choice(reductions), d.choice(options)
        own = {"reduction": reduction} if len(reductions) > 1 else {}
        own |= {"beta": option} if option else {}
        made = network(shape[1:], layer(keyword, "t", **own), batch=shape[0])
        x, t = (d.some(*shape, ties=keyword == "l1") for _ in range(2))
        if keyword.startswith("bce"):
            t = 1 / (1 + np.exp(-t))
            x = 1 / (1 + np.exp(-x)) if keyword == "bce" else x * 5
        more = {"beta": float(option)} if option else {}
        return made, {"x": x, "t": t}, lambda x, t: function(x, t, reduction=reduction, **more)

    return case


def cross_entropy(d):
    n, q = d.randint(1, 4), d.randint(2, 5)
    space = () if d.half() else d.axes(2, 1, 3)
    reduction, labels = d.choice(("mean", "sum", "none")), d.half()
    made = layer("cross_entropy", "t", reduction, labels)
    # Larger logits make loss and gradient a difference of equal numbers, in PyTorch, too.
    x = d.some(n, q, *space) * d.choice((1, 3))
    if labels:
        t = np.random.default_rng(d.getrandbits(32)).integers(0, q, size=(n, *space))
    else:
        t = np.abs(d.some(n, q, *space))
        t = t / t.sum(axis=1, keepdims=True)
    arrays = {"x": x, "t": t}
    return (
        network((q, *space), made, batch=n),
        arrays,
        lambda x, t: F.cross_entropy(x, t, reduction=reduction),
    )


def squared(factor):
    """A sum of squares, as a loss of PyTorch with a sum."""

    def function(x, t, reduction):  # noqa: ARG001 - the other losses have it
        return factor * F.mse_loss(x, t, reduction="sum")

    return function
