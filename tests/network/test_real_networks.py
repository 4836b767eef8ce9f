"""Networks that people build, written by hand in the network language, against PyTorch."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.codegen.styles import STYLES

torch = pytest.importorskip("torch")
NETWORKS = pytest.importorskip("torch_networks").NETWORKS
TOLERANCE = 1e-10

CHEAP = ("squeeze_excitation", "fire", "lenet_dropout", "lstm")


def largest_difference(pairs):
    """The largest |found - right|, relative to the largest entry of all that is right.

    Of all: a bias in front of batch normalisation has the gradient 0, which is a rounding error.
    """
    assert all(np.size(a) == np.size(b) for a, b in pairs)
    apart = max(np.abs(np.reshape(a, np.shape(b)) - b).max() for a, b in pairs)
    return float(apart / max(np.abs(b).max() for _, b in pairs))


def gradients_of(output, given, wanted, cotangent):
    """What PyTorch finds for d(output)/d(each wanted tensor)."""
    found = torch.autograd.grad(output, [given[k] for k in wanted], cotangent)
    return {k: g.numpy() for k, g in zip(wanted, found, strict=True)}


def check(name, worst):
    """Forward and every gradient in every style, for a random delta where there is no cost."""
    real = NETWORKS[name]
    network = Network.parse(real.text)
    backward = network.backward()
    modules = {style: network.compile(style) for style in STYLES}
    keys = modules["readable"].arrays
    given = [t for t in network.program.tensors if t.role in {"input", "parameter", "target"}]
    arrays = real.draw({keys[t.key]: [int(n) for n in t.shape] for t in given}, seed=1)
    free = {k for k, a in arrays.items() if a.dtype.kind == "f"}
    tensors = {k: torch.tensor(a, requires_grad=k in free) for k, a in arrays.items()}
    output = real.reference(**tensors)
    cotangent = torch.tensor(np.random.default_rng(2).normal(size=tuple(output.shape)))
    output_name = keys[network.program.output]
    cotangent = cotangent if output.ndim else torch.ones_like(output)
    seed = {} if output.ndim == 0 else {keys[backward.seed.key]: cotangent.numpy()}
    wanted = [keys[t.key] for t in backward.wrt]
    assert free >= {*wanted}, "numbers of classes have no gradient"
    right = gradients_of(output, tensors, wanted, cotangent)
    for style, made in modules.items():
        values = made.forward(**arrays)
        forward = largest_difference([(getattr(values, output_name), output.detach().numpy())])
        found = made.backward(**arrays, values=values, **seed)
        assert [f"d{k}" for k in wanted] == list(found._fields)
        gradients = largest_difference([(getattr(found, f"d{k}"), g) for k, g in right.items()])
        worst(name, "forward", forward)
        worst(name, "gradients", gradients)
        assert max(forward, gradients) <= TOLERANCE, (style, forward, gradients)
    return network


@pytest.mark.parametrize("name", CHEAP)
def test_networks_of_people_agree_with_pytorch(name, worst):
    check(name, worst)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(NETWORKS) - set(CHEAP)))
def test_more_networks_of_people_agree_with_pytorch(name, worst):
    check(name, worst)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_networks_of_people_are_verified(name):
    checks = Network.parse(NETWORKS[name].text).verify(draws=1)
    assert [c.line for c in checks if not c.passed] == []
    assert {c.style for c in checks} == {"", "readable"}
