"""One weight in several places, costs of one's own, several inputs, and constants."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

torch = pytest.importorskip("torch")
F = torch.nn.functional
STYLES = ("readable", "loops", "fast")


def image(x, w, b=None):
    return F.conv2d(x[None, None], w[None, None], b)[0, 0]


def squared(y, t):
    return ((y - t) ** 2).sum()


def recurrent(u, M, t):
    return squared(M @ (M @ u), t)


def unrolled(x, U, W, t):
    state = torch.tanh(U @ x)
    for _ in range(3):
        state = torch.tanh(U @ x + W @ state)
    return squared(state, t)


FIRST = "input x 2 | s[i] = tanh(sum(j) U[i,j] x[j]) for i<3"
STEP = "s[i] = tanh(sum(j) U[i,j] x[j] + sum(j) W[i,j] s[j])"
SAME = {
    "input u 3 | h[i] = sum(j) M[i,j] u[j] for i<3 | g[i] = sum(j) M[i,j] h[j] | sse t -> C": (
        recurrent,
        {"u": 3, "M": (3, 3), "t": 3},
    ),
    " | ".join([FIRST, *[STEP] * 3, "sse t -> C"]): (
        unrolled,
        {"x": 2, "U": (3, 2), "W": (3, 3), "t": 3},
    ),
    "input x 5x5 | conv w 2x2 -> z | conv w^1 2x2 -> z | sse t -> C": (
        lambda x, w, t: squared(image(image(x, w), w), t),
        {"x": (5, 5), "w": (2, 2), "t": (3, 3)},
    ),
    "input x 5x5 | conv w 2x2 bias b -> z | conv w^1 2x2 bias b^1 -> z | sse t -> C": (
        lambda x, w, b, t: squared(image(image(x, w, b), w, b), t),
        {"x": (5, 5), "w": (2, 2), "b": 1, "t": (3, 3)},
    ),
    "input x 3 | dense W 4 -> a | input y 3 | dense W^1 4 -> b | L = sum(i) (a[i] - b[i])^2": (
        lambda x, W, y: squared(W @ x, W @ y),
        {"x": 3, "W": (4, 3), "y": 3},
    ),
    "input x 3 | dense W 3 -> h | half_sse t -> E | C = E + 1/10 sum(i,j) W[i,j]^2": (
        lambda x, W, t: squared(W @ x, t) / 2 + (W**2).sum() / 10,
        {"x": 3, "W": (3, 3), "t": 3},
    ),
    "input x 3 | dense W 2 -> h | dense V 2 of x -> g | add h -> y | sse t -> C": (
        lambda x, W, V, t: squared(W @ x + V @ x, t),
        {"x": 3, "W": (2, 3), "V": (2, 3), "t": 2},
    ),
    "input x 3 | dense w 3 -> h | dense w 3 -> h | C = sum(i) h^1[i] h[i] w^2[i,0]": (
        lambda x, w1, w2: ((w1 @ x) * (w2 @ w1 @ x) * w2[:, 0]).sum(),
        {"x": 3, "w1": (3, 3), "w2": (3, 3)},
    ),
    "input x 3 | input z 3 | y[i] = x[i] z[i] | sse t -> C": (
        lambda x, z, t: squared(x * z, t),
        {"x": 3, "z": 3, "t": 3},
    ),
    "input x 3 | constant m 3 | y[i] = x[i] m[i] | dense W 2 | sse t -> C": (
        lambda x, m, W, t: squared(W @ (x * m), t),
        {"x": 3, "m": 3, "W": (2, 3), "t": 2},
    ),
    "input u 2 | g = u[0]^2 u[1]": (lambda u: u[0] ** 2 * u[1], {"u": 2}),
    "input u 2x3 | half_sse t -> C | g = 3*C": (
        lambda u, t: 3 * squared(u, t) / 2,
        {"u": (2, 3), "t": (2, 3)},
    ),
    "input x 4 | s = sum(i) x[i]^2 | y[i] = x[i]/s | sse t -> C": (
        lambda x, t: squared(x / (x**2).sum(), t),
        {"x": 4, "t": 4},
    ),
    "input x 4 | constant t 4 | C = sum(i) (x[i] - t[i])^2": (squared, {"x": 4, "t": 4}),
}
GIVEN = {"t", "m"}


@pytest.mark.parametrize("text", SAME)
def test_the_gradient_of_a_shared_tensor_is_the_sum_over_its_uses(text):
    reference, shapes = SAME[text]
    draw = np.random.default_rng(5)
    arrays = {n: draw.normal(size=s) for n, s in shapes.items()}
    given = {n: torch.tensor(a, requires_grad=n not in GIVEN) for n, a in arrays.items()}
    cost = reference(*given.values())
    cost.backward()
    network = Network.parse(text)
    assert [c.line for c in network.verify(draws=1) if not c.passed] == []
    for style in STYLES:
        made = network.compile(style)
        values = made.forward(**arrays)
        found = np.ravel(getattr(values, network.program.output))
        np.testing.assert_allclose(found, [cost.item()], rtol=1e-10)
        known = {**arrays, "values": values}
        taken = made.module.backward.__code__.co_varnames
        found = made.backward(**{n: a for n, a in known.items() if n in taken})
        assert {f"d{n}" for n in given if n not in GIVEN} == set(found._fields)
        for name in set(given) - GIVEN:
            right = given[name].grad.numpy()
            np.testing.assert_allclose(getattr(found, f"d{name}"), right, atol=1e-10)


def keys(text):
    return [t.key for t in Network.parse(text).program.tensors]


def test_layers_of_the_catalogue_go_on_counting():
    counted = keys("input x 5x5 | conv w 2x2 -> z | conv w 2x2 -> z")
    assert counted == ["x", "w^1", "z^1", "w^2", "z^2"]
    tied = "input x 6x6 | conv w 2x2 -> z | conv w 2x2 -> z | conv w^1 2x2 -> z"
    assert keys(tied) == ["x", "w^1", "z^1", "w^2", "z^2", "z^3"]


REFUSED = {
    "input x 3 | dense w 3 | dense w 3 | C = sum(i,j) w[i,j]": "'w' may be w^1, w^2",
    "input x 3 | dense w^1 3": "there is no w^1 before this layer",
    "input x 3 | dense w 3 | dense w^2 3": "there is no w^2 before this layer",
    "input x 3 | dense w 3 | dense w^1 4": "is a parameter of shape 3 x 3, where 4 x 3 is needed",
    "input x 3 | dense w 3 bias b | dense b^1 3": "the name 'b' is given twice",
    "input x 3 | dense w^0 3": "names no layer",
    "input x 3 | dense w^x 3": "names no layer",
    "input x 3 | dense w 3 | dense w^1023 3": "there is no w^1023 before this layer",
    "input x 3 | dense w 3 | dense w^1024 3": "names no layer",
    "input x 3 | dense w 3 | dense w^00001 3": "names no layer",
    "input x 3 | half_sse t -> C | y[i] = x[i]": "nothing reads the cost C",
    "input x 3 | half_sse t -> C | relu": "nothing may follow the cost",
    "input x 3 | h[i] = M[i] x[i] | g[i] = M[i+1] h[i]": "may be read beyond that",
    "input x 3 | C = x[i]": "bound nowhere",
    "input x 3 | C = x": "'x' has 1 axes",
    "input x 3 | dense W 2 of q": "no value before this is called 'q'",
    "input x 3 | dense W 2 of": "one name belongs after 'of'",
    "input x 3 | constant x 3 | relu": "given twice",
    "input x 3 | constant m": "'constant' needs a name and a shape",
    "input x 3 | y^1[i] = x[i]": "an equation starts with an entry",
    "constant x 3 | relu": "a network starts with its input",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_shared_is_refused_in_its_place(text):
    with pytest.raises(SymconvError, match=REFUSED[text].replace("^", r"\^")) as caught:
        Network.parse(text)
    assert caught.value.position is not None


def test_a_constant_has_no_gradient_and_is_called_so():
    network = Network.parse("input x 3 | constant m 3 | y[i] = x[i] m[i] | sse t -> C")
    assert {t.key for t in network.backward().wrt} == {"x"}
    text = network.derivation().text()
    assert "Constant: m (3)" in text
    assert "Target: t (3)" in text


def test_an_input_beside_one_that_is_looked_up_may_be_calculated_with():
    text = "input k 4 | embedding w 5x3 -> y | input x 4x3 | add y -> z | sse t -> C"
    roles = {t.key: t.role for t in Network.parse(text).program.tensors}
    assert (roles["k"], roles["x"]) == ("target", "input")
