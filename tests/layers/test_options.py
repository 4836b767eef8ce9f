"""Norms and activations with options: what is refused, and what is said of claims."""

import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

GIVEN = "a given mean needs a given variance"
REFUSED = {
    "input x Nx3 | batchnorm inference": (GIVEN, "batchnorm inference mean m variance v"),
    "input x Nx3 | batchnorm inference mean m": (GIVEN, "inference mean m variance v"),
    "input x Nx3 | batchnorm inference variance v": (GIVEN, "inference mean m variance v"),
    "input x Nx3 | batchnorm mean m variance v": (GIVEN, "inference mean m variance v"),
    "input x Nx3 | constant m 2 | batchnorm inference mean m variance v of x": (
        "'m' has the shape 2, where 3 is needed", "",
    ),
    "input x Nx3 | batchnorm inference mean m variance m": ("the name 'm' is given twice", ""),
    "input x Nx3 | batchnorm inference mean m variance v epsilon -1": ("epsilon = -1", "0 or"),
    "input x Nx3 | layernorm inference": ("has no option 'inference'", ""),
    "input x Nx3 | layernorm last 3": ("layer normalisation over 3 axes gets 2", "1 to 2"),
    "input x Nx3 | rmsnorm last 0": ("over 0 axes gets 2", "1 to 2"),
    "input x Nx3 | softmax axis 2": ("gets an input of shape N x 3", "an axis from 0 to 1"),
    "input x Nx3 | log_softmax axis -3": ("gets an input of shape N x 3", "an axis from 0 to 1"),
    "input x 3 | softplus beta 0": ("beta = 0 is not positive", "more than 0"),
    "input x 3 | softplus beta -1": ("beta = -1 is not positive", "more than 0"),
    "input x 3 | softplus threshold high threshold 2": ("'threshold' is given twice", "once"),
    "input x 3 | smooth_l1 t beta 0": ("beta = 0 is not positive", "'l1'"),
    "input x 3 | huber t delta -2": ("delta = -2 is not positive", "more than 0"),
    "input x 3 | huber t beta 2": ("has no option 'beta'", "delta"),
    "input x NxCxHxW | upsample 2 size 7x5": ("a factor or a size", "upsample size 7x5"),
    "input x NxCxHxW | upsample": ("needs its scale", "upsample SCALE"),
    "input x NxCxHxW | upsample size": ("'size' needs a value", "size 2"),
    "input x NxCxHxW | upsample size 7x5 mode linear": ("is for 1 axis of space", "bilinear"),
    "input x NxCxHxW | upsample size 7x5 align_corners": ("no corners to align", "mode bilinear"),
    "input x NxCxHxW | upsample size 0x5": ("a size of 0 is too small", "at least 1"),
    "input x 3 | gelu tanh": ("has no option 'tanh'", "exact"),
    "input x NxTx4 | input m NxSx6 | input n NxTx6 | attention Q K V O keys m values n of x": (
        "takes keys or values of shape N x T x 6", "needs N x S x F, with any F",
    ),
    "input x NxTx4 | input m MxSx6 | attention Q K V O keys m of x": ("of shape M x S x 6", "N x"),
    "input x NxTx4 | input m N | attention Q K V O keys m of x": ("values of shape N", "NxSxF"),
    "input x NxTx4 | constant M 3x3 | attention Q K V O mask M of x": (
        "'M' has the shape 3 x 3, which does not broadcast to N x 1 x T x T", "the shape T x T",
    ),
    "input x NxTx4 | input m NxSx2 | attention Q K V O keys z of x": ("is called", "known: x, m"),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_an_option_that_cannot_be_meant_is_refused_with_its_place(text):
    message, help_ = REFUSED[text]
    with pytest.raises(SymconvError) as caught:
        Network.parse(text)
    assert message in caught.value.message
    assert help_ in (caught.value.help or "")
    start, stop = caught.value.position
    assert text[start:stop] in text.split(" | ")[-1]


CLAIMS = {
    "input x 2x3 | batchnorm weight g inference mean m variance v epsilon 0 -> y "
    "| half_sse t -> C": {
        "dC/dx_{i,j} = g_j (y_{i,j} - t_{i,j}) / sqrt(v_j)": "right",
        "y_{i,j} = g_j (x_{i,j} - m_j) / sqrt(v_j)": "right",
        "dC/dg_j = sum_i (y_{i,j} - t_{i,j}) (x_{i,j} - m_j) / sqrt(v_j)": "right",
        "dC/dx_{i,j} = g_j (y_{i,j} - t_{i,j}) / v_j": "wrong",
        "dC/dx_{i,j} = (y_{i,j} - t_{i,j}) / sqrt(v_j)": "wrong",
        "dC/dg_j = sum_i (y_{i,j} - t_{i,j}) x_{i,j} / sqrt(v_j)": "wrong",
    },
    "input x 2x3 | input m 3 | batchnorm inference mean m variance v epsilon 0 of x -> y "
    "| half_sse t -> C": {
        "dC/dm_j = -sum_i (y_{i,j} - t_{i,j}) / sqrt(v_j)": "right",
        "dC/dm_j = sum_i (y_{i,j} - t_{i,j}) / sqrt(v_j)": "wrong",
        "dC/dm_j = -(y_{0,j} - t_{0,j}) / sqrt(v_j)": "wrong",
    },
    "input x 3 | softplus beta 2 -> a | half_sse t -> C": {
        "dC/dx_1 = (a_1 - t_1) sigmoid(2 x_1)": "right",
        "a_1 = log(1 + exp(2 x_1)) / 2": "right",
        "dC/dx_1 = (a_1 - t_1) sigmoid(x_1)": "wrong",
        "dC/dx_1 = 3 (a_1 - t_1) sigmoid(2 x_1)": "wrong",
    },
    "input x 3 | softplus threshold 1 -> a | half_sse t -> C": {
        "dC/dx_1 = (a_1 - t_1) ([x_1 > 1] + (1 - [x_1 > 1]) sigmoid(x_1))": "right",
        "dC/dx_1 = (a_1 - t_1) sigmoid(x_1)": "wrong",
        "dC/dx_1 = (a_1 - t_1) ([x_1 > 2] + (1 - [x_1 > 2]) sigmoid(x_1))": "wrong",
    },
    "input x 3 | gelu exact -> a | half_sse t -> C": {
        "a_1 = x_1/2 (1 + erf(x_1/sqrt(2)))": "right",
        "dC/dx_1 = (a_1 - t_1) ((1 + erf(x_1/sqrt(2)))/2 + x_1 exp(-x_1^2/2)/sqrt(2 pi))": "right",
        "a_1 = x_1/2 (1 + erf(x_1))": "wrong",
        "dC/dx_1 = (a_1 - t_1) (1 + erf(x_1/sqrt(2)))/2": "wrong",
    },
    "input x 3 | huber t delta 2 reduction sum -> C": {
        "dC/dx_1 = x_1 - t_1 - sign(x_1 - t_1) max(|x_1 - t_1| - 2, 0)": "right",
        "dC/dx_1 = x_1 - t_1 if |x_1 - t_1| < 2 else 2 sign(x_1 - t_1)": "right",
        "dC/dx_1 = x_1 - t_1": "wrong",
        "dC/dx_1 = x_1 - t_1 if |x_1 - t_1| < 1 else 2 sign(x_1 - t_1)": "wrong",
        "dC/dx_1 = x_1 - t_1 if |x_1 - t_1| < 3 else 2 sign(x_1 - t_1)": "wrong",
        "dC/dx_1 = x_1 - t_1 if |x_1 - t_1| < 2 else sign(x_1 - t_1)": "wrong",
    },
}


@pytest.mark.parametrize("text", CLAIMS)
def test_claims_about_a_layer_with_options_are_judged(text):
    network = Network.parse(text)
    assert {c: network.check(c).verdict for c in CLAIMS[text]} == CLAIMS[text]


def test_given_statistics_have_no_gradient_and_computed_ones_no_letter():
    network = Network.parse("input x Nx3 | batchnorm inference mean m variance v -> y | sse t -> C")
    assert [t.key for t in network.program.tensors] == ["x", "m", "v", "y", "t", "C"]
    assert [t.key for t in network.backward().wrt] == ["x"]
    assert "Constants: m (3); v (3)" in network.derivation().text()


def test_attention_to_another_sequence_is_verified_at_any_sizes():
    text = (
        "input x NxTx2 | input m NxSx3 | attention Q K V O heads 2 causal keys m mask M "
        "padding_mask P of x -> y"
    )
    network = Network.parse(text)
    assert [t.key for t in network.backward().wrt] == ["Q", "K", "V", "O", "x", "m"]
    for style in ("readable", "loops"):
        assert [c.line for c in network.verify(style, draws=1) if not c.passed] == []
