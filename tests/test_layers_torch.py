"""Every layer of the catalogue, forward and all gradients, against PyTorch in float64."""

import math
import random
from functools import cache, partial

import numpy as np
import pytest

from symconv.api import Network
from symconv.layers import catalogue

torch = pytest.importorskip("torch")
F = torch.nn.functional
TOLERANCE = 1e-12


def relative(found, wanted):
    """The largest difference, relative to the largest entry (1 where all are 0)."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert found.size == wanted.size
    assert found.dtype == wanted.dtype == np.float64
    if not wanted.size:
        return 0.0
    difference = np.abs(found.reshape(wanted.shape) - wanted).max()
    return float(difference / (np.abs(wanted).max() or 1.0))


def compared(compiled, arrays, reference, sizes, seed):
    """The errors of the module's output and of its gradients, for random cotangents."""
    tensors = {
        k: torch.tensor(a, requires_grad=a.dtype.kind == "f" and k not in {"t", "y"})
        for k, a in arrays.items()
    }
    output = reference(**tensors)
    values = compiled.forward(**arrays, **sizes)
    errors = {"forward": relative(values[-1], output.detach().numpy())}
    known = {**arrays, **sizes, "values": values}
    cotangent = torch.tensor(np.random.default_rng(seed).normal(size=tuple(output.shape)))
    seeds = [n for k, n in compiled.arrays.items() if n == f"delta_{values._fields[-1]}"]
    if output.ndim == 0:
        output.backward()
    else:
        (output * cotangent).sum().backward()
        known |= {seeds[0]: cotangent.numpy().reshape(np.shape(values[-1]))}
    taken = compiled.module.backward.__code__.co_varnames
    found = compiled.backward(**{k: a for k, a in known.items() if k in taken})
    wanted = {k: t.grad.numpy() for k, t in tensors.items() if t.grad is not None}
    gradients = {k: relative(getattr(found, f"d{k}"), g) for k, g in wanted.items()}
    assert {f"d{k}" for k in wanted} == set(found._fields)
    return errors | {"gradients": max(gradients.values())}


class Draw(random.Random):
    """Random choices of hyper-parameters and arrays."""

    def some(self, *shape, ties=False):
        """Normal numbers; multiples of a half where there shall be ties and zeros."""
        array = np.random.default_rng(self.getrandbits(32)).normal(size=shape)
        return np.round(array * 2) / 2 if ties else array

    def axes(self, rank, low, high):
        return tuple(self.randint(low, high) for _ in range(rank))

    def half(self):
        return self.random() < 0.5


def network(shape, *layers, batch=None):
    made = Network("x", shape, batch=batch)
    for layer in layers:
        made = made >> layer
    return made


def layer(keyword, *values, **options):
    return catalogue()[keyword](*values, **options)


