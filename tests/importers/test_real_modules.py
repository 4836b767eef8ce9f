"""The networks of `data/networks` as modules of PyTorch: imported, they are what the texts are."""

import numpy as np
import pytest
from imported import check_whole, compare_imported
from onnx_export import export_onnx

from symconv import Network
from symconv.imports import from_onnx, from_torch

torch = pytest.importorskip("torch")
torch_models = pytest.importorskip("torch_models")
NETWORKS = pytest.importorskip("torch_networks").NETWORKS

CHEAP = ("squeeze_excitation",)


def import_module(name):
    """The imported network, its inputs, and what PyTorch computes; the gradients of the text."""
    written = Network.parse(NETWORKS[name].text)
    model, inputs = NETWORKS[name].module(written, seed=5)
    expected = torch_models.differentiate(model, tuple(inputs.values()))
    numbers = {str(k): n for k, n in enumerate(inputs)}
    asked = {numbers.get(n, n) for n in expected[2]}
    assert asked == {t.key.replace("^", "") for t in written.backward().wrt}
    arrays = [x.detach() for x in inputs.values()]
    return from_torch(model, tuple(arrays)), arrays, expected


@pytest.mark.parametrize("name", CHEAP)
def test_a_real_module_has_the_gradients_of_torch(name):
    imported, arrays, expected = import_module(name)
    compare_imported(imported, [x.numpy() for x in arrays], expected)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_a_real_module_is_derived_generated_and_verified(name):
    imported, arrays, expected = import_module(name)
    compare_imported(imported, [x.numpy() for x in arrays], expected)
    check_whole(imported)


# PyTorch writes no cell that it calls with weights, and a cost of logits that overflows here.
WRITTEN = sorted(set(NETWORKS) - {"lstm", "unet"})
WHOLE = ("resnet_basic", "convnext", "dcgan_generator", "lenet_dropout")


@pytest.mark.long
@pytest.mark.parametrize("name", WRITTEN)
def test_a_real_module_by_way_of_onnx_has_the_gradients_of_torch(tmp_path, name):
    pytest.importorskip("onnx")
    model, inputs = NETWORKS[name].module(Network.parse(NETWORKS[name].text), seed=5)
    expected = torch_models.differentiate(model, tuple(inputs.values()))
    arrays = tuple(x.detach() for x in inputs.values())
    (tmp_path / "model.onnx").write_bytes(export_onnx(model, arrays))
    imported = from_onnx(tmp_path / "model.onnx")
    assert all(a.dtype == np.float64 for a in imported.weights.values())
    compare_imported(imported, [x.numpy() for x in arrays], expected)
    if name in WHOLE:
        check_whole(imported)
