"""What a point knows of derivatives: that of the cost, and that of any entry of a value."""

import pytest

from symconv import Network
from symconv.semantics.algebra import Reals
from symconv.verify.evaluation_point import evaluate_program

NETWORK = Network.parse("input x 3 | y[i] = x[i]^2 | sse t -> C")


@pytest.mark.parametrize(
    ("of", "slopes"),
    [
        (("y", 0), [2, 0, 0]),
        (("y", 1), [0, 6, 0]),
        (("x", 2), [0, 0, 1]),
        (("C", 0), [2 * 2 * 1 * 1, 2 * 6 * 9, 2 * 10 * 25]),
    ],
)
def test_the_derivative_is_that_of_the_entry_that_is_asked_for(of, slopes):
    program = NETWORK.program
    given = {"x": (1.0, 3.0, 5.0), "t": (0.0, 0.0, 0.0)}
    point = evaluate_program(
        program, {}, Reals(), lambda tensor, place: given[tensor.key][place[0]]
    )
    key, place = of
    found = point.derivative(program.tensor(key)[place])["x"]
    assert [found[n,] for n in range(3)] == slopes
