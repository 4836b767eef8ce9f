"""Architectures of Keras, as Keras 3 writes them, beside the same sums in channels last."""

import copy
import json

import numpy as np
import pytest
from imported import check_whole, compare_imported
from keras_models import CLASSIFIER, conv, functional, image, layer, sequential

from symconv import Network
from symconv.core.errors import SymconvError
from symconv.imports import from_keras

DRAW = np.random.default_rng(4)


SHAPES = {
    "conv": [(3, 3, 2, 3), (3,)],
    "norm": [(3,), (3,), (3,)],
    "dense": [(12, 4), (4,)],
}


def import_classifier():
    """The classifier with weights, and what torch computes with channels last."""
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    weights = {
        n: [np.abs(DRAW.normal(size=s)) + 0.1 for s in shapes] for n, shapes in SHAPES.items()
    }
    x = DRAW.normal(size=(2, 6, 5, 2))
    leaves = {"0": torch.tensor(x), "norm/beta": torch.tensor(weights["norm"][0])}
    for name in ("conv", "dense"):
        pair = zip(("kernel", "bias"), weights[name], strict=True)
        leaves |= {f"{name}/{word}": torch.tensor(a) for word, a in pair}
    for leaf in leaves.values():
        leaf.requires_grad_()
    # 6 rows of stride 2 have one row of padding behind, 5 columns one on either side.
    first = F.pad(leaves["0"].permute(0, 3, 1, 2), (1, 1, 0, 1))
    made = F.conv2d(first, leaves["conv/kernel"].permute(3, 2, 0, 1), leaves["conv/bias"], 2)
    made = F.max_pool2d(F.relu(made), 2, 1).permute(0, 2, 3, 1)
    mean, variance = (torch.tensor(a) for a in weights["norm"][1:])
    made = (made - mean) / torch.sqrt(variance + 0.001) + leaves["norm/beta"]
    output = (made.flatten(1) @ leaves["dense/kernel"] + leaves["dense/bias"]).softmax(1)
    signal = torch.randn(output.shape, generator=torch.Generator().manual_seed(1)).double()
    gradients = torch.autograd.grad(output, list(leaves.values()), signal)
    right = {n: g.numpy() for n, g in zip(leaves, gradients, strict=True)}
    right["0"] = right["0"].transpose(0, 3, 1, 2)
    imported = from_keras(CLASSIFIER, batch=2, weights=weights)
    expected = (output.detach().numpy(), signal.numpy(), right)
    return imported, [x.transpose(0, 3, 1, 2)], expected


RESIDUAL = functional(
    image(4, 4, 3),
    conv("wide", "image", filters=3, padding="same"),
    layer("LayerNormalization", "norm", "wide", axis=-1, epsilon=0.001, center=True, scale=True),
    layer("Activation", "bent", "norm", activation="gelu"),
    layer("Add", "sum", "bent", "image"),
    layer("GlobalAveragePooling2D", "mean", "sum", keepdims=False),
    layer("Dense", "squeeze", "mean", units=2, use_bias=True, activation="relu"),
    layer("Dense", "out", "squeeze", units=3, use_bias=False, activation="softmax"),
)


def import_residual():
    """A block with a shortcut, and what torch computes with channels last."""
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    shapes = {
        "wide": {"kernel": (3, 3, 3, 3), "bias": (3,)},
        "norm": {"gamma": (3,), "beta": (3,)},
        "squeeze": {"kernel": (3, 2), "bias": (2,)},
        "out": {"kernel": (2, 3)},
    }
    weights = {n: [DRAW.normal(size=s) for s in some.values()] for n, some in shapes.items()}
    weights["squeeze"][1] += 3
    x = DRAW.normal(size=(2, 4, 4, 3))
    p = {"0": torch.tensor(x)}
    for name, some in shapes.items():
        pairs = zip(some, weights[name], strict=True)
        p |= {f"{name}/{word}": torch.tensor(a) for word, a in pairs}
    for leaf in p.values():
        leaf.requires_grad_()
    kernel = p["wide/kernel"].permute(3, 2, 0, 1)
    made = F.conv2d(p["0"].permute(0, 3, 1, 2), kernel, p["wide/bias"], padding=1)
    made = F.layer_norm(made.permute(0, 2, 3, 1), (3,), p["norm/gamma"], p["norm/beta"], 0.001)
    made = (F.gelu(made) + p["0"]).mean((1, 2))
    made = F.relu(made @ p["squeeze/kernel"] + p["squeeze/bias"])
    output = (made @ p["out/kernel"]).softmax(1)
    signal = torch.randn(output.shape, generator=torch.Generator().manual_seed(1)).double()
    gradients = torch.autograd.grad(output, list(p.values()), signal)
    right = {n: g.numpy() for n, g in zip(p, gradients, strict=True)}
    right["0"] = right["0"].transpose(0, 3, 1, 2)
    imported = from_keras(json.loads(json.dumps(RESIDUAL)), batch=2, weights=weights)
    expected = (output.detach().numpy(), signal.numpy(), right)
    return imported, [x.transpose(0, 3, 1, 2)], expected