@cache
def compiled_text(text):
    return Network.parse(text).compile()


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
    made = layer(
        "conv", "w", kernel, f, stride, mode or before, None if mode else after, dilation,
        groups, "beta" if bias else None, untied, flip,
    )  # fmt: skip
    rows = zip(size, before, after, dilation, kernel, stride, strict=True)
    out = [(h + a + b - e * (k - 1) - 1) // s + 1 for h, a, b, e, k, s in rows]
    arrays = {"x": d.some(n, c, *size), "w": d.some(f, c // groups, *kernel)}
    if bias:
        arrays["beta"] = d.some(f, *(out if untied else ()))

    def reference(x, w, beta=None):
        taps = w.flip(tuple(range(2, 2 + rank))) if flip else w
        if mode == "same" and set(stride) == {1} and before == after:
            z = by_rank("conv", rank)(x, taps, None, 1, "same", dilation, groups)
        else:
            x = F.pad(x, torch_padding(before, after))
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
    c, f, n = d.randint(1, 3), d.randint(1, 3), d.randint(1, 2)
    made = layer("transposed_conv", "w", kernel, f, stride, padding, extra, dilation, "beta")
    arrays = {"x": d.some(n, c, *size), "w": d.some(c, f, *kernel), "beta": d.some(f)}

    def reference(x, w, beta):
        transposed = by_rank("conv_transpose", rank)
        return transposed(x, w, beta, stride, padding, extra, 1, dilation)

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


def pooling_geometry(d, rank):
    """PyTorch allows a padding of at most half the window."""
    while True:
        size, kernel, stride, dilation, _, _ = geometry(d, rank)
        padding = tuple(d.randint(0, k // 2) for k in kernel)
        if room(size, kernel, dilation, padding, padding):
            return size, kernel, stride, dilation, padding


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
    made = layer("maxpool", kernel, None if side_by_side else stride, padding, dilation, ceil)

    def reference(x):
        steps = kernel if side_by_side else stride
        return by_rank("max_pool", rank)(x, kernel, steps, padding, dilation, ceil)

    arrays = {"x": d.some(n, c, *size, ties=d.half())}
    return network((c, *size), made, batch=n), arrays, reference


def avgpool(d):
    rank = d.choice((1, 2, 2, 3))
    while True:
        size, kernel, stride, _, padding = pooling_geometry(d, rank)
        if all(h >= k for h, k in zip(size, kernel, strict=True)):  # PyTorch wants that in 3-D
            break
    c, n, exclude, ceil = d.randint(1, 3), d.randint(1, 3), d.half(), d.half()
    divisor = d.randint(1, 5) if rank > 1 and not exclude and d.half() else None
    made = layer("avgpool", kernel, stride, padding, exclude, divisor, ceil)
    arrays = {"x": d.some(n, c, *size)}

    def reference(x):
        options = {"ceil_mode": ceil, "count_include_pad": not exclude}
        options |= {"divisor_override": divisor} if rank > 1 else {}
        return by_rank("avg_pool", rank)(x, kernel, stride, padding, **options)

    return network((c, *size), made, batch=n), arrays, reference


def dense(d):
    n, r, q = d.randint(1, 4), d.randint(1, 6), d.randint(1, 6)
    made = network((r,), layer("dense", "w", q, "beta"), batch=n)
    return (
        made,
        {"x": d.some(n, r), "w": d.some(q, r), "beta": d.some(q)},
        lambda x, w, beta: x @ w.T + beta,
    )


def image(d):
    return (d.randint(1, 3), d.randint(1, 4), *d.axes(2, 1, 5))


def pointwise(keyword, function, **options):
    """A layer that acts on every entry, at zeros too."""

    def case(d):
        shape = image(d)
        own = {name: d.choice(values) for name, values in options.items()}
        made = network(shape[1:], layer(keyword, **own), batch=shape[0])
        arrays = {"x": d.some(*shape, ties=d.half()) * d.choice((1, 4))}
        return made, arrays, lambda x: function(x, **{k: float(v) for k, v in own.items()})

    return case


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


def flatten(d):
    shape = image(d)
    made = network(shape[1:], layer("flatten"), batch=shape[0])
    return made, {"x": d.some(*shape)}, lambda x: x.flatten(1)


def upsample(d):
    n, c, h, w = image(d)
    s = d.axes(2, 1, 3)
    made = network((c, h, w), layer("upsample", s), batch=n)
    return made, {"x": d.some(n, c, h, w)}, lambda x: F.interpolate(x, scale_factor=s)


def pad(d):
    n, c, h, w = image(d)
    before, after = d.axes(2, 0, 3), d.axes(2, 0, 3)
    made = network((c, h, w), layer("pad", before, after), batch=n)
    return made, {"x": d.some(n, c, h, w)}, lambda x: F.pad(x, torch_padding(before, after))


def scale(d):
    n, c, h, w = image(d)
    made = network((c, h, w), layer("scale", "g", "beta"), batch=n)
    arrays = {"x": d.some(n, c, h, w), "g": d.some(c), "beta": d.some(c)}
    return made, arrays, lambda x, g, beta: x * g[:, None, None] + beta[:, None, None]


def add(d):
    n, c, h, w = image(d)
    made = network((c, h, w), layer("tanh", out="a"), layer("add", "x"), batch=n)
    return made, {"x": d.some(n, c, h, w)}, lambda x: torch.tanh(x) + x


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


def squared(factor):
    """A sum of squares, as a loss of PyTorch with a sum."""

    def function(x, t, reduction):  # noqa: ARG001 - the other losses have it
        return factor * F.mse_loss(x, t, reduction="sum")

    return function


CASES = {
    "conv": conv,
    "transposed_conv": transposed_conv,
    "local": local,
    "maxpool": maxpool,
    "avgpool": avgpool,
    "dense": dense,
    "relu": pointwise("relu", F.relu),
    "leaky_relu": pointwise(
        "leaky_relu", lambda x, slope: F.leaky_relu(x, negative_slope=slope), slope=("0.01", "0.5")
    ),
    "elu": pointwise("elu", F.elu, alpha=("1", "0.5")),
    "softplus": pointwise("softplus", lambda x: F.softplus(x, threshold=1000)),
    "gelu": pointwise("gelu", lambda x: F.gelu(x, approximate="tanh")),
    "silu": pointwise("silu", F.silu),
    "sigmoid": pointwise("sigmoid", torch.sigmoid),
    "tanh": pointwise("tanh", torch.tanh),
    "softmax": softmax("softmax"),
    "log_softmax": softmax("log_softmax"),
    "cross_entropy": cross_entropy,
    "sse": loss("sse", squared(1), ("sum",)),
    "half_sse": loss("half_sse", squared(0.5), ("sum",)),
    "mse": loss("mse", F.mse_loss, ("mean",)),
    "l1": loss("l1", F.l1_loss),
    "smooth_l1": loss("smooth_l1", F.smooth_l1_loss, options=(None, "0.5", "2")),
    "bce": loss("bce", F.binary_cross_entropy),
    "bce_logits": loss("bce_logits", F.binary_cross_entropy_with_logits),
    "batchnorm": norm(
        "batchnorm", lambda x, g, b, e, _: F.batch_norm(x, None, None, g, b, training=True, eps=e)
    ),
    "layernorm": norm("layernorm", lambda x, g, b, e, _: F.layer_norm(x, x.shape[1:], g, b, e)),
    "instancenorm": norm(
        "instancenorm", lambda x, g, b, e, _: F.instance_norm(x, None, None, g, b, eps=e)
    ),
    "groupnorm": norm("groupnorm", lambda x, g, b, e, n: F.group_norm(x, n, g, b, e)),
    "rmsnorm": norm("rmsnorm", lambda x, g, _, e, __: F.rms_norm(x, x.shape[1:], g, e)),
    "global_avgpool": global_pool("global_avgpool", F.adaptive_avg_pool2d),
    "global_maxpool": global_pool("global_maxpool", F.adaptive_max_pool2d),
    "flatten": flatten,
    "upsample": upsample,
    "pad": pad,
    "scale": scale,
    "add": add,
    "concat": concat,
    "matmul": matmul,
}
MANY = {"conv", "maxpool", "avgpool", "transposed_conv"}


def check(keyword, seed, worst):
    made, arrays, reference = CASES[keyword](Draw(f"{keyword} {seed}"))
    errors = compared(made.compile(), arrays, reference, {}, seed)
    for quantity, error in errors.items():
        worst(keyword, quantity, error)
    assert max(errors.values()) <= TOLERANCE, (errors, made.spec)


def test_every_layer_of_the_catalogue_is_compared():
    assert sorted(CASES) == sorted(catalogue())


@pytest.mark.parametrize("keyword", sorted(CASES))
def test_layers_agree_with_pytorch(keyword, worst):
    for seed in range(20 if keyword in MANY else 5):
        check(keyword, seed, worst)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("keyword", sorted(CASES))
def test_layers_agree_with_pytorch_on_many_cases(keyword, part, worst):
    count = 60 if keyword in MANY else 10
    for seed in range(1000 + part * count, 1000 + (part + 1) * count):
        check(keyword, seed, worst)


@pytest.mark.parametrize("seed", range(40))
def test_the_cross_entropy_of_confident_logits(seed):
    """A loss next to 0 is a difference of logits: its error is measured by theirs."""
    d = Draw(seed)
    n, q = d.randint(1, 4), d.randint(2, 5)
    x, t = d.some(n, q) * 30, np.random.default_rng(seed).integers(0, q, size=n)
    made = network((q,), layer("cross_entropy", "t", "sum", True), batch=n).compile()  # noqa: FBT003
    logits = torch.tensor(x, requires_grad=True)
    wanted = F.cross_entropy(logits, torch.tensor(t), reduction="sum")
    wanted.backward()
    values = made.forward(x=x, t=t)
    assert abs(values[-1] - wanted.item()) <= TOLERANCE * np.abs(x).max()
    taken = made.module.backward.__code__.co_varnames
    known = {"x": x, "t": t, "values": values}
    found = made.backward(**{k: v for k, v in known.items() if k in taken})
    assert np.abs(found.dx - logits.grad.numpy()).max() <= TOLERANCE


SYMBOLIC = "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias beta -> z"


def torch_names(function):
    """A convolution of PyTorch by our names."""
    return lambda x, w, beta: function(x, w, bias=beta)


def symbolic_case(seed):
    """Batch, channels, filters, image, kernel, stride, padding and dilation."""
    if seed == 0:
        return 2, 3, 4, (16, 16), (7, 7), 3, 2, 1
    d = Draw(seed)
    while True:
        s, p, e = d.randint(1, 4), d.randint(0, 3), d.randint(1, 3)
        size, kernel = d.axes(2, 1, 17), d.axes(2, 1, 7)
        if room(size, kernel, (e, e), (p, p), (p, p)):
            return *d.axes(3, 1, 4), size, kernel, s, p, e


def test_one_compiled_convolution_serves_all_sizes(worst):
    compiled, remainders = compiled_text(SYMBOLIC), 0
    for seed in range(200):
        n, c, f, size, kernel, s, p, e = symbolic_case(seed)
        d = Draw(seed)
        arrays = {"x": d.some(n, c, *size), "w": d.some(f, c, *kernel), "beta": d.some(f)}
        rows = zip(size, kernel, strict=True)
        remainders += any((h + 2 * p - e * (k - 1) - 1) % s for h, k in rows)
        reference = partial(F.conv2d, stride=s, padding=p, dilation=e)
        errors = compared(compiled, arrays, torch_names(reference), {"s": s, "p": p, "d": e}, seed)
        for quantity, error in errors.items():
            worst("conv, all symbolic", quantity, error)
        assert max(errors.values()) <= TOLERANCE, (seed, errors)
    assert remainders > 50
