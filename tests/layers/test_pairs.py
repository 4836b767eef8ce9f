"""Every layer behind every other one works, or is refused in one line.

A value whose space is gone, a batch of one and a single channel are where axes get lost.
"""

from itertools import product

import pytest
from grids import slice_of

from symconv import Network
from symconv.core.errors import SymconvError
from symconv.layers import catalogue

WRITTEN = {
    "add": "add a", "attention": "attention Q K V O", "avgpool": "avgpool 2",
    "batchnorm": "batchnorm weight g bias e",
    "bce": "bce t", "bce_logits": "bce_logits t", "concat": "concat a",
    "conv": "conv w 2 channels 2 bias e", "cross_entropy": "cross_entropy t",
    "dense": "dense W 3 bias e", "dropout": "dropout m", "elu": "elu",
    "embedding": "embedding W 5x3", "flatten": "flatten", "gelu": "gelu",
    "global_avgpool": "global_avgpool", "global_maxpool": "global_maxpool",
    "groupnorm": "groupnorm groups 1 weight g", "half_sse": "half_sse t", "huber": "huber t",
    "instancenorm": "instancenorm weight g", "l1": "l1 t", "layernorm": "layernorm weight g",
    "leaky_relu": "leaky_relu", "local": "local v 2", "log_softmax": "log_softmax",
    "matmul": "matmul a transposed", "maxpool": "maxpool 2", "mse": "mse t", "mul": "mul a",
    "nll_loss": "nll_loss t",
    "pad": "pad 1", "relu": "relu", "rmsnorm": "rmsnorm weight g", "scale": "scale g bias e",
    "sigmoid": "sigmoid", "silu": "silu", "smooth_l1": "smooth_l1 t", "softmax": "softmax",
    "softplus": "softplus", "sse": "sse t", "tanh": "tanh",
    "transposed_conv": "transposed_conv r 2 channels 2 bias e", "upsample": "upsample 2",
}  # fmt: skip
"""One way to write each layer of the catalogue."""

FIRST = ["global_maxpool", "flatten", "maxpool 2", "softmax", "batchnorm", "dense Q 2", "conv k 2"]
SHAPES = ["4", "3 channels 2", "3x2 channels none", "3x2 channels 2", "2x3x2 channels 1"]
BATCHES = ["", " batch 1", " batch 2", " batch N"]


def refuse(text):
    """What is said of a network that has no meaning; None where it has one."""
    try:
        assert Network.parse(text).program.equations
    except SymconvError as error:
        return str(error).splitlines()[0]
    return None


def sweep(shapes, batches, first):
    """The pairs by text with what is said of each that is refused."""
    texts = product(shapes, batches, first, WRITTEN.values())
    return {f"input u {s}{b} | {f} -> a | {g}": refuse(f"input u {s}{b} | {f} -> a | {g}")
            for s, b, f, g in texts}  # fmt: skip


def test_the_sweep_has_every_layer_of_the_catalogue():
    assert set(WRITTEN) == set(catalogue())


def test_what_follows_a_value_without_space_is_built_or_refused_in_one_line():
    found = sweep(["3x2 channels none", "3 channels 2"], [" batch 1", " batch N"], FIRST[:1])
    refused = [said for said in found.values() if said]
    assert all(len(said) < 120 for said in refused)
    assert 0 < len(refused) < len(found) / 2


@pytest.mark.long
def test_every_pair_is_built_or_refused_in_one_line():
    said = [s for s in sweep(SHAPES, BATCHES, FIRST).values() if s]
    assert said
    assert all(len(s) < 120 for s in said)


REFUSED = {
    "input u 2 | matmul u": ("the matrix product gets an input of shape 2", "two axes"),
    "input u 3 | input v 2x3 | matmul u": ("the matrix product gets an input of shape 3", ""),
    "input u 1 batch 2 | global_maxpool -> a | matmul a": ("gets an input of shape 2", "two axes"),
    "input u 2x3 batch 2 | matmul u": ("product of shapes 2 x 2 x 3 and 2 x 2 x 3 has no", ""),
    "input u 2 batch 2 | global_maxpool -> a | layernorm weight g": (
        "the layer normalisation gets an input of shape 2", "an axis behind the batch"),
    "input u 2 batch N | global_avgpool -> a | rmsnorm": (
        "mean square normalisation gets an input of shape N", "an axis behind the batch"),
    "input u 4x5 batch 2 channels none | global_maxpool | cross_entropy t": (
        "cross entropy gets an input of shape 2", "an axis of channels or of features"),
    "input u 4x5x5 | conv w 3x3 channels 6 groups G": (
        "whether G groups divide the 4 channels of the input is not known: 'G' is no number", ""),
    "input u 4x5x5 | conv w 3x3 channels F groups 2": (
        "2 groups divide the F channels of the convolution is not known: 'F' is no number", ""),
    "input u 5x5 channels C | conv w 3x3 channels F groups 2": (
        "2 groups divide the C channels of the input is not known: 'C' is no number", "numbers"),
    "input u 5x5 channels C | conv w 3x3 channels F groups C": (
        "the F channels of the convolution is not known: 'C' and 'F' are no numbers", "numbers"),
    "input u 4x5x5 | conv w 3x3 channels 6 groups 4": (
        "4 groups do not divide the 6 channels of the convolution", "and those of the output"),
    "input u 4x5x5 | conv w 3x3 channels 6 groups 3": (
        "3 groups do not divide the 4 channels of the input", "and those of the output"),
    "input u 5x5 channels none | conv w 3x3 channels 2 groups 2": (
        "2 groups in the convolution have nothing to divide", "of the input and the option"),
    "input u 5x5 channels 2 | groupnorm groups G": (
        "whether G groups divide the 2 channels of the input is not known: 'G' is no number", ""),
    "input u 5x5 channels 2 | groupnorm groups 3": (
        "3 groups do not divide the 2 channels of the input", "channels of the input"),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_no_meaning_is_refused_with_its_sizes_and_its_names(text):
    with pytest.raises(SymconvError) as caught:
        Network.parse(text)
    said, help_ = REFUSED[text]
    assert said in str(caught.value).splitlines()[0]
    assert help_ in (caught.value.help or "")


WORK = [
    "input u 5x5 channels C | conv w 3x3 channels C groups C | sse t",
    "input s 1x2x3x3 | conv k 2x2 channels 2 bias e -> r",
    "input s 2x3x3 batch 1 | groupnorm groups 2 weight g bias e -> r | sse t -> E",
    "input u 4x5 batch 2 | global_maxpool -> a | softmax -> p | sse t -> E",
    "input u 2x3x2 channels 1 batch 1 | log_softmax -> a | cross_entropy t",
    "input u 1 batch 2 | relu | cross_entropy t labels",
]


@pytest.mark.parametrize("text", slice_of(WORK, 3))
def test_a_pair_that_works_is_derived_generated_and_verified(text):
    network = Network.parse(text)
    assert network.derivation().text()
    assert network.compile("loops")
    assert network.compile("fast")
    assert [c.line for c in network.verify("readable") if not c.passed] == []
