"""Batch, channels and space: what is stated, what is found out, and what is refused."""

import numpy as np
import pytest
from command import symconv

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.network.axes import describe_axes

torch = pytest.importorskip("torch")
F = torch.nn.functional


def axes(text):
    return describe_axes(Network.parse(text).program.tensors[0])


READ = {
    "input x 10 | conv w 3": "10 features",
    "input x 5x5 | relu": "space 5 x 5",
    "input x 5x5 | conv w 2x2 | maxpool 2": "space 5 x 5",
    "input x 5x5 | maxpool 2": "space 5 x 5",
    "input x 5x5 | flatten | dense W 3 | softmax": "space 5 x 5",
    "input x 3x5x5 | flatten | dense W 3 | softmax": "3 channels, space 5 x 5",
    "input x 3x5x5 | maxpool 2": "3 channels, space 5 x 5",
    "input x CxHxW | global_avgpool": "C channels, space H x W",
    "input x 2x3x5x5 | conv w 3x3 channels 4": "batch 2, 3 channels, space 5 x 5",
    "input x 3x4x5x6 | conv w 2x2x2": "3 channels, space 4 x 5 x 6",
    "input x Nx10 | softmax": "batch N, 10 features",
    "input x Nx10 | relu | sse t": "batch N, 10 features",
    "input x NxN | conv w 3x3": "space N x N",
    "input x Nx28x28 | conv w 3x3": "batch N, space 28 x 28",
    "input x Nx2x2 | batchnorm": "batch N, 2 channels, space 2",
    "input r 2x3 | softmax": "batch 2, 3 features",
    "input r 2x3 | log_softmax": "batch 2, 3 features",
    "input r 2x3 | cross_entropy y": "batch 2, 3 features",
    "input r 2x3 | batchnorm": "batch 2, 3 features",
    "input r 2x3 | layernorm": "batch 2, 3 features",
    "input r 2x3 | rmsnorm": "batch 2, 3 features",
    "input r 2x4 | groupnorm groups 2": "batch 2, 4 features",
    "input r 4x3 | dense M 2": "batch 4, 3 features",
    "input r 4x3 | tanh | dense M 2": "batch 4, 3 features",
    "input r 4x3 | y[b,q] = 2*r[b,q] | softmax": "batch 4, 3 features",
    "input r 3x2x7 | conv k 3 channels 4": "batch 3, 2 channels, space 7",
    "input u 3x10 batch 1 | conv w 3 | maxpool 2": "batch 1, 3 channels, space 10",
    "input x 28x28 channels none | conv w 5": "space 28 x 28",
    "input x 28 channels 28 | conv w 5": "28 channels, space 28",
    "input x 28 channels 28 batch 3 | conv w 5": "batch 3, 28 channels, space 28",
    "input x 28x28 channels 3 | conv w 5": "3 channels, space 28 x 28",
    "input x 2x4x5x6 batch 3 | global_avgpool": "batch 3, 2 channels, space 4 x 5 x 6",
    "input x 20 channels 6 batch 4 | maxpool 3": "batch 4, 6 channels, space 20",
    "input x 6x20 channels none batch 4 | maxpool 3": "batch 4, space 6 x 20",
    "input x 5x5 | y[i,j] = x[i,j]^2 | maxpool 2": "space 5 x 5",
}


@pytest.mark.parametrize("text", READ)
def test_the_one_reading_that_fits_is_taken(text):
    assert axes(text) == READ[text]


