"""Every layer of the catalogue, with every kind of option, passes every check of `verify`."""

from dataclasses import fields

import pytest
from grids import REST, slice_of

from symconv.api import Network
from symconv.layers import catalogue
from symconv.layers.base import COMMON

LINE, PLANE = "input x 5 batch N", "input x 4x5"
IMAGES = "input x Nx4xHxW"
NORMS = [
    "input x Nx2x3x2 | {} | sse t",
    "input x Nx2xHxW | {} weight g bias b",
    "input x 2x3x2x3 | {} weight g epsilon 0.1",
]
LOSSES = ["input x HxW | {} t", "input x 2 batch N | {} t", "input x 3x4 | {} t reduction none"]
REDUCED = [*LOSSES, "input x NxQxHxW | {} t reduction sum", "input x N | {} t reduction mean"]
POINTWISE = ["input x HxW | {}", "input x Nx2x3x3 | conv w 2x2 channels 2 -> z | {} | sse t"]

VARIANTS = {
    "conv": [
        "input x HxW | {} w k1xk2",
        "input x L batch N | {} w k",
        "input x NxCxHxW | {} w k1xk2 channels F stride s padding p dilation d bias beta",
        "input x NxCxHxW | {} w k1xk2 channels F stride s padding p padding_after q flip",
        "input x 2x3x5x6 | {} w 3x2 channels 2 padding same bias b untied",
        "input x 2x3x5x6 | {} w 3x2 channels 2 padding valid dilation 1x2 flip bias b",
        "input x Nx4xHxW | {} w 3x2 channels 6 groups 2 stride 2 padding 1",
        "input x Nx4xHxW | {} w 3x3 channels 4 groups 4 padding 1 dilation 2",
        "input x Nx3x6x6 | {} w 2x2 channels 6 groups 3 stride 2x1 bias b flip",
        "input x 2x9x8x8 | {} w 7x7 channels 2 stride 3 padding 2x1 padding_after 1x2",
        "input x HxW | {} w 2x2 -> y | {} w 2x2 -> y | sse t",
        "input x H channels 2 batch N | {} w 3 channels 2 stride 2 padding 1 border reflect",
        "input x 4x4 | {} w 3x3 padding same border circular | sse t",
    ],
    "transposed_conv": [
        "input x NxCxHxW | {} w k1xk2 channels F stride s padding p bias b",
        "input x 2x2x3x4 | {} w 3x2 channels 3 stride 2x3 padding 1x0 output_padding 1x2",
        "input x 2x3x3x3 | {} w 3x3 channels 2 stride 2 dilation 2 padding 1",
        "input x 4x4 | {} w 2x2 stride 2",
        "input x Nx4xHxW | {} w k1xk2 channels 6 groups 2 stride 2 bias b",
        "input x Nx2x3 | {} w 3 channels 4 groups 2 padding 1 | sse t",
    ],
    "local": [
        "input x NxCxHxW | {} w k1xk2 channels F stride s padding p dilation d",
        "input x 2x2x5x5 | {} w 3x3 channels 2",
        "input x 5 batch 2 | {} w 3 stride 2",
    ],
    "dense": [
        "input x R batch N | {} w Q bias b",
        "input x 4 | {} w 3 | tanh | {} w 2 | sse t",
        "input x NxSxR | {} w Q bias b last transposed",
        "input x NxR | {} w Q bias b factor -3 bias_factor 0.5",
    ],
    "dropout": ["input x NxH | {} m rate 0.25", "input x 4x4 | constant k 4x4 | {} k | sse t"],
    "embedding": [
        "input x NxT | {} w VxD",
        "input x 3x4 | {} w 5x2 -> y | dense V 3 last -> h | sse t",
    ],
    "attention": [
        "input x TxE | {} Q K V O query_bias a key_bias d value_bias e output_bias f",
        "input x 2x2 batch N | {} Q K V O heads 2 causal | sse t",
        (
            "input x 1x2x2 | input m 1x3x2 | input n 1x3x2 | constant M 2x3 | constant P 1x3 "
            "| {} Q K V O keys m values n mask M padding_mask P of x | sse t"
        ),
    ],
    "matmul": [
        "input x HxH | relu -> a | {} a",
        "input x HxW | tanh -> a | {} x transposed",
        "input x Nx2x3x3 | sigmoid -> a | {} x | sse t",
    ],
    "maxpool": [
        "input x HxW | {} k",
        "input x NxCxHxW | {} 2x3 stride 2x1",
        "input x NxCxHxW | {} 3 stride 2 padding 1",
        "input x 2x7x7 | {} 3 stride 2 ceil",
        "input x 2x2x8x9 | {} 2x3 stride 2 dilation 2x1 padding 1 ceil",
        "input x NxH | {} 3 stride 2 padding 0 padding_after 1",
        "input x 7 batch 2 | {} 3 stride 2",
        "input x 6x6 | conv w 3x3 -> z | {} 2 stride 1 -> p | {} 2 -> p | sse t",
    ],
    "avgpool": [
        "input x HxW | {} k",
        "input x NxCxHxW | {} 3 stride 2 padding 1",
        "input x NxCxHxW | {} 3x2 stride s padding 1 exclude_padding",
        "input x 2x7x7 | {} 3 stride 2 ceil padding 1",
        "input x 2x7x7 | {} 3 stride 2 ceil padding 1 exclude_padding",
        "input x 2x2x6x6 | {} 2 divisor 3",
        "input x NxH | {} 3 stride 2 padding 1 padding_after 0 exclude_padding",
    ],
    "global_avgpool": ["input x NxCxHxW | {}", "input x HxW | {}"],
    "global_maxpool": ["input x NxCxHxW | {}", "input x 3x3x4 | relu -> a | {}"],
    "batchnorm": [
        *NORMS,
        "input x NxCxHxW | {} weight g bias b inference mean m variance v",
        "input x 2x3 | input v 3 | constant m 3 | {} inference mean m variance v of x | sse t",
    ],
    "layernorm": [
        *NORMS,
        "input x 3x4 | {} weight g bias b",
        "input x H | {} | sse t",
        "input x NxHxW | {} last 1 weight g",
    ],
    "instancenorm": [*NORMS, "input x 3x4 channels 2 | {}"],
    "rmsnorm": [*NORMS, "input x 3x4 | {} weight g", "input x NxHxW | {} last 2 bias b"],
    "groupnorm": [
        "input x Nx4x2x2 | {} groups 2 | sse t",
        "input x 2x6x2x3 | {} weight g bias b groups 3",
        "input x Nx4xHxW | {} weight g groups 4 epsilon 0.01",
    ],
    "softmax": [
        "input x Q batch N | {}",
        "input x 2x3x2x2 | {} | sse t",
        "input x Q | {}",
        "input x NxSxF | {} axis -1 | sse t",
    ],
    "log_softmax": [
        "input x Q batch N | {}",
        "input x 2x3x2x2 | {}",
        "input x 4 | {} | sse t",
        "input x NxSxF | {} axis -1 | sse t",
    ],
    "cross_entropy": [
        "input x Q batch N | {} t",
        "input x Q batch N | {} t labels",
        "input x 2x3x2x2 | {} t labels reduction sum",
        "input x Q batch N | {} t reduction none",
        "input x Q batch N | {} t labels reduction none",
        "input x 4 | dense w 3 -> z | {} t labels",
        "input x Q batch N | {} t labels weights v smoothing 0.1 ignore 1",
        "input x Q batch N | {} t smoothing e",
    ],
    "nll_loss": [
        "input x Q batch N | {} t smoothing 0.1 weights v",
        "input x 2x3x2x2 | {} t labels reduction none weights v",
        "input x Q batch N | log_softmax -> p | {} t labels ignore 0 smoothing 0.2",
    ],
    "sse": LOSSES[:2],
    "half_sse": LOSSES[:2],
    "mse": LOSSES[:2],
    "l1": REDUCED,
    "smooth_l1": [*REDUCED, "input x HxW | {} t beta 0.5", "input x 3x3 | {} t beta 2"],
    "huber": [*REDUCED, "input x HxW | {} t delta 0.5", "input x 3x3 | {} t delta a"],
    "bce": [
        *REDUCED,
        "input x 4x4 | conv w 2x2 -> z | sigmoid -> a | {} t",
        "input x NxQ | {} t weights v pos_weight p",
    ],
    "bce_logits": [*REDUCED, "input x NxQxHxW | {} t weights v pos_weight p reduction sum"],
    "relu": POINTWISE,
    "leaky_relu": [*POINTWISE, "input x HxW | {} slope 0.2"],
    "elu": [*POINTWISE, "input x HxW | {} alpha 0.5"],
    "softplus": [*POINTWISE, "input x HxW | {} beta 2 threshold 1", "input x 4 | {} beta a"],
    "gelu": [*POINTWISE, "input x HxW | {} exact"],
    "silu": POINTWISE,
    "sigmoid": POINTWISE,
    "tanh": POINTWISE,
    "flatten": ["input x NxQxHxW | {} | dense w 2 bias b | sse t", "input x 2x3 | {}"],
    "upsample": [
        "input x Nx2xHxW | {} 2",
        "input x 2x3 | {} 3x2 | sse t",
        "input x HxW | {} s",
        "input x 1x1x2x3 | {} size 3x4 | sse t",
        "input x NxHxW | {} 2 mode bilinear",
        "input x 5 | {} 3 mode linear align_corners | sse t",
    ],
    "pad": [
        "input x HxW | {} p",
        "input x 2x2x3x3 | {} 1x2 after 0x1 | sse t",
        "input x NxH | {} p mode circular",
        "input x NxH | {} p after q mode reflect",
        "input x 3x4 | {} 1x2 mode replicate | sse t",
        "input x HxW | {} 1 after -1x2 value a",
    ],
    "scale": ["input x NxCxHxW | {} g bias b", "input x C batch N | {} g"],
    "mul": ["input x HxW | relu -> a | {} x", "input x 2x3x3 | tanh -> a | sigmoid -> c | {} a"],
    "add": ["input x HxW | relu -> a | {} x", "input x 2x3x3 | tanh -> a | sigmoid -> c | {} a"],
    "concat": ["input x Nx2x3x3 | relu -> a | {} x", "input x Nx2x3x3 | tanh -> a | {} a | sse t"],
}
OWN = [
    "input x HxW | y[i,j] = sum(m<3) w[m] x[i+m,j]",
    "input x 6x5 | y[i,j] = sum(m<2, n<3) w[m,n] x[2*i+m, j+n] + b[j]",
    "input x 4x5 | y[i,j] = sum(k<5) x[i,k] x[j,k]",
    "input x 4 | y[i] = sum(a<4, c<4) w[i,a,c] x[a] x[c] for i<3",
    "input x 3x4 | y[i,j] = tanh(x[i,j]) * sigmoid(w[j]) | sse t",
    "input x NxD | y[n,d] = x[n,d] * sigmoid(b * x[n,d]) | sse t",
    "input x NxK | y[n,k] = tanh(g * x[n,k]) * x[n,k] | sse t",
    "input x NxMxD | y[n,k,d] = g * x[n,k,d]^2 | sse t",
    "input x D | y[d] = g + sum(q<2) (r[d,q] + u + a) - sum(m<2) x[d] | sse t",
    "input x NxD | y[n,d] = x[n,d] * log(6) + sigmoid(1/2) * relu(x[n,d]) | sse t",
    "input x NxD | y[n,d] = exp(1/4*(x[n,d] + softplus((x[n,d]-x[n,d])*v) + 3)) | sse t",
    "input x D | y[d] = relu(-2)*x[d] + abs(-3)*x[d] + step(3)*x[d] + relu(5)*tanh(x[d]) | sse t",
]


