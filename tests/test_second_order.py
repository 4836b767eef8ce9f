"""Products with the Hessian: reverse mode applied to its own output."""

import pytest

from symconv.calculus.second import hessian_vector_product
from symconv.check.verify import verify
from symconv.core.errors import SymconvError
from symconv.network.text import parse

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
    program = parse(text).program()
    wrt = tuple(t for t in program.tensors if t.role in {"input", "parameter"})
    backward = hessian_vector_product(program, wrt)
    failed = [check.line for check in verify(backward, draws=2) if not check.passed]
    assert not failed


def test_a_network_without_a_cost_has_no_hessian():
    program = parse("input x 4 | tanh -> a").program()
    with pytest.raises(SymconvError, match="needs a network with a cost"):
        hessian_vector_product(program, (program.tensor("x"),))
