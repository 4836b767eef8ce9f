"""Every layer as an operation of PyTorch: its gradients, their derivatives, maps over samples."""

import inspect

import numpy as np
import pytest
from grids import slice_of

from symconv.layers import catalogue

torch = pytest.importorskip("torch")
torch_style = pytest.importorskip("torch_style")
KEYWORDS = sorted(catalogue())
SEEDS = range(4)
CASES = [(keyword, seed) for keyword in KEYWORDS for seed in SEEDS]
TOLERANCES = {torch.float64: 1e-11, torch.float32: 2e-4}
HANDS = 44
"""How many runs of every day see the whole grid: a case takes a third of a second."""


def error(found, wanted):
    found, wanted = found.detach().reshape(wanted.shape), wanted.detach()
    if not wanted.numel():
        return 0.0
    return float((found - wanted).abs().max() / max(1.0, float(wanted.abs().max())))


@pytest.mark.parametrize(("keyword", "seed"), slice_of(CASES, HANDS))
def test_gradients_are_those_of_the_layer_of_torch(keyword, seed):
    network, arrays, reference = torch_style.draw_case(keyword, seed)
    for dtype, tolerance in TOLERANCES.items():
        operation = torch_style.Operation(network, arrays, dtype)
        given = {k: torch.as_tensor(a) for k, a in arrays.items()}
        given = {k: a.to(dtype) if a.is_floating_point() else a for k, a in given.items()}
        given = {k: a.clone().requires_grad_(k in operation.wanted) for k, a in given.items()}
        output = reference(**given)
        cotangent = torch.as_tensor(np.random.default_rng(seed).normal(size=tuple(output.shape)))
        wanted = {k: given[k] for k in operation.keys if k in operation.wanted}
        right = torch.autograd.grad(output, list(wanted.values()), cotangent.to(dtype))
        found, gradients = operation.gradients(cotangent)
        assert found.dtype == dtype
        assert error(found, output) <= tolerance
        for key, one in zip(wanted, right, strict=True):
            assert gradients[key].dtype == dtype
            assert error(gradients[key], one) <= tolerance, key


@pytest.mark.parametrize(("keyword", "seed"), slice_of(CASES, HANDS))
def test_gradients_are_those_of_the_readable_module(keyword, seed):
    network, arrays, _ = torch_style.draw_case(keyword, seed)
    operation = torch_style.Operation(network, arrays)
    readable, names = network.compile(), network._module_names.tensors
    known = {names[k]: a for k, a in arrays.items() if k in names}
    values = readable.forward(**known)
    output = np.asarray(getattr(values, names[network.program.output]))
    cotangent = np.random.default_rng(seed).normal(size=output.shape)
    delta, factor = network.backward().seed, cotangent
    if delta is not None:
        # The softmax of one class is 1, whatever comes from behind.
        factor = 1.0
        if names[delta.key] in inspect.signature(readable.module.backward).parameters:
            known[names[delta.key]] = cotangent
    right = readable.backward(**known, values=values)
    found, gradients = operation.gradients(cotangent)
    np.testing.assert_allclose(found.numpy(), output, rtol=1e-12, atol=1e-12)
    for key, one in gradients.items():
        wanted = factor * getattr(right, names[f"gradient {key}"])
        np.testing.assert_allclose(one.numpy(), wanted, rtol=1e-10, atol=1e-10, err_msg=key)


@pytest.mark.parametrize(("keyword", "seed"), slice_of(CASES, HANDS))
def test_the_first_and_the_second_derivatives_pass_the_checks_of_torch(keyword, seed):
    """Smooth layers everywhere, others away from their kinks, where arrays drawn at random lie."""
    network, arrays, _ = torch_style.draw_case(keyword, seed)
    operation = torch_style.Operation(network, arrays)
    assert torch.autograd.gradcheck(operation, operation.arguments)
    assert torch.autograd.gradgradcheck(operation, operation.arguments)


@pytest.mark.parametrize(("keyword", "seed"), slice_of(CASES, HANDS))
def test_a_map_over_samples_gives_what_each_of_them_gives(keyword, seed):
    network, arrays, _ = torch_style.draw_case(keyword, seed)
    operation = torch_style.Operation(network, arrays)
    wanted = [k for k, key in enumerate(operation.keys) if key in operation.wanted]
    plain = [a.detach() for a in operation.arguments]
    derive = torch.func.grad(lambda *a: operation(*a).sum(), argnums=tuple(wanted))
    for mapped in {wanted[0], wanted[-1]}:
        places = tuple(0 if k == mapped else None for k in range(len(plain)))
        stacks = [torch.stack([a, 0.9 * a]) if k == mapped else a for k, a in enumerate(plain)]
        found = torch.func.vmap(derive, in_dims=places)(*stacks)
        for sample in range(2):
            own = [a[sample] if k == mapped else a for k, a in enumerate(stacks)]
            for one, right in zip(found, derive(*own), strict=True):
                assert error(one[sample], right) <= 1e-12


@pytest.mark.parametrize("keyword", slice_of(KEYWORDS, 11))
def test_every_tensor_stays_on_the_device_of_the_arrays(keyword):
    """The device `meta` computes shapes alone, and takes no tensor of another device."""
    network, arrays, _ = torch_style.draw_case(keyword, 0)
    operation = torch_style.Operation(network, arrays, device="meta")
    output = operation(*operation.arguments)
    output.sum().backward()
    assert output.device.type == "meta"
    for key in operation.wanted & set(operation.keys):
        assert operation.tensors[key].grad.device.type == "meta"
        assert operation.tensors[key].grad.shape == operation.tensors[key].shape
