"""Modules of PyTorch as networks: the same output, every gradient the same, the text printed."""

import pytest
from imported import compare_imported

import symconv
from symconv.core.errors import SymconvError
from symconv.imports import from_torch

torch = pytest.importorskip("torch")
torch_models = pytest.importorskip("torch_models")
nn, F = torch.nn, torch.nn.functional


def import_case(name):
    model, inputs = torch_models.make_case(name)
    return from_torch(model, inputs), inputs, torch_models.differentiate(model, inputs)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(torch_models.CASES))
def test_a_module_and_its_network_have_the_same_gradients(name):
    imported, inputs, expected = import_case(name)
    compare_imported(imported, [x.numpy() for x in inputs], expected)


def test_the_text_is_one_that_a_person_would_write():
    model, inputs = torch_models.make_case("LeNet")
    imported = symconv.from_torch(model, inputs)
    assert imported.text.split("\n| ") == [
        "input x 12x12 channels 1 batch 2",
        "conv w 5x5 channels 3 padding 2 bias b -> z",
        "relu -> a",
        "maxpool 2x2 -> p",
        "conv w 3x3 channels 4 bias b -> z",
        "relu -> a",
        "maxpool 2x2 -> p",
        "flatten -> v",
        "dense w 6 bias b -> h",
        "relu -> a",
        "dense w 5 bias b -> h",
        "relu -> a",
        "dense w 4 bias b -> h",
        "cross_entropy t labels -> C",
    ]
    assert imported.sources["w2"].source == "c2.weight"
    assert imported.inputs == {"x": "x", "t": "t"}
    assert "w^5" in imported.network.program.by_key


class Wrapped(nn.Module):
    """A function as a module, with a weight that it may use."""

    def __init__(self, function):
        super().__init__()
        self.function, self.w = function, nn.Parameter(torch.arange(6.0).view(2, 3) - 2)

    def forward(self, *inputs):
        return self.function(self.w, *inputs)


def exported(function, *shapes):
    torch.manual_seed(1)
    inputs = tuple(torch.randn(s) for s in shapes)
    return Wrapped(function).double(), tuple(x.double() for x in inputs)


FUNCTIONS = {
    "a chain of views": (
        lambda w, x: (x.permute(0, 2, 1).reshape(2, 2, 6)[:, :, 1::2].unsqueeze(1) @ w.t()).squeeze(
            1
        ),
        (2, 3, 4),
    ),
    "functions and broadcasting": (
        lambda w, x: torch.exp(-x.abs()) * w.sum(0) + (x - x.mean(1, keepdim=True)) / 3,
        (2, 3),
    ),
    "a value changed in place": (lambda w, x: (x * w).add_(1).relu_() * 2, (2, 3)),
    "sums and products with factors": (
        lambda w, x: (
            torch.addmm(w.sum(0), x, w, beta=0.5, alpha=2).add(x @ w, alpha=3)
            - torch.rsub(x[:, :1], w[0], alpha=2)
        ),
        (2, 2),
    ),
    "a weight that is computed": (
        lambda w, x: F.linear(x, (w - w.mean(1, keepdim=True)) / w.square().sum().sqrt(), w[:, 0]),
        (2, 3),
    ),
    "values in a stack": (lambda w, x: torch.stack([x * w, w.sin(), x], 1)[:, :2], (2, 3)),
    "images between their entries": (
        lambda w, x: (
            F.interpolate(
                F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
                size=(8, 12),
                mode="bilinear",
            )
            * w[0, 0]
        ),
        (1, 2, 2, 3),
    ),
    "halves of another shape": (
        lambda w, x: torch.cat([p[:, :1] * p for p in torch.split(x @ w, 2, 1)], 1).clamp(
            -1.5, 2.5
        ),
        (4, 2),
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_operations_without_a_layer_become_equations(name):
    model, inputs = exported(*FUNCTIONS[name])
    expected = torch_models.differentiate(model, inputs)
    compare_imported(from_torch(model, inputs), [x.numpy() for x in inputs], expected)


@pytest.mark.parametrize("kind", [F.dropout, F.dropout2d])
def test_dropout_in_training_has_a_mask_that_is_given(kind):
    model, (x,) = exported(lambda w, x: kind(x * w[:, None], 0.3, training=True) ** 2, (2, 2, 2, 3))
    imported = from_torch(model, x)
    shape = (2, 2, 2, 3) if kind is F.dropout else (2, 2, 1, 1)
    mask = torch.randint(0, 2, shape).double()
    given = Wrapped(lambda w, x: (x * w[:, None] * mask / 0.7) ** 2).double()
    given.w = model.w
    expected = torch_models.differentiate(given, (x,))
    as_given = mask if kind is F.dropout else mask[:, :, 0, 0]
    compare_imported(imported, [x.numpy(), as_given.numpy()], expected)
    (note,) = imported.notes
    assert "the mask of dropout is given as 'mask'" in note
    assert list(imported.inputs.values()) == ["inputs0", "mask"]


@pytest.mark.long
@pytest.mark.parametrize("batch", [None, "N"])
def test_a_language_model_as_people_write_it_is_read(batch):
    torch.manual_seed(6)
    model = torch_models.LanguageModel().double()
    inputs = (
        torch.tensor([[0, 4, 2, 6], [1, 1, 3, 5]]),
        torch.tensor([[4, 2, 6, 3], [1, 3, 5, 0]]),
    )
    expected = torch_models.differentiate(model, inputs)
    # Of the two names of the tied matrix torch's archive has the last one.
    expected[2]["h.weight"] = expected[2].pop("e.weight")
    imported = from_torch(model, inputs, batch=batch)
    compare_imported(imported, [x.numpy() for x in inputs], expected)
    assert "labels 0 to 6, and not -1" in imported.notes[0]


@pytest.mark.long
def test_a_normalised_weight_is_computed():
    torch.manual_seed(6)
    model = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)).double()
    inputs = (torch.randn(2, 3).double(),)
    expected = torch_models.differentiate(model, inputs)
    compare_imported(from_torch(model, inputs), [x.numpy() for x in inputs], expected)


