"""Degenerate sizes: what torch computes is computed, what torch refuses is refused clearly."""

import math
from functools import cache
from itertools import product

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

torch = pytest.importorskip("torch")
F = torch.nn.functional


def padded(x, p, value):
    """Padding by torch.pad: its pools refuse more than half a window, which has a meaning, too."""
    return F.pad(x, (p, p, p, p), value=value)


LAYERS = {
    "conv": (
        "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d",
        lambda x, w, d, p, s: F.conv2d(x, w, stride=s, padding=p, dilation=d),
    ),
    "maxpool": (
        "input x NxCxHxW | maxpool k1xk2 stride s padding p dilation d",
        lambda x, k1, k2, d, p, s: F.max_pool2d(padded(x, p, -math.inf), (k1, k2), s, 0, d),
    ),
    "avgpool": (
        "input x NxCxHxW | avgpool k1xk2 stride s padding p",
        lambda x, k1, k2, p, s: F.avg_pool2d(padded(x, p, 0), (k1, k2), s),
    ),
    "transposed_conv": (
        "input x NxCxHxW | transposed_conv w k1xk2 channels F stride s padding p dilation d",
        lambda x, w, d, p, s: F.conv_transpose2d(x, w, stride=s, padding=p, dilation=d),
    ),
}
SHAPES = [(0, 2, 5, 5), (2, 1, 1, 1), (1, 2, 1, 4), (1, 1, 2, 5), (2, 2, 4, 7)]
KERNELS = [(1, 1), (2, 3), (3, 3), (5, 1)]
HYPER = [(1, 0, 1), (2, 1, 1), (5, 0, 1), (1, 2, 2), (3, 1, 2)]


@cache
def module(layer):
    return Network.parse(LAYERS[layer][0]).compile()


def arguments(layer, shape, kernel, hyper):
    s, p, d = hyper
    rng = np.random.default_rng(sum(shape) + 7 * sum(kernel))
    arrays, sizes = {"x": rng.normal(size=shape)}, {"s": s, "p": p, "d": d}
    if layer == "conv":
        arrays["w"] = rng.normal(size=(3, shape[1], *kernel))
    elif layer == "transposed_conv":
        arrays["w"] = rng.normal(size=(shape[1], 3, *kernel))
    else:
        sizes |= {"k1": kernel[0], "k2": kernel[1]}
    if layer == "avgpool":
        del sizes["d"]
    return arrays, sizes


def by_torch(layer, arrays, sizes):
    """The output of torch and its gradients; None where torch refuses."""
    tensors = {k: torch.tensor(a, requires_grad=True) for k, a in arrays.items()}
    try:
        output = LAYERS[layer][1](**tensors, **sizes)
    except RuntimeError:
        return None
    cotangent = torch.tensor(np.random.default_rng(1).normal(size=tuple(output.shape)))
    (output * cotangent).sum().backward()
    return output.detach().numpy(), cotangent.numpy(), {k: t.grad for k, t in tensors.items()}


@pytest.mark.parametrize("layer", LAYERS)
def test_it_is_computed_as_torch_does_or_refused_clearly(layer):
    computed = refused = 0
    for shape, kernel, (s, p, d) in product(SHAPES, KERNELS, HYPER):
        arrays, sizes = arguments(layer, shape, kernel, (s, p, d))
        wanted = by_torch(layer, arrays, sizes)
        if layer == "maxpool" and p > d * (min(kernel) - 1):  # a window without any entry
            wanted = None
        if wanted is None:
            refused += _refuses(layer, arrays, sizes)
            continue
        output, cotangent, gradients = wanted
        made = module(layer)
        values = made.forward(**arrays, **sizes)
        np.testing.assert_allclose(values[0], output, atol=1e-12, err_msg=str((shape, sizes)))
        known = {**arrays, **sizes, "values": values}
        known[f"delta_{values._fields[0]}"] = cotangent
        taken = made.module.backward.__code__.co_varnames
        found = made.backward(**{k: v for k, v in known.items() if k in taken})
        for key, g in gradients.items():
            np.testing.assert_allclose(getattr(found, f"d{key}"), g.numpy(), atol=1e-12)
        computed += 1
    assert computed >= 40
    assert refused >= 5


def _refuses(layer, arrays, sizes):
    with pytest.raises(ValueError, match=r" is -?\d+, but must be at least 1$"):
        module(layer).forward(**arrays, **sizes)
    return 1


@pytest.mark.parametrize("layer", ["conv", "maxpool"])
def test_a_delta_of_the_wrong_size_is_refused(layer):
    arrays, sizes = arguments(layer, (2, 2, 6, 6), (3, 3), (1, 0, 1))
    made = module(layer)
    values = made.forward(**arrays, **sizes)
    wrong = np.ones((*values[0].shape[:3], 3))
    known = {**arrays, **sizes, "values": values, f"delta_{values._fields[0]}": wrong}
    taken = made.module.backward.__code__.co_varnames
    with pytest.raises(ValueError, match=r"has the shape \(2, ., 4, 3\), not \(2, ., 4, 4\)"):
        made.backward(**{k: v for k, v in known.items() if k in taken})


def test_a_mean_over_nothing_is_refused():
    made = Network.parse("input x 3 batch N | mse t").compile()
    with pytest.raises(ValueError, match=r"^N is 0, but must be at least 1$"):
        made.forward(x=np.zeros((0, 3)), t=np.zeros((0, 3)))
    total = Network.parse("input x 3 batch N | sse t").compile()
    assert total.forward(x=np.zeros((0, 3)), t=np.zeros((0, 3)))[-1] == 0


@pytest.mark.parametrize(
    "text",
    [
        "input x 4x4 | maxpool 2 padding 3 | sse t",
        "input x 6 | y[i] = logsumexp(m<3) x[i+m-5] for i<6 | sse t",
        "input x 6 | y[i] = max(m<3) x[2*i+m] for i<4 | sse t",
    ],
)
def test_a_window_without_entries_is_refused(text):
    with pytest.raises(SymconvError, match=r"the window at . = . lies wholly beyond"):
        Network.parse(text)


def test_a_window_that_only_hangs_over_is_not():
    made = Network.parse("input x 6 | y[i] = logsumexp(m<3) x[i+m-2] for i<8").compile()
    x = np.linspace(-1, 1, 6)
    windows = [x[max(i - 2, 0) : i + 1] for i in range(8)]
    wanted = [np.log(np.exp(w).sum()) for w in windows]
    np.testing.assert_allclose(made.forward(x=x)[0], wanted)
