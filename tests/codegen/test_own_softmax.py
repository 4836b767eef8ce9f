"""Softmax of one's own over several equations, or behind a mask: no overflow, in any style.

Compared with PyTorch's softmax, log_softmax, sigmoid and softplus at numbers whose exponentials
overflow, also where the number beyond all others is a masked one.
"""

from functools import cache, partial

import numpy as np
import pytest

from symconv import Network

torch = pytest.importorskip("torch")
F = torch.nn.functional
STYLES = ("loops", "readable", "fast")
VECTORS = ([1.0, 800.0, 2.0, 0.0], [1e3, -1e3, 3.0, 999.0], [0.125, 0.5, -2.0, 1.0])
MATRICES = (
    [[1.0, 800, 2, 0], [5, 1, -3, 900], [0, 1, 2, 3], [1e3, 2, 3, -4]],
    [[0.5, -1, 2, 0.25], [1, 0, -0.5, 2], [0, 1, 2, -3], [0.75, 2, -1, 0.5]],
)
LOWER = torch.ones(4, 4).tril() == 1
SUM, ROW = "(sum(k<4) e[k])", "(sum(k<4) e[i,k])"
softmax, log_softmax = partial(torch.softmax, dim=-1), partial(F.log_softmax, dim=-1)


def causal(x):
    return softmax(x.masked_fill(~LOWER, -torch.inf))


OF_VECTORS = {
    f"e[i] = exp(x[i]) | p[i] = e[i]/{SUM}": softmax,
    f"e[i] = exp(x[i]) | s = {SUM} | p[i] = e[i]/s": softmax,
    f"e[i] = exp(x[i]) | s = 1/{SUM} | p[i] = e[i]*s": softmax,
    f"m = max(k<4) x[k] | e[i] = exp(x[i] - m) | p[i] = e[i]/{SUM}": softmax,
    f"m = max(k<4) x[k] | e[i] = exp(x[i] - m) | s = {SUM} | p[i] = e[i]/s": softmax,
    f"e[i] = exp(2*x[i]) | p[i] = e[i]/{SUM}": lambda x: softmax(2 * x),
    f"e[i] = exp(-x[i]/3) | p[i] = e[i]/{SUM}": lambda x: softmax(-x / 3),
    f"e[i] = exp(x[i]) | p[i] = e[i]/{SUM} | l[i] = log(p[i])": log_softmax,
    "p[i] = exp(x[i])/(sum(k<4) exp(x[k])) | l[i] = -log(p[i])": lambda x: -log_softmax(x),
    f"e[i] = exp(x[i]) | l = log({SUM}) | d[i] = x[i] - l": log_softmax,
    f"e[i] = exp(x[i]) | s = {SUM} | d[i] = log(e[i]/s)": log_softmax,
    "e[i] = exp(-x[i]) | y[i] = 1/(1 + e[i])": torch.sigmoid,
    "e[i] = exp(x[i]) | y[i] = e[i]/(1 + e[i])": torch.sigmoid,
    "e[i] = exp(x[i]) | y[i] = log(1 + e[i])": lambda x: torch.logaddexp(x, 0 * x),
}
OF_MATRICES = {
    "p[i,j] = [j<=i]*exp(x[i,j])/(sum(k<4) [k<=i]*exp(x[i,k]))": causal,
    f"e[i,j] = [j<=i]*exp(x[i,j]) | p[i,j] = e[i,j]/{ROW}": causal,
    f"e[i,j] = [j<=i]*exp(x[i,j]) | s[i] = {ROW} | p[i,j] = e[i,j]/s[i]": causal,
    "e[i,j] = exp(x[i,j]) | p[i,j] = [j<=i]*e[i,j]/(sum(k<4) [k<=i]*e[i,k])": causal,
    f"e[i,j] = exp(x[i,j]) | s[i] = {ROW} | p[i,j] = e[i,j]/s[i]": softmax,
    "e[i,j] = exp(x[i,j]) | p[i,j] = e[i,j]/(sum(k<4) e[k,j])": partial(torch.softmax, dim=0),
}
MASKED = {
    "p[i,j] = m[i,j]*exp(x[i,j])/(sum(k<4) m[i,k]*exp(x[i,k]))": causal,
    "e[i,j] = m[i,j]*exp(x[i,j]) | p[i,j] = e[i,j]/(sum(k<4) e[i,k])": causal,
}
CASES = OF_VECTORS | OF_MATRICES | MASKED
USUAL = [*OF_VECTORS][1:8:6] + [*OF_MATRICES][:1] + [*MASKED][:1]


@cache
def compiled(text, style):
    shape = "4" if text in OF_VECTORS or "x[i]" in text else "4x4 channels none"
    return Network.parse(f"input x {shape} | {text}").compile(style)


def run(module, arrays):
    """The last value, and its gradients by the arrays, for a seed of small whole numbers."""
    values = module.forward(**arrays)
    seed = np.arange(1, values[-1].size + 1, dtype=values[-1].dtype).reshape(values[-1].shape) % 5
    delta = {f"delta_{values._fields[-1]}": seed}
    return values[-1], seed, module.backward(**arrays, **delta, values=values)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "text", [pytest.param(c, marks=[] if c in USUAL else [pytest.mark.long]) for c in CASES]
)
def test_values_and_gradients_are_those_of_torch(text):
    for numbers in VECTORS if text in OF_VECTORS else MATRICES:
        for kind in (np.float64, np.float32):
            x = np.array(numbers, kind)
            arrays = {"x": x} | ({"m": LOWER.numpy().astype(kind)} if text in MASKED else {})
            given = torch.tensor(x, requires_grad=True)
            wanted = CASES[text](given)
            close = (
                {"rtol": 1e-4, "atol": 2e-5}
                if kind == np.float32
                else {"rtol": 1e-9, "atol": 1e-12}
            )
            for style in STYLES:
                found, seed, slopes = run(compiled(text, style), arrays)
                (right,) = torch.autograd.grad(wanted, given, torch.tensor(seed), retain_graph=True)
                there = {**close, "err_msg": f"{style} {numbers}"}
                np.testing.assert_allclose(found, wanted.detach().numpy(), **there)
                np.testing.assert_allclose(slopes.dx, right.numpy(), **there)


PLAIN = [
    "e[i] = exp(x[i]) | y[i] = e[i]*x[i]",
    f"e[i] = exp(x[i]) | y[i] = e[i]/(2 + {SUM})",
    "e[i] = exp(x[i]) | y[i] = log(e[i] + x[i]^2)",
    "e[i] = x[i]^2 | p[i] = e[i]/(sum(k<4) e[k])",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_like_it_is_left_as_it_is(text):
    shown = Network.parse(f"input x 4 | {text}").numpy_source()
    assert "log_sum_exp" not in shown
    assert "softmax" not in shown


@pytest.mark.parametrize("style", STYLES)
def test_weights_of_any_sign_are_weights(style):
    """The plain formula, in numbers of a moderate size, also where a weight is 0 or negative."""
    x, m = (
        np.array(MATRICES[1]),
        np.array([[1.0, -0.25, 0, 2], [1, 1, 1, 1], [0, 0, 3, 0], [2, 1, -1, 0]]),
    )
    text = next(iter(MASKED))
    found, _, _ = run(compiled(text, style), {"x": x, "m": m})
    assert np.allclose(found, m * np.exp(x) / (m * np.exp(x)).sum(1, keepdims=True), rtol=1e-12)
    network = Network.parse(f"input x 4x4 channels none | {text}")
    assert all(c.passed for c in network.verify(style))