RECURRENT = sequential(
    image(3, 2, name="words"),
    layer("LSTM", "memory", units=2, activation="tanh", return_sequences=True, use_bias=True),
    layer("GRU", "gated", units=2, reset_after=True, return_sequences=True),
    layer("SimpleRNN", "plain", units=2, activation="relu", use_bias=False),
)


def import_recurrent():
    """Three recurrent layers, and what their equations give in torch."""
    torch = pytest.importorskip("torch")
    shapes = {
        "memory": {"kernel": (2, 8), "recurrent_kernel": (2, 8), "bias": (8,)},
        "gated": {"kernel": (2, 6), "recurrent_kernel": (2, 6), "bias": (2, 6)},
        "plain": {"kernel": (2, 2), "recurrent_kernel": (2, 2)},
    }
    weights = {n: [DRAW.normal(size=s) for s in some.values()] for n, some in shapes.items()}
    x = DRAW.normal(size=(2, 3, 2))
    leaves = {"0": torch.tensor(x)}
    for name, some in shapes.items():
        pairs = zip(some, weights[name], strict=True)
        leaves |= {f"{name}/{word}": torch.tensor(a) for word, a in pairs}
    for leaf in leaves.values():
        leaf.requires_grad_()
    w, u, b = (leaves[f"memory/{word}"] for word in shapes["memory"])
    g, v, d = (leaves[f"gated/{word}"] for word in shapes["gated"])
    state = memory = gated = plain = torch.zeros(2, 2).double()
    for t in range(3):
        enter, forget, cell, leave = (leaves["0"][:, t] @ w + state @ u + b).chunk(4, 1)
        memory = forget.sigmoid() * memory + enter.sigmoid() * cell.tanh()
        state = leave.sigmoid() * memory.tanh()
        given, back = (state @ g + d[0]).chunk(3, 1), (gated @ v + d[1]).chunk(3, 1)
        update, reset = (given[0] + back[0]).sigmoid(), (given[1] + back[1]).sigmoid()
        gated = update * gated + (1 - update) * (given[2] + reset * back[2]).tanh()
        plain = gated @ leaves["plain/kernel"] + plain @ leaves["plain/recurrent_kernel"]
        plain = plain.relu()
    signal = torch.randn(2, 2, generator=torch.Generator().manual_seed(1)).double()
    gradients = torch.autograd.grad(plain, list(leaves.values()), signal)
    right = {n: g.numpy() for n, g in zip(leaves, gradients, strict=True)}
    imported = from_keras(RECURRENT, batch=2, weights=weights)
    return imported, [x], (plain.detach().numpy(), signal.numpy(), right)


ARCHITECTURES = {"a classifier": import_classifier, "a residual block": import_residual}


@pytest.mark.parametrize(
    "name", ["a classifier", pytest.param("a residual block", marks=pytest.mark.long)]
)
def test_an_architecture_has_the_gradients_of_the_same_sums_in_channels_last(name):
    compare_imported(*ARCHITECTURES[name]())


@pytest.mark.long
def test_recurrent_layers_have_the_gradients_of_their_equations():
    imported, arrays, expected = import_recurrent()
    compare_imported(imported, arrays, expected)
    assert np.abs(expected[0]).max() > 0


@pytest.mark.long
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_is_derived_generated_and_verified(name):
    check_whole(ARCHITECTURES[name]()[0])


