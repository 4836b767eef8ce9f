"""Functions in an equation of one's own: each by its formula, verified, and as PyTorch has it."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError

torch = pytest.importorskip("torch")
STYLES = ("readable", "loops", "fast")
FUNCTIONS = {
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "erf": torch.erf,
    "sign": torch.sign,
    "silu": torch.nn.functional.silu,
    "gelu": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
    "softplus": torch.nn.functional.softplus,
    "relu": torch.relu,
    "abs": torch.abs,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "exp": torch.exp,
}


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1.4, 1.4, size=shape)


def compared(text, reference, **arrays):
    """Forward and every gradient of a network with the target t, in every style."""
    given = {n: torch.tensor(a, requires_grad=True) for n, a in arrays.items()}
    wanted = reference(**given)
    t = numbers(*wanted.shape, seed=9)
    ((wanted - torch.tensor(t)) ** 2).sum().backward()
    network = Network.parse(f"{text} | sse t -> C")
    assert [c.line for c in network.verify(draws=1) if not c.passed] == []
    for style in STYLES:
        made = network.compile(style)
        values = made.forward(**arrays, t=t)
        np.testing.assert_allclose(values.y, wanted.detach().numpy(), atol=1e-12)
        known = {**arrays, "t": t, "values": values}
        taken = made.module.backward.__code__.co_varnames
        found = made.backward(**{n: a for n, a in known.items() if n in taken})
        for name, array in given.items():
            right = np.zeros_like(arrays[name]) if array.grad is None else array.grad.numpy()
            np.testing.assert_allclose(getattr(found, f"d{name}"), right, atol=1e-11)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_and_its_gradients_are_those_of_pytorch(name):
    text = f"input x 5 | y[i] = {name}(w[i] * x[i])"
    compared(text, lambda x, w: FUNCTIONS[name](w * x), x=numbers(5), w=numbers(5, seed=1))


REDUCED = {
    "y[i] = min(m<3) x[i+m]": lambda x: x.unfold(0, 3, 1).min(dim=-1).values,
    "y[i] = max(m<3) x[i+m]": lambda x: x.unfold(0, 3, 1).max(dim=-1).values,
    "y[i] = prod(m<3) x[i+m]": lambda x: x.unfold(0, 3, 1).prod(dim=-1),
    "y[i] = max(x[i], 1/2)": lambda x: x.clamp(min=0.5),
    "y[i] = min(x[i], 1/2)": lambda x: x.clamp(max=0.5),
    "y[i] = max(x[i], 0)": torch.relu,
    "y[i] = min(max(x[i], -1), 1)": lambda x: x.clamp(-1, 1),
    "y[i] = clip(x[i], -1/2, 1)": lambda x: x.clamp(-0.5, 1),
    "y[i] = clip(3 x[i], 0, 6)": lambda x: torch.nn.functional.relu6(3 * x),
    "y[i] = clip(x[i], x[0], 1) x[i]": lambda x: x * x.clamp(x[0], torch.tensor(1.0)),
    "y[i] = clip(x[i], 1, -1)": lambda x: x.clamp(1, -1),
    "y[i] = x[i] [x[i] > 1/2]": lambda x: x * (x > 0.5),
    "y[i] = x[i] [x[i] >= 1/2]": lambda x: x * (x >= 0.5),
    "y[i] = x[i] [x[i] < 1/2] + [x[i] != 1/2]": lambda x: x * (x < 0.5) + 1.0,
    "y[i] = x[i] [i = 2]": lambda x: x * torch.tensor([0, 0, 1.0, 0, 0, 0]),
    "y[i] = x[i] [i != 2]": lambda x: x * torch.tensor([1.0, 1, 0, 1, 1, 1]),
    "y[i] = x[i] [i > 2]": lambda x: x * torch.tensor([0.0, 0, 0, 1, 1, 1]),
    "y[i] = x[i] [2*i <= 5]": lambda x: x * torch.tensor([1.0, 1, 1, 0, 0, 0]),
    "y[i] = x[i] [mod(i, 3) = 1]": lambda x: x * torch.tensor([0.0, 1, 0, 0, 1, 0]),
    "y[i] = x[i] [mod(i + 1, 2) != 0]": lambda x: x * torch.tensor([1.0, 0, 1, 0, 1, 0]),
    "y[i] = mod(7, 4) x[i] for i<floor(13/2)": lambda x: 3 * x,
    "y[i] = ceil(5/2) x[i]": lambda x: 3 * x,
    "y[i] = 2(x[i] + 1)": lambda x: 2 * (x + 1),
    "y[i] = x[i](x[i] + 1)": lambda x: x * (x + 1),
}


@pytest.mark.parametrize("equation", REDUCED)
def test_minima_products_and_brackets_are_those_of_pytorch(equation):
    compared(f"input x 6 | {equation}", REDUCED[equation], x=numbers(6))


POWERS = {
    "y[i] = x[i]^-1": lambda x, *_: 1 / x,
    "y[i] = x[i]^-2": lambda x, *_: x**-2,
    "y[i] = -x[i]^3": lambda x, *_: -(x**3),
    "y[i] = x[i]^(1/2)": lambda x, *_: x.sqrt(),
    "y[i] = (1 + x[i]^2)^(-3/2)": lambda x, *_: (1 + x**2) ** -1.5,
    "y[i] = x[i]^0.5": lambda x, *_: x.sqrt(),
    "y[i] = x[i]^(1/3)": lambda x, *_: x ** (1 / 3),
    "y[i] = x[i]^(-2/3)": lambda x, *_: x ** (-2 / 3),
    "y[i] = (2 + x[i])^(5/4) / x[i]^(1/7)": lambda x, *_: (2 + x) ** 1.25 / x ** (1 / 7),
    "y[i] = (8 x[i])^(1/3) + 8^(1/3)": lambda x, *_: 2 * x ** (1 / 3) + 2,
    "y[i] = x[i]^0.7": lambda x, *_: x**0.7,
    "y[i] = x[i]^p": lambda x, p: x**p,
    "y[i] = x[i]^(2*p - 1)": lambda x, p: x ** (2 * p - 1),
    "y[i] = (1 + x[i])^-p": lambda x, p: (1 + x) ** -p,
}


@pytest.mark.parametrize("equation", POWERS)
def test_powers_are_those_of_pytorch(equation):
    arrays = {"x": numbers(5) ** 2 + 0.5, "p": np.array([1.3])}
    used = arrays if "p" in equation else {"x": arrays["x"]}
    compared(f"input x 5 | {equation}", lambda **given: POWERS[equation](*given.values()), **used)


def test_a_causal_mask_is_a_bracket():
    def masked(x, w):
        scores = torch.where(torch.tril(torch.ones(4, 4)) > 0, x, torch.tensor(0.0))
        return scores.double() @ w

    text = "input x 4x4 | y[i] = sum(j) [j <= i] x[i,j] w[j]"
    compared(text, masked, x=numbers(4, 4), w=numbers(4))


def test_a_label_compared_with_an_index_takes_one_class():
    """Labels are class numbers: the cross entropy of one's own is that of the catalogue."""
    own = Network.parse("input x 3 batch N | C[b] = logsumexp(q) x[b,q] - sum(q) [t[b] = q] x[b,q]")
    known = Network.parse("input x 3 batch N | cross_entropy t labels reduction none -> C")
    assert [c.line for c in own.verify(draws=1) if not c.passed] == []
    x, t = numbers(4, 3), np.array([2, 0, 1, 1])
    found = [n.compile().forward(x=x, t=t).C for n in (own, known)]
    np.testing.assert_allclose(*found)


