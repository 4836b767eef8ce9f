"""Layers with each of their options drawn: a network, its arrays, and PyTorch's of the same."""

import numpy as np
import torch

from symconv.api import Network

from .draws import layer, network
from .pooling import dilated_average
from .sequences import asked_of_others
from .shaping import resize

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
        smoothing = d.choice(("0", "0.1", "0.25", "0.9", "1"))
        beyond = d.choice((-100, -1, q, 255))
        ignored = d.choice((None, d.randrange(q), beyond)) if labels else None
        arrays = {"x": d.some(n, q, *space) * d.choice((1, 3))}
        if keyword == "nll_loss":
            arrays["x"] = -np.abs(arrays["x"])
        drawn = np.random.default_rng(d.getrandbits(32))
        if labels:
            arrays["t"] = drawn.integers(0, q, size=(n, *space))
            if ignored is not None:
                arrays["t"][drawn.random(size=(n, *space)) < 0.3] = ignored
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


def binary(keyword, function):
    """Weights of features, samples or entries, in any shape that broadcasts, and of positives."""

    def case(d):
        n, q, space = d.randint(1, 4), d.randint(1, 4), () if d.half() else d.axes(2, 1, 3)
        reduction = d.choice(("mean", "sum", "none"))
        x, t = d.some(n, q, *space), 1 / (1 + np.exp(-d.some(n, q, *space)))
        arrays = {"x": 1 / (1 + np.exp(-x)) if keyword == "bce" else x * d.choice((1, 8)), "t": t}
        weighing = d.choice(("", "class", "sample", "entry", "given"))
        # The shape of the weights as they are given, and as PyTorch takes them.
        wide = (n, q, *space)
        any_ = tuple(d.choice((1, k)) for k in wide)[d.randrange(2) :]
        shape, seen = {
            "": ((), ()),
            "class": ((q,), (q, *[1] * len(space))),
            "sample": ((n,), (n, *[1] * (1 + len(space)))),
            "entry": (wide, wide),
            "given": (any_, any_),
        }[weighing]
        arrays |= {"v": positive(d, *shape)} if weighing else {}
        arrays |= {"p": positive(d, q)} if d.half() else {}
        given = f"constant v {'x'.join(map(str, shape))} channels none | "
        words = [f"weights v per {'class' if weighing == 'given' else weighing}"] * bool(weighing)
        words += ["pos_weight p"] * ("p" in arrays)
        text = (
            f"input x {'x'.join(map(str, wide[1:]))} batch {n} | {given * (weighing == 'given')}"
            f"{keyword} t reduction {reduction} {' '.join(words)} of x"
        )

        def reference(x, t, v=None, p=None):
            v = None if v is None else v.reshape(seen)
            p = None if p is None else p.reshape(-1, *[1] * len(space))
            return function(x, t, v, p, reduction)

        return Network.parse(text), arrays, reference

    return case


def bce(x, t, v, p, reduction):
    """PyTorch's has no weights of positives: those of the entries t and 1 - t, added."""
    weight = torch.ones_like(x) if v is None else v.expand_as(x)
    first = F.binary_cross_entropy(
        x, torch.ones_like(t), weight * t * (1 if p is None else p), reduction=reduction
    )
    return first + F.binary_cross_entropy(
        x, torch.zeros_like(t), weight * (1 - t), reduction=reduction
    )


def bce_logits(x, t, v, p, reduction):
    return F.binary_cross_entropy_with_logits(x, t, v, reduction=reduction, pos_weight=p)


def batchnorm(d):
    """The mean and the variance of the training, as arrays that are given or as inputs."""
    n, c, space = d.randint(1, 4), d.randint(1, 4), () if d.half() else d.axes(2, 1, 3)
    epsilon, names = d.choice(("0.00001", "0.1")), d.choice(("mv", "ab"))
    arrays = {"x": d.some(n, c, *space), names[0]: d.some(c), names[1]: positive(d, c)}
    arrays |= {"g": d.some(c)} if d.half() else {}
    arrays |= {"beta": d.some(c)} if d.half() else {}
    given = "".join(f"input {k} {c} | " for k in names) if names == "ab" else ""
    scaled = " weight g" * ("g" in arrays) + " bias beta" * ("beta" in arrays)
    image = "x".join(map(str, (n, c, *space)))
    text = (
        f"input x {image} | {given}batchnorm inference mean {names[0]} "
        f"variance {names[1]} epsilon {epsilon}{scaled} of x"
    )

    def reference(x, g=None, beta=None, **given):
        wide = (1, c, *[1] * len(space))
        mean, variance = (given[k].reshape(wide) for k in names)
        if names == "mv":
            return F.batch_norm(x, given["m"], given["v"], g, beta, eps=float(epsilon))
        # Of running statistics PyTorch has no gradient: the formula has one.
        y = (x - mean) / torch.sqrt(variance + float(epsilon))
        y = y if g is None else y * g.reshape(wide)
        return y if beta is None else y + beta.reshape(wide)

    return Network.parse(text), arrays, reference


def last_axes(keyword):
    """Layer norms over all axes but the first, or over so many at the end."""

    def case(d):
        shape = d.axes(d.choice((2, 3, 4)), 1, 4)
        # Two entries become 1 and -1, and their gradient a difference of equal numbers.
        shape = (*shape[:-1], shape[-1] + 2)
        last = d.choice((None, *range(1, len(shape) + 1)))
        over = shape[1:] if last is None else shape[len(shape) - last :]
        epsilon = d.choice(("0.00001", "0.1"))
        arrays = {"x": d.some(*shape)}
        arrays |= {"g": d.some(*over)} if d.half() else {}
        arrays |= {"beta": d.some(*over)} if d.half() else {}
        names = ("g" if "g" in arrays else None, "beta" if "beta" in arrays else None)
        made = layer(keyword, *names, epsilon, last=last)

        def reference(x, g=None, beta=None):
            if keyword == "layernorm":
                return F.layer_norm(x, over, g, beta, float(epsilon))
            y = F.rms_norm(x, over, g, float(epsilon))
            return y if beta is None else y + beta

        return network(shape[1:], made, batch=shape[0]), arrays, reference

    return case


