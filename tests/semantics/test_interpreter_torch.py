"""The interpreter and its two kinds of derivatives against PyTorch's autograd."""

from dataclasses import replace
from itertools import product

import pytest
from sympy import Integer, Sum, tanh

from symconv.core.equation import Equation, Program
from symconv.core.nodes import MaxOver, relu, sigmoid
from symconv.core.tensor import Name, Tensor, index
from symconv.semantics.algebra import Reals
from symconv.verify.evaluation_point import evaluate_program
from symconv.verify.gradients import dual_derivative

torch = pytest.importorskip("torch")
nn = torch.nn.functional

b, c, f, i, j, m, n = (index(letter) for letter in "bcfijmn")


def tensor(letter, shape, role):
    return Tensor(Name(letter), tuple(Integer(k) for k in shape), role)


def limits(*pairs):
    return tuple((v, 0, k - 1) for v, k in pairs)


def program(given, shape, rhs, names=(b, f, i, j)):
    """z = rhs and C = sum of g z, with the weights g given."""
    z, g = tensor("z", shape, "value"), tensor("g", shape, "target")
    cost = tensor("C", (1,), "cost")
    ranges = tuple((v, Integer(k)) for v, k in zip(names, shape, strict=True))
    layer = Equation(z[names], rhs, ranges)
    total = Sum(g[names] * z[names], *limits(*ranges))
    return Program((*given, z, g, cost), (layer, Equation(cost[0], total, ())), "C")


def compare(made, truth, seed=0, numbers=None):
    """Values and all derivatives of the interpreter against `truth` on torch tensors."""
    generator = torch.Generator().manual_seed(seed)
    draw = numbers or (lambda shape: torch.randint(-3, 4, shape, generator=generator))
    arrays = {}
    for t in made.tensors:
        if made.equation(t.key) is None:
            arrays[t.key] = draw(tuple(int(k) for k in t.shape)).double().requires_grad_()
    trial = evaluate_program(made, {}, Reals(), lambda t, p: arrays[t.key][p].item())
    z = truth(arrays)
    assert tuple(z.shape) == tuple(made.tensor("z").shape)
    for place, value in trial.values["z"].items():
        assert value == pytest.approx(z[place].item(), abs=1e-9)
    (arrays["g"] * z).sum().backward()
    for key in arrays.keys() - {"g"}:
        for place, slope in trial.slopes[key].items():
            assert slope == pytest.approx(arrays[key].grad[place].item(), abs=1e-9)
        place = min(trial.slopes[key])
        assert dual_derivative(trial, key, place) == pytest.approx(trial.slopes[key][place])


CONVS = [
    ((2, 2, 5, 4), (3, 2, 2, 2), 1, 0, 1),
    ((1, 2, 6, 7), (2, 2, 3, 2), 2, 1, 1),
    ((2, 1, 7, 5), (1, 1, 2, 3), 3, 2, 2),
    ((1, 1, 8, 6), (2, 1, 3, 2), 1, 1, 3),
]


@pytest.mark.parametrize(("image", "kernel", "stride", "padding", "dilation"), CONVS)
def test_convolution(image, kernel, stride, padding, dilation):
    x, w = tensor("x", image, "input"), tensor("w", kernel, "parameter")
    bias = tensor("k", kernel[:1], "parameter")
    out = [
        (h + 2 * padding - dilation * (k - 1) - 1) // stride + 1
        for h, k in zip(image[2:], kernel[2:], strict=True)
    ]
    body = w[f, c, m, n] * x[
        b, c, stride * i + dilation * m - padding, stride * j + dilation * n - padding
    ]  # fmt: skip
    rhs = Sum(body, *limits((c, kernel[1]), (m, kernel[2]), (n, kernel[3]))) + bias[f]
    made = program((x, w, bias), (image[0], kernel[0], *out), rhs)
    compare(made, lambda a: nn.conv2d(a["x"], a["w"], a["k"], stride, padding, dilation))


@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 3, 1)]
)
@pytest.mark.parametrize("seed", range(3))
def test_max_pooling_with_ties(size, stride, padding, seed):
    x = tensor("x", (1, 2, 6, 5), "input")
    out = [(h + 2 * padding - size) // stride + 1 for h in (6, 5)]
    window = MaxOver(
        x[b, f, stride * i + m - padding, stride * j + n - padding], *limits((m, size), (n, size))
    )
    made = program((x,), (1, 2, *out), window)
    compare(made, lambda a: nn.max_pool2d(a["x"], size, stride, padding), seed)


@pytest.mark.parametrize(("size", "stride", "padding"), [(2, 2, 0), (3, 2, 1), (2, 3, 1)])
def test_average_pooling(size, stride, padding):
    x = tensor("x", (1, 2, 6, 5), "input")
    out = [(h + 2 * padding - size) // stride + 1 for h in (6, 5)]
    body = x[b, f, stride * i + m - padding, stride * j + n - padding]
    rhs = Sum(body, *limits((m, size), (n, size))) / size**2
    made = program((x,), (1, 2, *out), rhs)
    compare(made, lambda a: nn.avg_pool2d(a["x"], size, stride, padding))


@pytest.mark.parametrize(
    ("ours", "theirs"), [(relu, torch.relu), (sigmoid, torch.sigmoid), (tanh, torch.tanh)]
)
def test_pointwise_functions_with_zeros(ours, theirs):
    x = tensor("x", (1, 1, 4, 4), "input")
    made = program((x,), (1, 1, 4, 4), ours(x[b, f, i, j]))
    compare(made, lambda a: theirs(a["x"]))
    zero = program((x,), (1, 1, 4, 4), ours(0 * x[b, f, i, j] + x[b, f, i, j]))
    compare(zero, lambda a: theirs(a["x"]), numbers=torch.zeros)


def test_flatten_and_dense_layers():
    x, w = tensor("x", (2, 2, 2, 3), "input"), tensor("w", (4, 12), "parameter")
    v = tensor("v", (2, 12), "value")
    ranges = tuple((s, Integer(k)) for s, k in zip((b, c, i, j), (2, 2, 2, 3), strict=True))
    flat = Equation(v[b, 6 * c + 3 * i + j], x[b, c, i, j], ranges)
    dense = Sum(w[f, m] * v[b, m], *limits((m, 12)))
    made = program((x, w), (2, 4), dense, (b, f))
    made = replace(made, tensors=(v, *made.tensors), equations=(flat, *made.equations))
    compare(made, lambda a: a["x"].flatten(1) @ a["w"].T)


def test_every_entry_of_the_image_has_its_dual_derivative():
    x, w = tensor("x", (1, 1, 4, 4), "input"), tensor("w", (1, 1, 2, 2), "parameter")
    body = w[f, c, m, n] * relu(x[b, c, 2 * i + m - 1, j + n])
    rhs = Sum(body, *limits((c, 1), (m, 2), (n, 2))) ** 2
    made = program((x, w), (1, 1, 3, 3), rhs)
    trial = evaluate_program(
        made, {}, Reals(), lambda t, p: float(sum(p) % 5 - 2) / (1 + len(t.key))
    )
    for place in product(range(1), range(1), range(4), range(4)):
        assert dual_derivative(trial, "x", place) == pytest.approx(trial.slopes["x"][place])
