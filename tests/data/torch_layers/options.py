"""Layers with each of their options drawn: a network, its arrays, and PyTorch's of the same."""

import numpy as np
import torch

from .draws import layer, network

F = torch.nn.functional


def positive(d, *shape):
    return np.abs(d.some(*shape)) + 0.25


def class_cost(keyword):
    """Smoothing, weights, a class that is ignored, labels and probabilities, every reduction."""

    def case(d):
        n, q = d.randint(2, 5), d.randint(2, 5)
        space = () if d.half() else d.axes(2, 1, 3)
        labels, weighted = d.half(), d.half()
        reduction = d.choice(("mean", "sum", "none"))
        smoothing = d.choice(("0", "0.1", "0.25", "0.9"))
        ignored = d.randrange(q) if labels and d.half() else None
        arrays = {"x": d.some(n, q, *space) * d.choice((1, 3))}
        if keyword == "nll_loss":
            arrays["x"] = -np.abs(arrays["x"])
        drawn = np.random.default_rng(d.getrandbits(32))
        if labels:
            arrays["t"] = drawn.integers(0, q, size=(n, *space))
            # The mean over no sample has no value.
            arrays["t"].reshape(-1)[0] = 0 if ignored else 1
        else:
            arrays["t"] = drawn.dirichlet(np.ones(q), size=(n, *space))
            arrays["t"] = np.moveaxis(arrays["t"], -1, 1)
        if weighted:
            arrays["v"] = positive(d, q)
        made = layer(
            keyword, "t", reduction, labels,
            weights="v" if weighted else None, smoothing=smoothing, ignore=ignored,
        )  # fmt: skip

        def reference(x, t, v=None):
            skipped = -100 if ignored is None else ignored
            if keyword == "nll_loss":
                return likelihood(
                    x, t, v, reduction=reduction, smoothing=float(smoothing), ignored=skipped
                )
            return F.cross_entropy(
                x, t, v, reduction=reduction, ignore_index=skipped, label_smoothing=float(smoothing)
            )

        return network((q, *space), made, batch=n), arrays, reference

    return case


def likelihood(x, t, v, *, reduction, smoothing, ignored):
    """nll_loss, which knows no smoothing and no probabilities: a sum of one for every class."""
    classes = x.shape[1]
    if t.dtype.is_floating_point:
        shares = (1 - smoothing) * t + smoothing / classes
        weights = torch.ones(classes, dtype=x.dtype) if v is None else v
        each = -(shares * x * weights.reshape(-1, *[1] * (x.ndim - 2))).sum(1)
        return {"mean": each.mean, "sum": each.sum, "none": lambda: each}[reduction]()
    sharp = F.nll_loss(x, t, v, ignore_index=ignored, reduction="none")
    every = [torch.full_like(t, q).where(t != ignored, -100) for q in range(classes)]
    smooth = sum(F.nll_loss(x, q, v, ignore_index=-100, reduction="none") for q in every)
    each = (1 - smoothing) * sharp + smoothing / classes * smooth
    if reduction != "mean":
        return each.sum() if reduction == "sum" else each
    counted = F.nll_loss(-torch.ones_like(x), t, v, ignore_index=ignored, reduction="sum")
    return each.sum() / counted


OPTIONS = {
    "cross_entropy": class_cost("cross_entropy"),
    "nll_loss": class_cost("nll_loss"),
}