REFUSED = {
    "y[i] = cosh(x[i])": "no function is called 'cosh'",
    "y[i] = clamp(x[i], 0, 1)": "no function is called 'clamp'",
    "y[i] = clip(x[i], 1)": "'clip' has 2 arguments here",
    "y[i] = clip(x[i])": "'clip' has 1 argument here",
    "y[i] = clip x[i]": "'clip' is a function",
    "y[i] = softmax(x[i])": "no function is called 'softmax'",
    "y[i] = a(x[i] + 1)": "no function is called 'a'",
    "y[i] = a (x[i] + 1)": "no function is called 'a'",
    "y[i] = sin x[i]": "'sin' is a function",
    "y[i] = gelu": "'gelu' is a function",
    "y[i] = sum x[i]": "'sum' is a function",
    "y[i] = max(x[i])": "'max' has 1 argument here",
    "y[i] = mod(x[i], 1, 2)": "'mod' has 3 arguments here",
    "y[i] = sin(x[i], 2)": "'sin' has 2 arguments here",
    "y[i] = mod(x[i], 2)": "mod has no useful derivative",
    "y[i] = floor(x[i])": "floor has no useful derivative",
    "y[i] = mod(3, 0) x[i]": "mod has no useful derivative",
    "y[i] = prod(m<17) w[m] x[i]": "factor by factor",
    "y[i] = prod(m<3) x[i+m] for i<4": "beyond its border",
    "y[i] = x[i]^17": "an exponent is a small number",
    "y[i] = x[i]^(1/17)": "an exponent is a small number",
    "y[i] = x[i]^(33/2)": "an exponent is a small number",
    "y[i] = (-8)^(1/3) x[i]": "this has no value",
    "y[i] = (-2)^(1/4) x[i]": "this has no value",
    "y[i] = x[i]^i": "an exponent is a small number",
    "y[i] = 0^-1 x[i]": "this has no value",
    "y[i] = [i] x[i]": "expected a comparison",
    "y[i] = [mod(i, 2) = 2] x[i]": "this remainder cannot be compared",
    "y[i] = [mod(i - 1, 2) = 1] x[i]": "may be negative",
    "y[i] = [x[i] > i] x[i]": "a class number is equal to an index or not",
}


