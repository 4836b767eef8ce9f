"""Products with the Hessian: reverse mode applied to its own output."""

import numpy as np
import pytest

from symconv.calculus.forward_mode import gauss_newton_product
from symconv.calculus.second_order import free_scalar, hessian_vector_product
from symconv.core.errors import SymconvError
from symconv.core.tensor import Name, Tensor, size
from symconv.network.parser import parse_network
from symconv.semantics.algebra import Reals
from symconv.semantics.run import run_program
from symconv.verify.all_checks import check_backward_pass

SMOOTH = [
    "input x 3 | tanh -> a | dense W 2 -> h | sse t -> C",
    "input x 4x4 | conv w 2x2 stride 2 bias b -> z | sigmoid -> a | mse t -> C",
    "input x 2x4x4 batch 2 | conv w 3x3 channels 2 padding 1 groups 2 -> z | tanh -> a | sse t",
    "input x 4x4 | conv w 2x2 -> z | tanh -> a | maxpool 2 stride 1 -> p | half_sse t -> C",
    "input x 4 batch 2 | dense W 3 -> h | softmax -> p | sse t -> C",
    "input x 4 batch 2 | dense W 3 -> h | cross_entropy t -> C",
    "input x 4 batch 3 | batchnorm weight g bias b -> y | sse t -> C",
    "input x 5 | y[q] = sum(r, v) x[r] A[q,r,v] x[v] for q<2 | sse t -> C",
]


@pytest.mark.parametrize("text", SMOOTH)
def test_every_equation_of_a_hessian_vector_product_is_a_true_derivative(text):
    program = parse_network(text).program()
    wrt = tuple(t for t in program.tensors if t.role in {"input", "parameter"})
    backward = hessian_vector_product(program, wrt).passes
    failed = [check.line for check in check_backward_pass(backward, draws=2) if not check.passed]
    assert not failed


def test_a_network_without_a_cost_has_no_hessian():
    program = parse_network("input x 4 | tanh -> a").program()
    with pytest.raises(SymconvError, match="needs a network with a cost"):
        hessian_vector_product(program, (program.tensor("x"),))


DEEP = (
    "input x 2x2x7x7 | conv w 3x3 channels 2 bias b -> z | tanh -> a | maxpool 2 stride 2 -> p "
    "| conv w 2x2 channels 2 stride 2 -> z | tanh -> a | flatten -> v | dense W 3 -> h "
    "| cross_entropy t -> C"
)
PARAMETERS = ("w^1", "b", "w^2", "W")


def arrays_for(program):
    random = np.random.default_rng(7)
    outside = [t for t in program.tensors if program.equation(t.key) is None]
    given = {t.key: random.standard_normal([int(n) for n in t.shape]) for t in outside}
    positive = np.exp(given["t"])
    given["t"] = positive / positive.sum(axis=1, keepdims=True)
    return given


def evaluated(program, given, keys):
    tables = {k: {p: float(a[p]) for p in np.ndindex(a.shape)} for k, a in given.items()}
    found = run_program(program, {}, tables, Reals(), wanted=keys)
    return [np.array(list(found[k].values())).reshape(_shape(program, k)) for k in keys]


def _shape(program, key):
    return [int(n) for n in program.tensor(key).shape]


def torch_network(torch, given):
    """The network in torch, as functions of its parameters: its output and its cost."""
    functional = torch.nn.functional
    x, t = (torch.tensor(given[k]) for k in ("x", "t"))

    def output(w1, b, w2, dense):
        a = torch.tanh(functional.conv2d(x, w1, b))
        z = functional.conv2d(functional.max_pool2d(a, 2, 2), w2, stride=2)
        return torch.tanh(z).flatten(1) @ dense.T

    def cost(h):
        return -(t * functional.log_softmax(h, 1)).sum(1).mean()

    return output, cost


def test_hessian_vector_products_agree_with_double_backward():
    torch = pytest.importorskip("torch")
    program = parse_network(DEEP).program()
    wrt = tuple(program.tensor(k) for k in PARAMETERS)
    product = hessian_vector_product(program, wrt).passes.program
    given = arrays_for(product)
    found = evaluated(product, given, [f"gradient {k}" for k in PARAMETERS])
    output, cost = torch_network(torch, given)
    parameters = [torch.tensor(given[k], requires_grad=True) for k in PARAMETERS]
    slopes = torch.autograd.grad(cost(output(*parameters)), parameters, create_graph=True)
    directions = [torch.tensor(given[f"v{k}"]) for k in PARAMETERS]
    slope = sum((s * v).sum() for s, v in zip(slopes, directions, strict=True))
    for mine, theirs in zip(found, torch.autograd.grad(slope, parameters), strict=True):
        assert np.abs(mine - theirs.numpy()).max() < 1e-10


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of PyTorch's own making
def test_gauss_newton_products_agree_with_torch():
    torch = pytest.importorskip("torch")
    program = parse_network(DEEP).program()
    wrt = tuple(program.tensor(k) for k in PARAMETERS)
    product = gauss_newton_product(program, wrt).passes.program
    given = arrays_for(product)
    found = evaluated(product, given, [f"gradient v{k}" for k in PARAMETERS])
    output, cost = torch_network(torch, given)
    parameters = tuple(torch.tensor(given[k]) for k in PARAMETERS)
    directions = tuple(torch.tensor(given[f"v{k}"]) for k in PARAMETERS)
    h, moved = torch.func.jvp(output, parameters, directions)
    _, curvature = torch.autograd.functional.hvp(cost, h, moved)
    _, pull = torch.func.vjp(output, *parameters)
    for mine, theirs in zip(found, pull(curvature), strict=True):
        assert np.abs(mine - theirs.numpy()).max() < 1e-10


@pytest.mark.parametrize("text", [t for t in SMOOTH if "batchnorm" not in t])
def test_every_equation_of_a_gauss_newton_product_is_a_true_derivative(text):
    program = parse_network(text).program()
    wrt = tuple(t for t in program.tensors if t.role == "parameter")
    backward = gauss_newton_product(program, wrt).passes
    failed = [check.line for check in check_backward_pass(backward, draws=2) if not check.passed]
    assert not failed


def test_a_gauss_newton_product_needs_a_cost():
    program = parse_network("input x 4 | tanh -> a").program()
    with pytest.raises(SymconvError, match="needs a cost"):
        gauss_newton_product(program, (program.tensor("x"),))


@pytest.mark.parametrize(
    ("letter", "extent", "found"),
    [("x", 3, "S"), ("S", 3, "Slope"), ("x", size("S"), "Slope"), ("Slope", 3, "S")],
)
def test_a_new_cost_has_the_first_letter_that_is_free(letter, extent, found):
    taken = Tensor(Name(letter), (extent,), "input")
    assert free_scalar([taken], ("S", "Slope")).key == found
