"""Every layer of the catalogue, forward and all gradients, against PyTorch in float64."""

import numpy as np
import pytest
from grids import deal, parts

from symconv.layers import catalogue

torch = pytest.importorskip("torch")
F = torch.nn.functional
torch_layers = pytest.importorskip("torch_layers")
CASES, Draw = torch_layers.CASES, torch_layers.Draw
TOLERANCE, compared = torch_layers.TOLERANCE, torch_layers.compared
MANY = {"conv", "maxpool", "avgpool", "transposed_conv"}


def check(keyword, seed, worst):
    made, arrays, reference = CASES[keyword](Draw(f"{keyword} {seed}"))
    errors = compared(made.compile(), arrays, reference, {}, seed)
    for quantity, error in errors.items():
        worst(keyword, quantity, error)
    assert max(errors.values()) <= TOLERANCE, (errors, made.spec)


def test_every_layer_of_the_catalogue_is_compared():
    assert sorted(CASES) == sorted(catalogue())


@pytest.mark.parametrize("part", parts(3))
@pytest.mark.parametrize("keyword", sorted(CASES))
def test_layers_agree_with_pytorch(keyword, part, worst):
    for seed in deal(range(20 if keyword in MANY else 5), 3)[part]:
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
    cost = torch_layers.layer("cross_entropy", "t", "sum", labels=True)
    made = torch_layers.network((q,), cost, batch=n).compile()
    logits = torch.tensor(x, requires_grad=True)
    wanted = F.cross_entropy(logits, torch.tensor(t), reduction="sum")
    wanted.backward()
    values = made.forward(x=x, t=t)
    assert abs(values[-1] - wanted.item()) <= TOLERANCE * np.abs(x).max()
    taken = made.module.backward.__code__.co_varnames
    known = {"x": x, "t": t, "values": values}
    found = made.backward(**{k: v for k, v in known.items() if k in taken})
    assert np.abs(found.dx - logits.grad.numpy()).max() <= TOLERANCE
