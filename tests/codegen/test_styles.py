"""Every style of every example, and of random layers, agrees with the oracle and with PyTorch."""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from inspect import signature

import numpy as np
import pytest
from grids import REST
from kept_networks import parse_once

from symconv.api import Network
from symconv.codegen.styles import STYLES
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES
from symconv.semantics.sizes import pick_sizes
from symconv.verify.entries import draw_float_point
from symconv.verify.generated_module import input_arrays, table_to_array

NAMES = [e.name for e in EXAMPLES if e.name != "lenet5"]
LENET = (
    "input x 2x1x8x8 | conv w 3x3 channels 2 padding 1 bias b -> z | relu -> a | maxpool 2 -> p "
    "| conv w 3x3 channels 3 bias b -> z | relu -> a | maxpool 2 -> p | flatten -> v "
    "| dense W 4 bias c -> h | relu -> r | dense W 3 bias c -> h | cross_entropy t labels -> C"
)
"""LeNet-5 with fewer numbers, so that the oracle is done soon; the real one has a test, too."""


class Twins:
    """The modules of one network in every style, and inputs with what the oracle says of them."""

    def __init__(self, network, seed=0, **sizes):
        self.program = network.backward().program
        self.sizes = {s: sizes[str(s)] for s in self.program.free_sizes if sizes}
        self.sizes = self.sizes or pick_sizes(self.program, seed=3)
        self.trial = draw_float_point(self.program, self.sizes, seed)
        self.given = input_arrays(self.trial, float)
        self.compiled = {style: network.compile(style) for style in STYLES}
        names = network._module_names
        self.options = {names.sizes[s]: n for s, n in self.sizes.items() if s in names.sizes}

    @cached_property
    def right(self):
        """What the oracle says, by the keys of the tensors."""
        return {k: table_to_array(table, float) for k, table in self.trial.tables.items()}

    def step(self, style, given):
        """Forward and backward, by the keys of the tensors."""
        module, names = self.compiled[style].module, self.compiled[style].arrays
        known = self.options | {names[k]: a for k, a in given.items() if k in names}
        values = called(module.forward, known)
        gradients = called(module.backward, known | {"values": values})
        answers = [{k: getattr(a, n, None) for k, n in names.items()} for a in (values, gradients)]
        return {k: v for answer in answers for k, v in answer.items() if v is not None}

    def assert_right(self, style):
        """Every answer is what the oracle says, and float32 stays float32."""
        found = self.step(style, self.given)
        assert {k for k in self.right if k.startswith("gradient ")} <= found.keys()
        for key, array in found.items():
            right = self.right[key]
            assert_close(np.reshape(array, right.shape), right, f"{style}: {key}", 1e-9)
        short = {k: a.astype(np.float32) if a.dtype == float else a for k, a in self.given.items()}
        for key, array in self.step(style, short).items():
            assert np.asarray(array).dtype == np.float32, (style, key)
            right = self.right[key]
            assert_close(np.reshape(array, right.shape), right, f"{style}: {key}", 2e-3)


def called(function, known):
    return function(**{k: known[k] for k in signature(function).parameters if k in known})


def assert_close(found, right, name, tolerance):
    """Equal to rounding, seen against the largest entry."""
    assert np.shape(found) == np.shape(right), name
    size = max(1.0, float(np.abs(right).max(initial=0)))
    np.testing.assert_allclose(found, right, rtol=tolerance, atol=tolerance * size, err_msg=name)


@pytest.mark.parametrize("name", [*NAMES, "small lenet"])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_every_example_is_right(name, style):
    network = parse_once(name if name in NAMES else LENET)
    Twins(network).assert_right(style)


def whole_lenet_is_right(batch, seed):
    """Each of its numbers in every style: the oracle's tape has about a million nodes a sample."""
    twins = Twins(Network.example("lenet5"), seed, N=batch)
    for style in STYLES:
        twins.assert_right(style)


@pytest.mark.long
@pytest.mark.rest
def test_every_style_of_the_whole_lenet_is_right():
    whole_lenet_is_right(batch=1, seed=0)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 4))
def test_every_style_of_the_whole_lenet_is_right_for_batches(seed):
    whole_lenet_is_right(batch=3, seed=seed)


@pytest.mark.parametrize("style", STYLES)
def test_four_threads_at_once_get_what_one_gets(style):
    network = parse_once(LENET)
    twins = [Twins(network, seed) for seed in range(4)]
    alone = [t.step(style, t.given) for t in twins]
    module = twins[0]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda t: module.step(style, t.given), twins * 3))
    for found, right in zip(together, alone * 3, strict=True):
        for key, array in right.items():
            np.testing.assert_array_equal(found[key], array)


@pytest.fixture(scope="module")
def layers():
    """The random layers of the comparison with PyTorch."""
    return pytest.importorskip("torch_layers")


def random_layer_agrees(layers, keyword, seed):
    """The oracle and PyTorch agree with every style of one random layer."""
    network, arrays, reference = layers.CASES[keyword](layers.Draw(f"styles {keyword} {seed}"))
    twins = Twins(network, seed)
    found = torch_step(network, arrays, reference, seed)
    for style in STYLES:
        twins.assert_right(style)
        own = twins.step(style, {k: a for k, a in found.items() if not k.startswith("gradient ")})
        assert {k for k in found if k.startswith("gradient ")} <= own.keys()
        for key in own.keys() & found.keys():
            right = found[key].reshape(np.shape(own[key]))
            assert_close(own[key], right, f"{style}: {key}", 1e-11)


def torch_step(network, arrays, reference, seed):
    """What goes in, the output and the gradients by PyTorch, by the keys of the tensors."""
    torch = pytest.importorskip("torch")
    wanted = {t.key for t in network.backward().wrt}
    tensors = {k: torch.tensor(a, requires_grad=k in wanted) for k, a in arrays.items()}
    output, key = reference(**tensors), network.program.output
    cotangent = np.random.default_rng(seed).normal(size=tuple(output.shape))
    gradients = torch.autograd.grad(output, [tensors[k] for k in wanted], torch.tensor(cotangent))
    if network.backward().seed is None:
        gradients = [g / float(cotangent) for g in gradients]
    shape = [int(n) for n in network.program.tensor(key).shape]
    found = {f"gradient {k}": g.numpy() for k, g in zip(wanted, gradients, strict=True)}
    found |= {key: output.detach().numpy(), f"delta {key}": cotangent.reshape(shape)}
    return arrays | found


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=REST)])
@pytest.mark.parametrize("keyword", sorted(catalogue()))
def test_random_layers_agree(layers, keyword, seed):
    random_layer_agrees(layers, keyword, seed)


@pytest.mark.long
@pytest.mark.parametrize("keyword", sorted(catalogue()))
def test_many_random_layers_agree(layers, keyword):
    for seed in range(2, 8):
        random_layer_agrees(layers, keyword, seed)