REFUSED = {
    "input x 3x28x28 | conv w 5": ("28x28 channels 3", "28 channels 28 batch 3"),
    "input x 28x28 | conv w 5": ("28x28 channels none", "28 channels 28"),
    "input x 6x20 batch 4 | maxpool 3": ("6x20 channels none batch 4", "20 channels 6 batch 4"),
    "input x 6x20 batch 4 | avgpool 3": ("6x20 channels none batch 4", "20 channels 6 batch 4"),
    "input x Nx28x28 | conv w 3": ("28x28 channels none batch N", "28 channels 28 batch N"),
    "input x 3x5x5 | softmax": ("5x5 channels 3", "5 channels 5 batch 3"),
    "input x 3x5x5 | batchnorm": ("5x5 channels 3", "5 channels 5 batch 3"),
    "input x 3x5x5 | relu | scale g": ("5x5 channels 3", "5 channels 5 batch 3"),
    "input x 3x5x5 | local w 3": ("5x5 channels 3", "5 channels 5 batch 3"),
    "input x 3x5x5 | transposed_conv w 3": ("5x5 channels 3", "5 channels 5 batch 3"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_several_readings_are_refused_with_the_text_for_each_which_is_then_read(text):
    with pytest.raises(SymconvError, match="can be read in 2 ways") as caught:
        Network.parse(text)
    rest = text.split("|", 1)[1]
    for stated in REFUSED[text]:
        assert f"'input x {stated} | ...'" in caught.value.help
    made = [Network.parse(f"input x {stated} |{rest}").program for stated in REFUSED[text]]
    assert made[0].equations != made[1].equations


UNFIT = {
    "input x 5x5 | conv w 2x2 | softmax": "an axis of channels or of features",
    "input x 5x5 channels none | batchnorm": "an axis of channels or of features",
    "input x 5 channels 3 | conv w 2x2": "1 sizes, one an axis of space",
    "input x 2x2x2x2x2x2x2x2 | relu": "at most batch, channel and five of space",
    "input x 2x1x3x4x2x2 channels 3 | relu": "at most batch, channel and five of space",
    "input x 5x5 channels 3 batch 2 | dense W 3": "put a flatten before it",
}


@pytest.mark.parametrize("text", UNFIT)
def test_where_no_reading_fits_the_layer_says_what_it_needs(text):
    with pytest.raises(SymconvError) as caught:
        Network.parse(text)
    assert UNFIT[text] in caught.value.help
    assert caught.value.position is not None


@pytest.mark.parametrize(
    "text",
    [
        "input x 3 batch 2 batch 3",
        "input x 3 channels 2 channels 3",
        "input x 3 chanels 2",
        "input x 3 batch",
        "input x 3 batch 2x2",
        "input x 3 batch none",
        "input x 3 channels 0",
    ],
)
def test_a_wrong_option_of_the_input_is_refused_in_place(text):
    if text.endswith("batch none"):
        assert axes(text) == "batch none, 3 features"
        return
    with pytest.raises(SymconvError) as caught:
        Network.parse(text)
    assert caught.value.position is not None


def forward(text, style="readable", **arrays):
    return Network.parse(text).compile(style).forward(**arrays)


@pytest.mark.parametrize("style", ["readable", "loops", "fast"])
def test_rows_are_samples_as_in_pytorch(style):
    x = np.random.default_rng(1).normal(size=(4, 3))
    given = torch.tensor(x)
    found = {
        "softmax": F.softmax(given, dim=1),
        "log_softmax": F.log_softmax(given, dim=1),
        "layernorm": F.layer_norm(given, (3,)),
        "batchnorm": F.batch_norm(given, None, None, training=True),
    }
    for layer, right in found.items():
        value = forward(f"input x 4x3 | {layer} -> y", style, x=x).y
        np.testing.assert_allclose(value, right.numpy(), atol=1e-9)


@pytest.mark.parametrize("style", ["readable", "loops", "fast"])
def test_a_signal_with_channels_is_pooled_along_itself(style):
    x, w = (np.random.default_rng(n).normal(size=s) for n, s in enumerate([(1, 3, 10), (3, 3)]))
    text = "input u 3x10 batch 1 | conv w 3 -> z | maxpool 2 -> p"
    found = forward(text, style, u=x, w=w)
    signal = F.conv1d(torch.tensor(x), torch.tensor(w)[None])
    np.testing.assert_allclose(found.z, signal[:, 0].numpy(), atol=1e-12)
    np.testing.assert_allclose(found.p, F.max_pool1d(signal, 2)[:, 0].numpy(), atol=1e-12)


def test_a_volume_is_averaged_over_all_its_axes():
    x = np.random.default_rng(3).normal(size=(3, 2, 4, 5, 6))
    text = "input x 2x4x5x6 batch 3 | global_avgpool -> p"
    np.testing.assert_allclose(forward(text, x=x).p, x.mean(axis=(2, 3, 4)), atol=1e-12)


@pytest.mark.parametrize("text", [*READ, "input x NxCxHxW | conv w axb channels F bias c"])
def test_the_reading_names_every_tensor_its_role_and_its_axes(text):
    network = Network.parse(text)
    lines = network.reading
    assert len(lines) == len(network.program.tensors)
    for tensor, line in zip(network.program.tensors, lines, strict=True):
        assert line.startswith(f"{tensor.key}: {tensor.role}, ")
        assert all(str(n) in line for n in ([] if tensor.scalar else tensor.shape))


def test_what_was_found_out_is_said_and_what_was_stated_is_not():
    assert Network.parse("input r 2x3 | softmax").remarks == ("r is read as batch 2, 3 features",)
    assert Network.parse("input r 3 batch 2 | softmax").remarks == ()
    assert Network.parse("input r 3 batch 2 | log_softmax | nll_loss t").remarks == ()
    (said,) = Network.parse("input r 3 batch 2 | softmax | nll_loss t").remarks
    assert "'log_softmax | nll_loss'" in said
    assert Network.parse("input r 5x5 | conv w 2x2").remarks == ()


NOTES = {
    "input r 2x3 | softmax -> q": "note: r is read as batch 2, 3 features",
    "input r 3 batch 2 | softmax -> q | cross_entropy t -> C": "takes the softmax twice",
    "input r 3 batch 2 | softmax -> q": "",
}


@pytest.mark.parametrize("text", NOTES)
def test_the_command_line_says_what_was_found_out(text):
    done = symconv("derive", text)
    assert done.returncode == 0
    assert NOTES[text] in done.stderr if NOTES[text] else not done.stderr


SINGLE = ["conv w 2", "local w 2", "transposed_conv w 2", "maxpool 2", "avgpool 2", "pad 1"]


@pytest.mark.parametrize("layer", [*SINGLE, "upsample 2", "global_avgpool", "global_maxpool"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_single_size_spans_every_axis_of_space(layer, rank):
    sizes = ("4x5x6x")[: 2 * rank - 1]
    value = Network.parse(f"input x {sizes} channels 3 batch 2 | {layer} -> y").program.tensors[-1]
    kept = 0 if layer.startswith("global") else rank
    assert value.space == kept
    mixed = layer.split()[0] in {"conv", "local", "transposed_conv"}
    assert len(value.shape) == 1 + (not mixed) + kept