def test_what_is_done_about_channels_last_is_said():
    imported = from_keras(CLASSIFIER, batch=2)
    assert imported.text.split("\n| ") == [
        "input image 6x5 channels 2 batch 2",
        "conv w 3x3 channels 3 stride 2 padding 0x1 padding_after 1 bias b -> z",
        "relu -> a",
        "maxpool 2x2 stride 1 -> p",
        "batchnorm inference bias beta mean mu variance nu epsilon 0.001 -> y",
        "v[n,i,j,c] = y[n,c,i,j]",
        "flatten -> v",
        "dense w 4 bias b transposed -> h",
        "softmax -> p",
    ]
    assert imported.notes == ("image: channels come before space, as in (N, C, H, W)",)
    assert imported.sources["w1"].order == (3, 2, 0, 1)
    assert imported.weights == {}
    assert Network.parse(imported.text).spec == imported.network.spec


def test_branches_are_merged_along_the_axes_of_keras(tmp_path):
    model = functional(
        image(4, 4, 3),
        conv("a", "image", filters=2, kernel_size=[1, 1]),
        layer("GlobalAveragePooling2D", "mean", "a", keepdims=True),
        layer("Activation", "gate", "mean", activation="sigmoid"),
        layer("Multiply", "scaled", "a", "gate"),
        layer("Concatenate", "both", "scaled", "image", axis=-1),
        layer("Add", "sum", "both", "both"),
        layer("Softmax", "shares", "sum", axis=-1),
    )
    path = tmp_path / "model.json"
    path.write_text(json.dumps(model))
    assert from_keras(path).text.split("\n| ")[1:] == [
        "conv w 1x1 channels 2 bias b -> z",
        "avgpool 4x4 -> p",
        "sigmoid -> a",
        "y[n,c,i,j] = z[n,c,i,j] * a[n,c,0,0] for n<1",
        "y[n,c,i,j] = y[n,c,i,j] + image[n,c-2,i,j] for n<1, c<5",
        "add y^2 -> y",
        "softmax axis 1 -> p",
    ]


def test_everything_that_has_no_layer_is_named_at_once():
    model = sequential(
        image(8, 4),
        layer("LSTM", "memory", units=3, go_backwards=True),
        layer("Dense", "dense", units=2),
        layer("Lambda", "own", function="__import__('os').system('touch pwned')"),
    )
    with pytest.raises(SymconvError) as caught:
        from_keras(model)
    said = str(caught.value)
    assert "2 operations have no layer here" in said
    assert "'memory' (LSTM)" in said
    assert "'own' (Lambda)" in said
    assert "dense" not in said


def altered(*path, to):
    made = copy.deepcopy(CLASSIFIER)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return made


def option(number, word, to):
    return altered("config", "layers", number, "config", word, to=to)


REFUSED = {
    "the model has no str 'class_name'": [{}, {"class_name": 3}],
    "of the class 'Other'": [altered("class_name", to="Other")],
    "has no list 'layers'": [altered("config", to={})],
    "layer 1 has no str 'class_name'": [altered("config", "layers", 1, to=7)],
    "two layers are called 'conv'": [option(2, "name", "conv")],
    "has no sizes that are numbers": [option(0, "batch_shape", [None, None, 5, 2])],
    "data_format = channels_first": [option(1, "data_format", "channels_first")],
    "activation = {'class_name'": [option(1, "activation", {"class_name": "f"})],
    "padding = causal": [option(1, "padding", "causal")],
    "kernel_size is no list of 2 whole": [
        option(1, "kernel_size", w) for w in ([3], ["3 | relu", 3], "33", [True, 1])
    ],
    "filters is no whole number": [option(1, "filters", w) for w in (None, "3", 1.5, True)],
    "(ZeroDivisionError)": [option(1, "strides", [0, 1]), option(1, "groups", 0)],
    "'norm' (BatchNormalization)": [option(3, "axis", w) for w in (1, [1, 2], "x")],
    "epsilon is no number": [option(3, "epsilon", "x")],
    r"\u001b[31m": [
        altered("config", "layers", 1, "class_name", to="\x1b[31m"),
        option(1, "padding", "\x1b[31m"),
    ],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_hostile_or_foreign_architecture_is_refused_in_its_place(reason):
    for model in REFUSED[reason]:
        with pytest.raises(SymconvError) as caught:
            from_keras(model)
        assert reason in str(caught.value)
        assert "\x1b" not in str(caught.value)


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(SymconvError, match=r"its kernel has the shape \(2,\), not \(3, 3, 2, 3\)"):
        from_keras(CLASSIFIER, weights={"conv": [np.zeros(2)]})
