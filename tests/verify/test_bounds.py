"""`verify` says how many points and sizes were tried, and how likely an error slips through."""

import re

import pytest
from sympy import Poly, S, Sum, prod

from symconv import Network
from symconv.core.equation import Equation, Program
from symconv.core.nodes import Box, relu
from symconv.core.tensor import Name, Tensor, index
from symconv.semantics.run import run_program
from symconv.semantics.symbolic import Symbolic
from symconv.verify.error_bounds import (
    SPREAD,
    ErrorBound,
    degree_bound,
    is_polynomial,
    tensor_degrees,
)
from symconv.verify.sampling import draw_points

i, m = index("i"), index("m")
x, w = (Tensor(Name(letter), (S(3),), "input") for letter in "xw")
y = Tensor(Name("y"), (S(2),), "value")
cost = Tensor(Name("C"), (S.One,), "cost")
CONVOLVED = Sum(w[m] * x[i + m], (m, 0, 1))
TOTAL = Equation(cost[0], Sum(y[i] ** 2, (i, 0, 1)), ())


def program(body):
    return Program((x, w, y, cost), (Equation(y[i], body, ((i, S(2)),)), TOTAL), "C")


@pytest.mark.parametrize(
    "body", [CONVOLVED, x[i], 3 * x[i] * w[i] * w[i] + CONVOLVED, Box(i, S(1)) * CONVOLVED**2]
)
def test_the_degree_is_that_of_the_polynomial(body):
    from sympy import Symbol

    def entry(tensor):
        return {(n,): Symbol(f"{tensor.key}{n}") for n in range(3)}

    made = program(body)
    value = run_program(made, {}, {"x": entry(x), "w": entry(w)}, Symbolic())["C"][0,]
    assert tensor_degrees(made)["C"] == Poly(value).total_degree()


def test_what_is_no_polynomial_has_no_bound():
    for body in (relu(x[i]), 1 / x[i], CONVOLVED ** S("1/2")):
        assert not is_polynomial(program(body))
        assert ErrorBound(program(body)).text() == ""
    assert degree_bound(prod([x[0]] * 7), {"x": 4}) == 28


def test_entries_of_a_polynomial_program_come_from_the_whole_set():
    (first, *_) = draw_points(program(CONVOLVED), 3, 0)
    entries = [v for k in "xw" for v in first.values[k].values()]
    assert all(-SPREAD // 2 <= v < SPREAD // 2 for v in entries)
    assert max(abs(v) for v in entries) > SPREAD // 64


def test_every_line_gives_points_sizes_and_bound():
    net = Network.parse("input x 4 | conv w 2 | sse y")
    checks = net.verify()
    for check in checks:
        assert re.search(r"\d+.* at \d+ sizes?; (exact|floating point|equal)", check.line), check
    assert any(re.search(r"misses an error with p < \de-12", c.line) for c in checks)
    symbolic = Network.example("general-conv-strided").verify()
    assert max(len(set(c.sizes)) for c in symbolic) == 3


def test_a_network_with_a_maximum_promises_points_only():
    checks = Network.parse("input x 4 | relu | maxpool 2 | sse y").verify()
    assert any(c.bound == "exact at these points" for c in checks)
    assert not any("p <" in c.bound for c in checks)