class Named(nn.Module):
    """Inputs with names that layers have, too."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, b, w2, h, h0):
        return self.second(torch.tanh(self.first(b) * w2 + h)) - h0


def test_inputs_have_names_that_no_second_tensor_has():
    torch.manual_seed(7)
    model, inputs = Named().double(), tuple(torch.randn(2, 2).double() for _ in range(4))
    imported = from_torch(model, inputs)
    assert list(imported.inputs.values()) == ["b0", "w2in", "h0", "h02"]
    expected = torch_models.differentiate(model, inputs)
    compare_imported(imported, [x.numpy() for x in inputs], expected)


LABELS, WEIGHTS = [1, 2, 0, 2], [0.5, 2.0, 1.5]
COSTS = {
    "smoothing, weights, a class that does not count": lambda w, v, x, t: F.cross_entropy(
        x @ w, t, v, ignore_index=1, label_smoothing=0.25
    ),
    "labels that two costs read": lambda w, _, x, t: (
        F.nll_loss((x @ w).log_softmax(1), t) + F.cross_entropy(x @ w, t, reduction="sum") / 3
    ),
    "labels that are flattened, one of which does not count": lambda w, _, x, t: F.cross_entropy(
        (x @ w).view(2, 2, 3).flatten(0, 1), t.view(2, 2).flatten(), ignore_index=-1
    ),
    "a target that is computed": lambda w, _, x, t: (
        F.smooth_l1_loss(x @ w, (x * x) @ w, beta=0.5) + F.cross_entropy(x @ w, t)
    ),
    "weights of the positives": lambda w, v, x, t: (
        F.binary_cross_entropy_with_logits(x @ w, (x * x @ w).sigmoid(), pos_weight=v)
        + F.cross_entropy(x @ w, t)
    ),
}


class Cost(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function, self.w = function, nn.Parameter(torch.arange(6.0).view(2, 3) / 4 - 0.6)
        self.register_buffer("v", torch.tensor(WEIGHTS))

    def forward(self, x, t):
        return self.function(self.w, self.v, x, t)


SLICE = list(COSTS)[:3:2]
"""The costs of the usual run: those with labels, which have most options."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in SLICE else [pytest.mark.long]) for n in COSTS]
)
def test_costs_have_their_weights_and_their_labels(name):
    torch.manual_seed(2)
    inputs = (torch.randn(4, 2).double(), torch.tensor(LABELS))
    model = Cost(COSTS[name]).double()
    expected = torch_models.differentiate(model, inputs)
    compare_imported(from_torch(model, inputs), [x.numpy() for x in inputs], expected)