@pytest.mark.parametrize("equation", REFUSED)
def test_what_is_no_function_and_no_bracket_is_refused(equation):
    with pytest.raises(SymconvError, match=REFUSED[equation]) as caught:
        Network.parse(f"input x 5 | {equation}")
    assert caught.value.position is not None
    assert caught.value.help


def test_a_refused_call_lists_the_functions_and_says_how_a_product_is_written():
    with pytest.raises(SymconvError) as caught:
        Network.parse("input x 5 | y[i] = arctan(x[i])")
    assert "erf" in caught.value.help
    assert "arctan * (...)" in caught.value.help


def test_nested_calls_are_read_in_linear_time():
    deep = "max(" * 30 + "x[i]" + ", 1)" * 30
    with pytest.raises(SymconvError, match="nested deeper"):
        Network.parse(f"input x 5 | y[i] = {deep}")


def test_the_derivative_of_clip_is_1_at_both_borders_as_that_of_pytorch():
    x = np.array([-2.0, 0.0, 1.0, 6.0, 7.0])
    given = torch.tensor(x, requires_grad=True)
    given.clamp(0, 6).sum().backward()
    made = Network.parse("input x 5 | C = sum(i) clip(x[i], 0, 6)")
    for style in STYLES:
        compiled = made.compile(style)
        values = compiled.forward(x=x)
        assert values.C == 13
        taken = compiled.module.backward.__code__.co_varnames
        known = {"x": x, "values": values}
        found = compiled.backward(**{n: a for n, a in known.items() if n in taken})
        np.testing.assert_array_equal(found.dx, given.grad.numpy())


def test_a_root_of_a_negative_number_is_no_number_as_in_numpy_and_pytorch():
    for style in STYLES:
        compiled = Network.parse("input x 2 | y[i] = x[i]^(1/3)").compile(style)
        with np.errstate(invalid="ignore"):
            y = compiled.forward(x=np.array([-8.0, 8.0])).y
        assert np.isnan(y[0])
        assert abs(y[1] - 2) < 1e-15
