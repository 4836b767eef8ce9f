"""What cannot be said soundly is refused when a network is built; degenerate sizes work."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError, Unsupported

REFUSED = {
    "input x 5 | y[i] = max(m<3) w[m]*x[i+m] for i<5": "may lie beyond the border of x",
    "input x H | y[i] = max(m<3) 2*x[i+m-1] for i<H": "may lie beyond the border of x",
    "input x H | y[i] = logsumexp(m<3) (x[i+m-1]+1) for i<H": "part of what the log-sum-exp",
    "input x H | y[i] = max(m<3) tanh(x[i-m]) for i<H": "part of what the maximum",
    "input x 5x5 | y[i+j] = x[i,j]": "same entry for several values of i and j",
    "input x 4x4 | y[3*i+j] = x[i,j] for i<4, j<4": "same entry for several values",
    "input x 5 | y[i] = x[i*i] for i<2": "not affine",
    "input x 5 | y[i] = x[floor(i/2)] for i<2": "a floor never enters a formula",
    "input x 2x2 | conv w 3x3": "its input has only 2",
    "input x 2x2 | maxpool 3": "its input has only 2",
    "input x 0x3 | relu": "too small",
    "input x Nx4x3x3 | transposed_conv w 2x2 channels 6 groups 3": "3 groups do not divide",
    "input x Nx4x3x3 | transposed_conv w 2x2 groups 2": "2 groups in the transposed",
    "input x 4x5 | pad 4x1 mode reflect": "reflect padding of 4 needs more than an axis of 4",
    "input x 4 | pad 1 after 4 mode reflect": "reflect padding of 4 needs more than an axis of 4",
    "input x 5 | pad 6 mode circular": "circular padding of 6 needs more than an axis of 5",
    "input x 5 | pad -3": "leaves -1 of 5 entries",
    "input x 5 | pad -1 mode replicate": "takes none away",
    "input x 5 | pad 1 mode circular value 2": "a circular padding has no value",
    "input x 5 | pad 1 mode wrap": "'wrap' is no mode",
    "input x 5 | pad --1": "'--1' is no size",
    "input x 5 | avgpool 2 padding -1": "'-1' is no size",
    "input x 3x3 | conv w 7x7 padding 3 border reflect": "reflect padding of 3 needs more",
    "input x 4 | tanh | embedding w 4x2": "looks up whole numbers, and a is computed",
    "input x NxTx5 | attention Q K V O heads 2": "2 heads do not share 5 features",
    "input x NxTxE | attention Q K V O heads 2": "2 heads do not share E features",
    "input x NxE | attention Q K V O": "gets an input of shape N x E",
    "input x NxT | embedding w 1x4": "a table of one row",
    "input x NxT | embedding w 4": "a table has rows and columns",
    "input x 4 | embedding w 5x4 -> y | dense V 4 of x": "'x' holds row numbers",
    "input x 5 | dropout m rate 1": "a rate of 1 is no share",
    "input x 5 | dropout m rate -0.5": "a rate of -1/2 is no share",
    "input x 5 | dense w 2 bias_factor 2": "'bias_factor' stands before a bias",
    "input x 5x5 channels 2 | upsample 2 mode linear": "'linear' is for 1 axis of space, not 2",
    "input x 5x5 | upsample 2 align_corners": "no corners to align",
    "input x 3x3 | conv w 3x3 border same": "'same' is no border",
}
ACCEPTED = [
    "input x 5 | y[i] = max(m<3) w[m]*x[i+m] for i<3",
    "input x H | y[i] = max(m<3) w[m]*x[i+m]",
    "input x H | y[i] = max(m<3) x[i+m-1] for i<H",
    "input x H | y[i] = max(m<3) sum(k<2) w[k]*x[i+m+k-1] for i<H",
    "input x H | y[i] = logsumexp(m<3) x[i+m-1] for i<H",
    "input x 4x4 | y[4*i-j+3] = x[i,j] for i<4, j<4",
    "input x 5x5 | y[i,i+j] = x[i,j]",
    "input x 5 | y[i+i] = x[i]",
    "input x CxHxW | flatten",
    "input x 1x1 | conv w 1x1 | relu | maxpool 1",
    "input x 3x3 | conv w 5x5 padding 1",
    "input x 9x9 | conv w 2x2 stride 4",
    "input x 1x1 | conv w 3x3 padding 1 stride 5",
]


@pytest.mark.parametrize("text", sorted(REFUSED))
def test_what_has_no_one_meaning_is_refused_with_the_reason(text):
    with pytest.raises(SymconvError, match=REFUSED[text]) as caught:
        Network.parse(text)
    assert caught.value.help or isinstance(caught.value, Unsupported)
    assert caught.value.text == text
    assert caught.value.position is not None


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_has_one_meaning_passes_every_check(text):
    assert [c.line for c in Network.parse(text).verify(draws=2) if not c.passed] == []


def run(text, arrays, **sizes):
    """Forward and backward of a network in random numbers of the given shapes."""
    compiled = Network.parse(text).compile()
    rng = np.random.default_rng(0)
    given = {k: rng.normal(size=shape) for k, shape in arrays.items()} | sizes
    values = compiled.forward(**given)
    seed = f"delta_{values._fields[-1]}"
    known = {**given, "values": values, seed: np.ones(np.shape(values[-1]))}
    taken = compiled.module.backward.__code__.co_varnames
    return values[-1], compiled.backward(**{k: a for k, a in known.items() if k in taken})


CONV = "input x NxCxHxW | conv w k1xk2 channels F stride s padding p dilation d bias beta -> z"
GEOMETRIES = {
    "no samples": ((0, 2, 5, 5), (3, 3), 1, 1, (5, 5)),
    "one pixel": ((2, 2, 1, 1), (3, 3), 1, 1, (1, 1)),
    "a kernel as large as the padded image": ((2, 2, 3, 4), (5, 6), 2, 1, (1, 1)),
    "a stride larger than the kernel": ((2, 2, 9, 9), (2, 2), 4, 1, (3, 3)),
    "a remainder at the border": ((1, 2, 16, 16), (7, 7), 3, 2, (5, 5)),
}


@pytest.mark.parametrize("case", sorted(GEOMETRIES))
def test_degenerate_convolutions_agree_with_pytorch(case):
    torch = pytest.importorskip("torch")
    shape, kernel, s, p, out = GEOMETRIES[case]
    arrays = {"x": shape, "w": (3, shape[1], *kernel), "beta": (3,)}
    z, found = run(CONV, arrays, s=s, p=p, d=1)
    assert z.shape == (shape[0], 3, *out)
    rng = np.random.default_rng(0)
    x, w, beta = (torch.tensor(rng.normal(size=n), requires_grad=True) for n in arrays.values())
    wanted = torch.nn.functional.conv2d(x, w, beta, s, p)
    wanted.sum().backward()
    np.testing.assert_allclose(z, wanted.detach().numpy(), 1e-12, 1e-12)
    for name, tensor in {"dx": x, "dw": w, "dbeta": beta}.items():
        np.testing.assert_allclose(getattr(found, name), tensor.grad.numpy(), 1e-12, 1e-12)


EMPTY = {
    "input x 2xHxW batch N | maxpool 2 -> p": {"x": (0, 2, 4, 4)},
    "input x 2xHxW batch N | avgpool 3 stride 2 padding 1 exclude_padding": {"x": (0, 2, 4, 4)},
    "input x 3 batch N | softmax -> p": {"x": (0, 3)},
    "input x 3 batch N | layernorm weight g bias b": {"x": (0, 3), "g": (3,), "b": (3,)},
    "input x 3 batch N | dense w 2 bias b -> h | tanh -> a | sse t -> C": {
        "x": (0, 3), "w": (2, 3), "b": (2,), "t": (0, 2),
    },
}  # fmt: skip


@pytest.mark.parametrize("text", sorted(EMPTY))
def test_no_samples_give_no_gradients_but_those_of_parameters(text):
    out, found = run(text, EMPTY[text])
    assert np.size(out) == 0 or out == 0
    for name, gradient in found._asdict().items():
        assert gradient.shape == EMPTY[text][name[1:]]
        assert not np.any(gradient)