def along(keyword):
    """A softmax along any axis, counted from either end."""

    def case(d):
        shape = d.axes(d.choice((2, 3, 4)), 1, 4)
        axis = d.randrange(-len(shape), len(shape))
        made = network(shape[1:], layer(keyword, axis=axis), batch=shape[0])
        return made, {"x": d.some(*shape)}, lambda x: getattr(F, keyword)(x, dim=axis)

    return case


def activation(keyword, function, **options):
    """A function with numbers, drawn with zeros and without."""

    def case(d):
        shape = d.axes(2, 1, 4)
        own = {name: d.choice(values) for name, values in options.items()}
        made = network(shape[1:], layer(keyword, **own), batch=shape[0])
        numbers = {k: float(v) if isinstance(v, str) else v for k, v in own.items()}
        return made, {"x": d.some(*shape, ties=d.half()) * 3}, lambda x: function(x, **numbers)

    return case


def robust(keyword, function, name):
    """The number below which a difference is squared, with every reduction."""

    def case(d):
        shape, number = d.axes(2, 1, 5), d.choice(("0.25", "0.5", "1", "2", "10"))
        reduction = d.choice(("mean", "sum", "none"))
        made = network(shape[1:], layer(keyword, "t", reduction, number), batch=shape[0])
        arrays = {k: d.some(*shape, ties=True) for k in "xt"}
        options = {name: float(number), "reduction": reduction}
        return made, arrays, lambda x, t: function(x, t, **options)

    return case


def softplus(x, beta, threshold):
    return F.softplus(x, beta, 1e9 if threshold is None else threshold)


def gelu(x, *, exact):
    return F.gelu(x, approximate="none" if exact else "tanh")


BY_TARGET = {
    "huber": ("delta 0.5 reduction", lambda x, t, how: F.huber_loss(x, t, how, delta=0.5)),
    "sse": ("", lambda x, t, _: ((x - t) ** 2).sum()),
    "half_sse": ("", lambda x, t, _: ((x - t) ** 2).sum() / 2),
    "mse": ("reduction", lambda x, t, how: F.mse_loss(x, t, reduction=how)),
    "l1": ("reduction", lambda x, t, how: F.l1_loss(x, t, reduction=how)),
    "smooth_l1": (
        "beta 0.5 reduction",
        lambda x, t, how: F.smooth_l1_loss(x, t, reduction=how, beta=0.5),
    ),
    "bce": ("reduction", lambda x, t, how: F.binary_cross_entropy(x, t, reduction=how)),
    "bce_logits": ("reduction", lambda x, t, how: bce_logits(x, t, None, None, how)),
    "cross_entropy": (
        "smoothing 0.1 reduction",
        lambda x, t, how: F.cross_entropy(x, t, reduction=how, label_smoothing=0.1),
    ),
    "nll_loss": (
        "reduction",
        lambda x, t, how: likelihood(x, t, None, reduction=how, smoothing=0.0, ignored=-100),
    ),
}


def by_target(d):
    """The gradient of every cost by its target, too: the second input, or what is made of it."""
    keyword, reduction = d.choice(sorted(BY_TARGET)), d.choice(("mean", "sum", "none"))
    n, q = d.randint(1, 4), d.randint(2, 4)
    words, cost = BY_TARGET[keyword]
    option = f"{words} {reduction}" if words else ""
    made, softmax = d.half(), keyword in {"cross_entropy", "nll_loss"}
    chosen = "softmax" if softmax else "sigmoid"
    stage = f"{chosen} of s -> r | {keyword} r" if made else f"{keyword} s"
    text = f"input x {q} batch {n} | input s {q} batch {n} | {stage} {option} of x"
    x, s = d.some(n, q), d.some(n, q)
    if keyword.startswith("bce"):
        s = 1 / (1 + np.exp(-s))
        x = 1 / (1 + np.exp(-x)) if keyword == "bce" else x

    def reference(x, s):
        t = s if not made else torch.softmax(s, 1) if softmax else torch.sigmoid(s)
        return cost(x, t, reduction)

    return Network.parse(text), {"x": x, "s": s}, reference


OPTIONS = {
    "attention": asked_of_others,
    "avgpool": dilated_average,
    "gradient by the target": by_target,
    "cross_entropy": class_cost("cross_entropy"),
    "nll_loss": class_cost("nll_loss"),
    "batchnorm": batchnorm,
    "bce": binary("bce", bce),
    "bce_logits": binary("bce_logits", bce_logits),
    "elu": activation("elu", F.elu, alpha=("1", "0.5", "2", "-0.5")),
    "gelu": activation("gelu", gelu, exact=(True, False)),
    "huber": robust("huber", F.huber_loss, "delta"),
    "layernorm": last_axes("layernorm"),
    "log_softmax": along("log_softmax"),
    "rmsnorm": last_axes("rmsnorm"),
    "smooth_l1": robust("smooth_l1", F.smooth_l1_loss, "beta"),
    "softmax": along("softmax"),
    "upsample": resize,
    "softplus": activation(
        "softplus", softplus, beta=("1", "2", "0.5"), threshold=(None, "20", "1", "0", "-1")
    ),
}