class Language(nn.Module):
    """Tokens and their places, with one table for the first and the last layer."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(5, 3), nn.Parameter(torch.randn(4, 3))

    def forward(self, x, t):
        y = self.tokens(x) + self.places[: x.shape[1]]
        return F.cross_entropy(F.linear(torch.tanh(y), self.tokens.weight).view(-1, 5), t)


def test_a_table_of_tokens_is_shared_with_the_last_layer():
    torch.manual_seed(3)
    inputs = (torch.tensor([[0, 4, 2], [1, 1, 3]]), torch.tensor([4, 2, 0, 1, 3, 3]))
    model = Language().double()
    expected = torch_models.differentiate(model, inputs)
    imported = from_torch(model, inputs)
    compare_imported(imported, [x.numpy() for x in inputs], expected)
    assert "embedding w 5x3 -> y" in imported.text


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_convolutions_are_padded_with_the_image_itself(mode):
    torch.manual_seed(4)
    model = nn.Conv2d(1, 2, 3, padding=1, padding_mode=mode).double()
    inputs = (torch.randn(1, 1, 4, 4).double(),)
    expected = torch_models.differentiate(model, inputs)
    imported = from_torch(model, inputs)
    assert f"pad 1x1 mode {mode}" in imported.text
    compare_imported(imported, [x.numpy() for x in inputs], expected)


def test_everything_that_has_no_layer_is_named_at_once():
    def several(w, x):
        y = torch.cumsum(x @ w, 1) + torch.special.bessel_j0(x @ w)
        return torch.cat([y, F.adaptive_avg_pool1d(y[None], 2)[0]], 1)

    model, inputs = exported(several, (2, 2))
    with pytest.raises(SymconvError) as caught:
        from_torch(model, inputs)
    said = str(caught.value)
    assert "3 operations have no layer here" in said
    for operator in (
        "aten.cumsum",
        "aten.special_bessel_j0",
        "of (3,) to (2,), in unequal windows",
    ):
        assert said.count(operator) == 1
    assert "'cumsum' (aten.cumsum.default)" in said


def write_through_a_view(w, x):
    y = x * w
    part = y[:, :2]
    part.mul_(2)
    return y + 1


def read_a_view_of_what_changed(w, x):
    y = x * w
    part = y.view(3, 2)
    y.add_(1)
    return part * 2


REFUSED = {
    "changed in place through another view": [write_through_a_view, read_a_view_of_what_changed],
    "has 2 outputs": [lambda w, x: (x * w, x + w)],
    "dropout of the share 1.0": [lambda w, x: F.dropout(x * w, 1.0, training=True)],
    "by (1.0, 2.25), which are no whole": [
        lambda w, x: F.interpolate((x * w)[None, None], scale_factor=(1, 2.25), mode="nearest"),
        lambda w, x: F.interpolate((x * w)[None, None], scale_factor=(1, 2.25), mode="bilinear"),
    ],
    "padding of the batch or of channels": [lambda w, x: F.pad(x * w, (1, 1), value=2.0)],
    "whose gradient is stopped": [lambda w, x: x * (x * w).detach()],
    "an embedding of what is no input": [lambda w, x: F.embedding((x * w).argmax(1), w) + x[0]],
    "a power whose exponent is a tensor": [lambda w, x: 2 ** (x * w)],
    "weights of shape (2, 3) for": [
        lambda w, x: F.binary_cross_entropy_with_logits(x * w, x.detach(), weight=x * 1),
    ],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_would_be_misread_is_refused(reason):
    for function in REFUSED[reason]:
        model, inputs = exported(function, (2, 3))
        with pytest.raises(SymconvError) as caught:
            from_torch(model, inputs)
        assert reason in str(caught.value)


def compare_batches(name):
    """One network for batches of 1 and of 3."""
    model, inputs = torch_models.make_case(name)
    imported = from_torch(model, inputs, batch="N")
    assert "batch N" in imported.text
    for count in (1, 3):
        given = tuple(torch.cat([x, x])[:count] for x in inputs)
        expected = torch_models.differentiate(model, given)
        compare_imported(imported, [x.numpy() for x in given], expected)


def test_the_number_of_samples_is_a_letter():
    compare_batches("residual block")


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(torch_models.CASES) - {"residual block", "U-Net"}))
def test_more_modules_take_any_number_of_samples(name):
    compare_batches(name)


def test_a_network_that_is_another_one_for_each_number_of_samples_needs_it():
    model, inputs = exported(lambda w, x: (x - x.mean(0)) * w[0], (2, 3))
    with pytest.raises(SymconvError, match="another one for each number of samples"):
        from_torch(model, inputs, batch="N")
    model, inputs = torch_models.make_case("U-Net")
    with pytest.raises(SymconvError, match="needs an example of two samples or more"):
        from_torch(model, inputs, batch="N")
    with pytest.raises(SymconvError, match="a number, or N"):
        from_torch(model, inputs, batch="B")


def test_one_of_several_outputs_is_chosen():
    model, inputs = exported(lambda w, x: (x * w, (torch.relu(x), 3)), (2, 3))
    with pytest.raises(SymconvError, match="has 3 outputs") as caught:
        from_torch(model, inputs)
    assert "0 is 'mul', 1 is 'relu'" in str(caught.value)
    assert from_torch(model, inputs, result=1).text.endswith("| relu -> a")
    assert from_torch(model, inputs, result="relu").text.endswith("| relu -> a")
    for wrong in ("3", "y", -1):
        with pytest.raises(SymconvError, match="has no output"):
            from_torch(model, inputs, result=wrong)
    with pytest.raises(SymconvError, match="the output has no dict 'as_tensor'"):
        from_torch(model, inputs, result=2)


def test_what_torch_cannot_export_is_said_in_one_line():
    model, inputs = exported(lambda w, x: x * w if x.sum() > 0 else x, (2, 3))
    with pytest.raises(SymconvError, match="PyTorch cannot export the module") as caught:
        from_torch(model, inputs)
    assert "\n" not in str(caught.value)
