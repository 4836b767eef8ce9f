"""Networks as people write them: usual letters left out, Greek, letters for numbers, axes."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

torch = pytest.importorskip("torch")
F = torch.nn.functional
SAME_TEXT = {
    "input 3x3 | conv 2x2 | conv 2x2 | sse": "input x 3x3 | conv w 2x2 | conv w 2x2 | sse t",
    "input 3 batch N | dense 2 bias | mse": "input x 3 batch N | dense w 2 bias b | mse t",
    "input x 3 | dense 2 bias c": "input x 3 | dense w 2 bias c",
    "input HxW | conv k1xk2 padding p bias": "input x HxW | conv w k1xk2 padding p bias b",
    "input 3 batch N | cross_entropy labels": "input x 3 batch N | cross_entropy t labels",
    "input 3 batch N | batchnorm weight bias": "input x 3 batch N | batchnorm weight w bias b",
    "input x 3 batch N | batchnorm weight γ bias β": (
        "input x 3 batch N | batchnorm weight gamma bias beta"
    ),
    "input x 3 | y[i] = βx[i] + λ1": "input x 3 | y[i] = beta x[i] + lam1",
    "input x 3×4 | y[i,j] = x[i,j]² · 2 − 1": "input x 3x4 | y[i,j] = x[i,j]^2 * 2 - 1",
    "input x 4 | s = ∑(i) x[i] [i ≤ 2]": "input x 4 | s = sum(i) x[i] [i <= 2]",
    "input x 3 # the input\n| relu # and\n# nothing else\n| sse t": "input x 3 | relu | sse t",
    "input x 3\n  | dense W 2\n  | sse t\n": "input x 3 | dense W 2 | sse t",
}


@pytest.mark.parametrize("text", SAME_TEXT)
def test_a_short_text_means_the_long_one(text):
    assert Network.parse(text).program == Network.parse(SAME_TEXT[text]).program


def image(x, w):
    return F.conv2d(x[None], w)[0]


def norm(x, axes):
    mean, square = x.mean(dim=axes, keepdim=True), x.var(dim=axes, keepdim=True, unbiased=False)
    return (x - mean) / torch.sqrt(square + 1e-5)


def root_mean(x, axes):
    return x / torch.sqrt((x**2).mean(dim=axes, keepdim=True) + 1e-5)


CASES = {
    "input x 5 | leaky_relu slope a -> y": (
        lambda x, a: torch.where(x > 0, x, a * x),
        {"x": 5, "a": 1},
    ),
    "input x 5 | leaky_relu slope -0.5 -> y": (lambda x: F.leaky_relu(x, -0.5), {"x": 5}),
    "input x 5 | elu alpha α -> y": (
        lambda x, alpha: torch.where(x > 0, x, alpha * (x.exp() - 1)),
        {"x": 5, "alpha": 1},
    ),
    "input x 5 | elu alpha -2 -> y": (
        lambda x: torch.where(x > 0, x, -2 * (x.exp() - 1)),
        {"x": 5},
    ),
    "input x 3 batch 4 | dense W 2 transposed -> y": (
        lambda x, W: x @ W,
        {"x": (4, 3), "W": (3, 2)},
    ),
    "input x 2x4x3 | dense W 2 last bias b -> y": (
        F.linear,
        {"x": (2, 4, 3), "W": (2, 3), "b": 2},
    ),
    "input x 2x4x3 | dense W 2 last transposed -> y": (
        lambda x, W: x @ W,
        {"x": (2, 4, 3), "W": (3, 2)},
    ),
    "input x 2x3x4 | softmax axis -1 -> y": (lambda x: x.softmax(-1), {"x": (2, 3, 4)}),
    "input x 2x3x4 | softmax axis 0 -> y": (lambda x: x.softmax(0), {"x": (2, 3, 4)}),
    "input x 2x3x4 | log_softmax axis 1 -> y": (lambda x: x.log_softmax(1), {"x": (2, 3, 4)}),
    "input x 2x3x4 | layernorm last 1 weight g bias b -> y": (
        lambda x, g, b: norm(x, (2,)) * g + b,
        {"x": (2, 3, 4), "g": 4, "b": 4},
    ),
    "input x 2x3x4 | layernorm last 2 -> y": (lambda x: norm(x, (1, 2)), {"x": (2, 3, 4)}),
    "input x 2x3x4 | rmsnorm last 1 weight g -> y": (
        lambda x, g: root_mean(x, (2,)) * g,
        {"x": (2, 3, 4), "g": 4},
    ),
    "input x 4 | constant m 4 | mul m -> y": (lambda x, m: x * m, {"x": 4, "m": 4}),
    "input x 4 | tanh -> a | mul x -> y": (lambda x: torch.tanh(x) * x, {"x": 4}),
    "input x0 3 | dense w1 3 -> h1 | relu -> h2 | add h1 -> y": (
        lambda x0, w1: torch.relu(w1 @ x0) + w1 @ x0,
        {"x0": 3, "w1": (3, 3)},
    ),
}


@pytest.mark.parametrize("text", CASES)
def test_what_is_written_is_what_pytorch_computes(text):
    reference, shapes = CASES[text]
    draw = np.random.default_rng(11)
    arrays = {n: draw.normal(size=s) for n, s in shapes.items()}
    given = {n: torch.tensor(a, requires_grad=n != "m") for n, a in arrays.items()}
    wanted = reference(*given.values())
    t = draw.normal(size=wanted.shape)
    ((wanted - torch.tensor(t)) ** 2).sum().backward()
    network = Network.parse(f"{text} | sse t -> C")
    assert [c.line for c in network.verify(draws=1) if not c.passed] == []
    for style in ("readable", "loops", "fast"):
        made = network.compile(style)
        values = made.forward(**arrays, t=t)
        np.testing.assert_allclose(values.y, wanted.detach().numpy(), atol=1e-10)
        known = {**arrays, "t": t, "values": values}
        taken = made.module.backward.__code__.co_varnames
        found = made.backward(**{n: a for n, a in known.items() if n in taken})
        for name in set(arrays) - {"m"}:
            np.testing.assert_allclose(
                getattr(found, f"d{name}"), given[name].grad.numpy(), atol=1e-9
            )


@pytest.mark.parametrize(("axis", "verdict"), [(-1, "right"), (0, "wrong"), (1, "wrong")])
def test_a_claim_about_softmax_means_the_axis_of_the_network(axis, verdict):
    network = Network.parse(f"input x 2x3x4 | softmax axis {axis} -> p | sse t -> C")
    assert network.check("p = softmax(x)").verdict == "right"
    entries = "p_{i,j,k} = exp(x_{i,j,k}) / \\sum_l exp(x_{i,j,l})"
    assert network.check(entries).verdict == verdict


def test_epsilon_may_be_a_letter():
    network = Network.parse("input u 2 batch 6 | batchnorm epsilon e -> n | sse t -> C")
    u, t = (np.random.default_rng(n).normal(size=(6, 2)) for n in range(2))
    found = network.compile().forward(u=u, t=t, e=np.array([0.25])).n
    right = (u - u.mean(0)) / np.sqrt(u.var(0) + 0.25)
    np.testing.assert_allclose(found, right, atol=1e-12)


REFUSED = {
    "input": "'input' needs a name and a shape",
    "input x 3 | dense": "'dense' needs its units",
    "input x 3 | maxpool": "'maxpool' needs its window",
    "input x 3 | add": "'add' needs its other",
    "input x 3 | mul": "'mul' needs its other",
    "input x 3 | mul q": "no value before this is called 'q'",
    "input x 3 | relu -> a | dense W 2 -> h | mul a": "'a' has the shape 3, where 2 is needed",
    "input x 3 | batchnorm epsilon -1": "epsilon = -1 is negative",
    "input x 3 | leaky_relu slope 1.2.3": "'1.2.3' is no number",
    "input x 3 | leaky_relu slope --1": "'--1' is no number",
    "input x 3 | softmax axis 1": "gets an input of shape 3",
    "input x 3 | softmax axis -2": "gets an input of shape 3",
    "input x 3 | softmax axis q": "'q' is no axis",
    "input x Nx3x4 | layernorm last 4": "over 4 axes gets 3",
    "input x Nx3x4 | layernorm last 0": "over 0 axes gets 3",
    "input w 3 | dense 2": "the name 'w' is given twice",
    "input x 3 | elu alpha a -> a": "the name 'a' is given twice",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_left_out_or_wrong_is_said_in_its_place(text):
    with pytest.raises(SymconvError, match=REFUSED[text]) as caught:
        Network.parse(text)
    assert caught.value.position is not None


@pytest.mark.parametrize("letter", "αβγδεζηθικμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ")
def test_every_greek_letter_is_a_name(letter):
    assert Network.parse(f"input x 2 | dense {letter} 2 | sse t").program.equations
    assert Network.parse(f"input x 2 | y[i] = {letter}1 x[i]").program.equations


def test_a_long_text_stays_bounded():
    with pytest.raises(SymconvError, match="longer than"):
        Network.parse("input x 3 " + "β" * 39_000)
    with pytest.raises(SymconvError, match="longer than"):
        Network.parse("input x 3 #" + "c" * 40_000)
