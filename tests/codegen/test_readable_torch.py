"""Emitted modules agree with PyTorch's automatic differentiation, in value and in type."""

import inspect
import random

import numpy as np
import pytest
from sympy import Integer

from symconv.api import Network
from symconv.codegen.python.allowlist import READABLE
from symconv.codegen.python.render_module import render_module
from symconv.codegen.readable.module import readable_module

torch = pytest.importorskip("torch")
functional = torch.nn.functional


def loaded(text, notation="ij0"):
    network = Network.parse(text, notation)
    backward = network.backward()
    module = render_module(
        readable_module(
            network.program,
            backward.program,
            returned=backward.results,
            seed=backward.seed,
            title=text.split("|")[0],
        ),
        READABLE,
    )
    space = {"__name__": "emitted"}
    exec(compile(module, "<emitted>", "exec"), space)
    return space


def called(function, known):
    return function(**{k: known[k] for k in inspect.signature(function).parameters})


def compared(space, arrays, sizes, reference, dtype=np.float64):
    """Run the module and PyTorch on the same numbers; `reference` gives the output."""
    arrays = {k: a.astype(dtype) for k, a in arrays.items()}
    tensors = {k: torch.tensor(a, requires_grad=True) for k, a in arrays.items()}
    values = called(space["forward"], {**sizes, **arrays})
    output = reference(**tensors)
    seed = np.random.default_rng(1).normal(size=output.shape).astype(dtype)
    (output * torch.tensor(seed)).sum().backward()
    name = next(
        p for p in (*inspect.signature(space["backward"]).parameters, "") if p[:6] in {"delta_", ""}
    )
    known = {**sizes, **arrays, "values": values, **({name: seed} if name else {})}
    if not name:
        tensors = {k: torch.tensor(a, requires_grad=True) for k, a in arrays.items()}
        reference(**tensors).backward()
    gradients = called(space["backward"], known)
    tolerance = 1e-10 if dtype == np.float64 else 2e-4
    last = np.asarray(values[-1])
    np.testing.assert_allclose(last, output.detach().numpy(), tolerance, tolerance)
    for field, gradient in gradients._asdict().items():
        wanted = tensors[field[1:]].grad.numpy()
        assert gradient.dtype == dtype, field
        np.testing.assert_allclose(gradient, wanted, tolerance, tolerance, err_msg=field)


def normal(seed, **shapes):
    rng = np.random.default_rng(seed)
    return {k: rng.normal(size=shape) for k, shape in shapes.items()}


SYMBOLIC = "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias beta -> z"


def geometry(seed):
    """Random hyper-parameters for which the output has at least one entry."""
    rng = random.Random(seed)
    while True:
        s, d, p = rng.randint(1, 4), rng.randint(1, 3), rng.randint(0, 3)
        k1, k2, h, w = (rng.randint(1, n) for n in (4, 4, 9, 9))
        if all(n + 2 * p >= d * (k - 1) + 1 for n, k in ((h, k1), (w, k2))):
            return s, d, p, k1, k2, h, w


@pytest.fixture(scope="module")
def symbolic():
    return loaded(SYMBOLIC)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_one_symbolic_convolution(symbolic, seed, dtype):
    s, d, p, k1, k2, h, w = geometry(seed)
    arrays = normal(seed, x=(2, 3, h, w), w=(4, 3, k1, k2), beta=(4,))

    def reference(x, w, beta):
        return functional.conv2d(x, w, beta, stride=s, padding=p, dilation=d)

    compared(symbolic, arrays, {"s": s, "d": d, "p": p}, reference, dtype)


@pytest.mark.parametrize(
    ("k", "s", "p", "size"),
    [
        (7, 3, 2, 16),
        (2, 3, 0, 8),
        (1, 1, 0, 5),
        (1, 2, 0, 6),
        (5, 1, 0, 5),
        (6, 1, 1, 4),
        (3, 2, 1, 8),
    ],
)
def test_concrete_convolution(k, s, p, size):
    layer = f"conv w {k}x{k} channels 4 stride {s} padding {p} bias beta -> z"
    text = f"input x 2x3x{size}x{size} | {layer}"
    arrays = normal(k, x=(2, 3, size, size), w=(4, 3, k, k), beta=(4,))
    compared(
        loaded(text), arrays, {},
        lambda x, w, beta: functional.conv2d(x, w, beta, stride=s, padding=p),
    )  # fmt: skip


@pytest.mark.parametrize(("k", "s", "p"), [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 3, 0), (3, 3, 0)])
@pytest.mark.parametrize("layer", ["maxpool", "avgpool"])
@pytest.mark.parametrize("ties", [False, True])
def test_pooling(layer, k, s, p, ties):
    arrays = normal(k, x=(2, 3, 7, 8))
    if ties:
        arrays = {"x": np.round(arrays["x"])}
    pool = {
        "maxpool": lambda x: functional.max_pool2d(x, k, s, p),
        "avgpool": lambda x: functional.avg_pool2d(x, k, s, p),
    }[layer]
    space = loaded(f"input x 2x3x7x8 | {layer} {k} stride {s} padding {p} -> y")
    compared(space, arrays, {}, pool)


def test_network_of_every_layer():
    space = loaded(
        "input x Nx2x9x9 | conv w 3x3 channels 4 padding 1 bias b -> z | relu -> r "
        "| maxpool 3 stride 2 -> p | tanh -> q | conv u 2x2 channels 3 stride 2 -> e "
        "| sigmoid -> a | flatten -> v | dense W 5 bias c -> h | half_sse t -> C"
    )
    arrays = normal(
        5, x=(3, 2, 9, 9), w=(4, 2, 3, 3), b=(4,), u=(3, 4, 2, 2), W=(5, 12), c=(5,), t=(3, 5)
    )

    def reference(x, w, b, u, W, **last):
        p = functional.max_pool2d(torch.relu(functional.conv2d(x, w, b, padding=1)), 3, 2)
        a = torch.sigmoid(functional.conv2d(torch.tanh(p), u, stride=2))
        return ((a.flatten(1) @ W.T + last["c"] - last["t"]) ** 2).sum() / 2

    for dtype in (np.float64, np.float32):
        compared(space, arrays, {}, reference, dtype)


def test_sizes_that_are_sympy_integers_and_symbols_give_one_result():
    fixed = loaded("input x 1x2x5x6 | conv w 2x3 channels 2 -> z")
    open_ = loaded("input x NxCxHxW | conv w k1xk2 channels F -> z")
    arrays = normal(2, x=(1, 2, 5, 6), w=(2, 2, 2, 3))
    first, second = (called(space["forward"], arrays).z for space in (fixed, open_))
    np.testing.assert_array_equal(first, second)
    assert first.shape == (1, int(Integer(2)), 4, 4)
