"""LeNet-5 at its own size: its styles agree with PyTorch and with each other."""

from functools import cache
from inspect import signature

import numpy as np
import pytest

from symconv.api import Network

TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}
"""The largest error, seen against the largest entry of an array."""


@cache
def network(fixed=None):
    """LeNet-5 for a batch of any size, or of one that is fixed."""
    found = Network.example("lenet5")
    return found.fixed(N=fixed) if fixed else found


@cache
def module(style, fixed=None):
    return network(fixed).compile(style).module


def given(batch, kind, seed=0):
    """Random classes, and multiples of 1/8: what relu and maximum see is exact in either kind.

    A sum over the entries of a filter stays around 1, and some maxima have several places.
    """
    random, names = np.random.default_rng(seed), network()._module_names.tensors
    program, found = network().program, {}
    for t in program.tensors:
        if program.equation(t.key) is None:
            shape = [int(n) if n.is_Integer else batch for n in t.shape]
            if t.role == "target":
                found[names[t.key]] = random.integers(10, size=shape)
                continue
            many = np.prod(shape[1:]) if t.role == "parameter" else 1
            drawn = random.standard_normal(shape) / np.sqrt(many)
            found[names[t.key]] = (np.round(8 * drawn) / 8).astype(kind)
    return found


def called(function, known):
    return function(**{k: known[k] for k in signature(function).parameters if k in known})


def step(made, arrays):
    """The values that are kept, and the gradients, by name."""
    values = called(made.forward, arrays)
    gradients = called(made.backward, arrays | {"values": values})
    assert len(gradients) == 11
    return {n: getattr(a, n) for a in (values, gradients) for n in a._fields}


def assert_agree(found, right, kind):
    """The same cost, output and gradients of that kind, and whatever else both have kept."""
    common = found.keys() & right.keys()
    assert {"C", "h3", *(n for n in right if n.startswith("d"))} <= common
    for name in sorted(common):
        a, b = np.asarray(found[name]), np.asarray(right[name])
        assert (a.dtype, a.shape) == (kind, b.shape), name
        size = np.abs(b).max()
        assert size > 0, name
        np.testing.assert_allclose(a / size, b / size, 0, TOLERANCE[kind], err_msg=name)


def by_torch(arrays):
    """The output, the cost and the gradients in float64."""
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    numbers = {n: a for n, a in arrays.items() if n != "t"}
    k = {n: torch.tensor(a, dtype=torch.float64, requires_grad=True) for n, a in numbers.items()}
    p = f.max_pool2d(f.relu(f.conv2d(k["x"], k["w1"], k["b1"], padding=2)), 2)
    p = f.max_pool2d(f.relu(f.conv2d(p, k["w2"], k["b2"])), 2)
    r = f.relu(f.linear(p.flatten(1), k["W1"], k["c1"]))
    r = f.relu(f.linear(r, k["W2"], k["c2"]))
    output = f.linear(r, k["W3"], k["c3"])
    cost = f.cross_entropy(output, torch.tensor(arrays["t"]))
    cost.backward()
    found = {f"d{n}": a.grad.numpy() for n, a in k.items()}
    return found | {"h3": output.detach().numpy(), "C": cost.detach().numpy()}


def agrees_with_torch(made, batch, kind, seed=0):
    arrays = given(batch, kind, seed)
    assert_agree(step(made, arrays), by_torch(arrays), kind)


@pytest.mark.parametrize("kind", TOLERANCE)
@pytest.mark.parametrize("style", ["readable", "fast"])
def test_it_agrees_with_torch(style, kind):
    agrees_with_torch(module(style), 2, kind)


@pytest.mark.parametrize("kind", TOLERANCE)
@pytest.mark.parametrize("fixed", [2, 32])
def test_it_agrees_with_torch_where_the_batch_is_a_number(fixed, kind):
    agrees_with_torch(module("fast", fixed), fixed, kind)


@pytest.mark.parametrize("kind", TOLERANCE)
@pytest.mark.parametrize("batch", [1, 2, 33])
def test_fast_agrees_with_readable(batch, kind):
    arrays = given(batch, kind, seed=1)
    assert_agree(step(module("fast"), arrays), step(module("readable"), arrays), kind)


@pytest.mark.long
@pytest.mark.parametrize("kind", TOLERANCE)
@pytest.mark.parametrize("batch", [1, 16])
def test_loops_agree_with_readable(batch, kind):
    arrays = given(batch, kind, seed=2)
    assert_agree(step(module("loops"), arrays), step(module("readable"), arrays), kind)


@pytest.mark.long
@pytest.mark.parametrize("kind", TOLERANCE)
@pytest.mark.parametrize("batch", [1, 7, 64, 100])
@pytest.mark.parametrize("style", ["readable", "fast"])
def test_it_agrees_with_torch_for_any_batch(style, batch, kind):
    for seed in range(4):
        agrees_with_torch(module(style), batch, kind, seed)
