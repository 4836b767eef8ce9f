"""Reverse mode applied to its own output gives Hessian-vector products, as PyTorch has them."""

import inspect

import numpy as np
import pytest

from symconv.api import Network
from symconv.calculus.second_order import hessian_vector_product
from symconv.codegen.compiled import Compiled
from symconv.codegen.python.allowlist import READABLE
from symconv.codegen.python.render_module import render_module
from symconv.codegen.readable.module import module_names, readable_module
from symconv.verify.all_checks import check_backward_pass

torch = pytest.importorskip("torch")
F = torch.nn.functional


def called(function, known):
    return function(**{p: known[p] for p in inspect.signature(function).parameters})


def worst(text, shapes, cost, target, seed=0):
    """The largest relative error of H v against PyTorch's double backward."""
    network = Network.parse(text)
    wrt = tuple(t for t in network.program.tensors if t.role in {"input", "parameter"})
    second = hessian_vector_product(network.program, wrt)
    names = module_names(second.forward, second.passes.program)
    source = render_module(
        readable_module(
            second.forward,
            second.passes.program,
            returned=second.passes.results,
            seed=None,
            title="Hv",
        ),
        READABLE,
    )
    module = Compiled(source, names.tensors).module
    rng = np.random.default_rng(seed)
    keys = [names.tensors[t.key] for t in wrt]
    arrays = {k: rng.normal(size=shapes[k]) for k in keys}
    along = {names.tensors[t.key]: rng.normal(size=shapes[names.tensors[t.key]]) for t in wrt}
    given = {names.tensors[d.key]: along[names.tensors[k]] for k, d in second.directions.items()}
    known = {**arrays, **given, "t": target}
    found = called(module.backward, {**known, "values": called(module.forward, known)})
    tensors = {k: torch.tensor(a, requires_grad=True) for k, a in arrays.items()}
    value = cost(torch.tensor(target), **tensors)
    gradients = torch.autograd.grad(value, [tensors[k] for k in keys], create_graph=True)
    pairs = zip(keys, gradients, strict=True)
    inner = sum((g * torch.tensor(along[k])).sum() for k, g in pairs)
    wanted = torch.autograd.grad(inner, [tensors[k] for k in keys])
    return max(
        float(
            np.abs(getattr(found, names.tensors[g.key]) - h.numpy()).max()
            / max(1e-3, h.abs().max())
        )
        for g, h in zip(second.passes.results, wanted, strict=True)
    )


def probabilities(*shape):
    array = np.random.default_rng(1).random(shape)
    return array / array.sum(axis=1, keepdims=True)


def test_a_network_of_convolutions_maxima_and_softmax_cross_entropy():
    text = (
        "input x 1x7x7 batch N | conv w 3x3 channels 2 -> z | tanh -> a | maxpool 2 stride 1 -> p "
        "| conv w 2x2 channels 2 stride 2 -> z | flatten -> v | dense W 3 -> h "
        "| cross_entropy t -> C"
    )
    shapes = {"x": (2, 1, 7, 7), "w1": (2, 1, 3, 3), "w2": (2, 2, 2, 2), "W": (3, 8)}

    def cost(t, x, w1, w2, W):
        p = F.max_pool2d(torch.tanh(F.conv2d(x, w1)), 2, 1)
        return F.cross_entropy(F.conv2d(p, w2, stride=2).flatten(1) @ W.T, t)

    assert worst(text, shapes, cost, probabilities(2, 3)) < 1e-10


SMOOTH = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": F.softplus,
    "silu": F.silu,
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "softmax": lambda x: F.softmax(x, 1),
    "log_softmax": lambda x: F.log_softmax(x, 1),
    "avgpool 2 stride 1": lambda x: F.avg_pool2d(x, 2, 1),
    "global_avgpool": lambda x: x.mean((2, 3)),
    "upsample 2": lambda x: F.interpolate(x, scale_factor=2),
    "pad 1": lambda x: F.pad(x, (1, 1, 1, 1)),
    "layernorm": lambda x: F.layer_norm(x, x.shape[1:]),
    "batchnorm": lambda x: F.batch_norm(x, None, None, training=True),
    "instancenorm": F.instance_norm,
    "groupnorm groups 2": lambda x: F.group_norm(x, 2),
    "rmsnorm": lambda x: F.rms_norm(x, x.shape[1:], None, 1e-5),
}


@pytest.mark.parametrize("stage", sorted(SMOOTH))
def test_smooth_layers(stage):
    text = f"input x 2x3x3 batch N | conv w 1x1 channels 2 -> z | {stage} -> y | sse t -> C"
    shapes = {"x": (2, 2, 3, 3), "w": (2, 2, 1, 1)}

    def cost(t, x, w):
        return ((SMOOTH[stage](F.conv2d(x, w)) - t) ** 2).sum()

    target = np.zeros(tuple(SMOOTH[stage](torch.ones(2, 2, 3, 3)).shape)) + 0.5
    assert worst(text, shapes, cost, target) < 1e-10


LOSSES = {
    "mse t": F.mse_loss,
    "cross_entropy t": F.cross_entropy,
    "bce_logits t": F.binary_cross_entropy_with_logits,
}


@pytest.mark.parametrize("stage", sorted(LOSSES))
def test_smooth_losses(stage):
    text = f"input x 3 batch N | dense W 4 -> h | tanh -> a | {stage} -> C"
    target = probabilities(3, 4)
    error = worst(
        text, {"x": (3, 3), "W": (4, 3)},
        lambda t, x, W: LOSSES[stage](torch.tanh(x @ W.T), t), target,
    )  # fmt: skip
    assert error < 1e-10


def test_the_second_derivation_passes_every_check():
    network = Network.parse("input x HxW | conv w k1xk2 stride s -> z | tanh -> a | sse t -> C")
    wrt = tuple(t for t in network.program.tensors if t.role in {"input", "parameter"})
    second = hessian_vector_product(network.program, wrt)
    checks = list(check_backward_pass(second.passes, draws=2))
    assert len(checks) > 10
    assert [c.line for c in checks if not c.passed] == []