def cases_of(keyword, texts):
    """The variants of a layer, each with its name."""
    return [(keyword, text.format(keyword, keyword)) for text in texts]


CASES = [case for k, texts in VARIANTS.items() for case in cases_of(k, texts)]


def ids(case):
    return case if isinstance(case, str) else None


def test_every_layer_of_the_catalogue_has_variants():
    assert sorted(VARIANTS) == sorted(catalogue())


@pytest.mark.parametrize("keyword", sorted(catalogue()))
def test_every_option_of_a_layer_is_in_the_table(keyword):
    layer = catalogue()[keyword]
    texts = " ".join(text for k, text in CASES if k == keyword).split()
    required = {f.name for f in fields(layer) if f.default is not None and not f.kw_only}
    options = {f.name for f in fields(layer)} - set(COMMON) - required
    assert options <= set(texts) | {"weight", "bias"}, keyword


SOME = [
    case
    for k, texts in {**VARIANTS, "own": OWN}.items()
    for case in slice_of(cases_of(k, texts), 4)
]
"""Of each layer, half of its variants in every run."""


@pytest.mark.parametrize("draws", [1, pytest.param(2, marks=REST)])
@pytest.mark.parametrize(("keyword", "text"), SOME, ids=ids)
def test_derivations_and_gradients_pass_every_check(keyword, text, draws):
    network = Network.parse(text)
    checks = network.verify(draws=draws)
    assert {c.name.split()[0] for c in checks} >= {"steps", "derivative", "transpose", "readable"}
    assert [c.line for c in checks if not c.passed] == [], keyword
    assert all(c.points > 0 for c in checks)
