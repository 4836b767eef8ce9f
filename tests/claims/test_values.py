"""`Network.check` with values: the same verdicts and errors as `symconv check --values`."""

import json
from fractions import Fraction

import numpy as np
import pytest
from typer.testing import CliRunner

from symconv import Network
from symconv.cli import app
from symconv.core.errors import SymconvError

TEXT = "input x 3x3 | conv w 2x2 -> z | relu -> y | half_sse t -> C"
NET = Network.parse(TEXT, "ij0")
VALUES = {"x": [[1, -1, 0], [0, 1, 0], [0, -1, 1]], "w": [[1, -1], [1, 1]], "t": [[1, 0], [0, 1]]}
HALVES = {"x": [["0.5"] * 3] * 3, "w": [["1/3", 0.1], ["1e-2", 0]], "t": [0, 1, 0, 1]}
CLAIMS = [
    "dC/dw = [[2, -2], [0, 2]]",
    "dC/dw = [[-2, 2], [0, -2]]",
    "dC/dw_{0,0} = 2 (y_{0,0} - t_{0,0})",
    "dC/dt_{0,0} = -0.221667",
    "dC/dt_{0,0} = -0.2216",
    "dC/dt_{0,0} = -133/600",
    "dC/dw = 0",
    "dC/dw_{0,0} = q",
]


def in_words(claim, values, tmp_path):
    path = tmp_path / "values.json"
    path.write_text(json.dumps(values))
    done = CliRunner().invoke(app, ["check", TEXT, claim, "--values", str(path), "--json"])
    return json.loads(done.stdout)["verdicts"]


@pytest.mark.parametrize("values", [VALUES, HALVES])
@pytest.mark.parametrize("claim", CLAIMS)
def test_python_says_what_the_command_says(claim, values, tmp_path):
    assert [NET.check(claim, values=values).data()] == in_words(claim, values, tmp_path)


def test_the_numbers_decide():
    assert NET.check("dC/dw = [[2, -2], [0, 2]]", values=VALUES).verdict == "right"
    wrong = NET.check("dC/dw = [[-2, 2], [0, -2]]", values=VALUES)
    assert (wrong.verdict, wrong.names[0]) == ("wrong", "sign")
    assert NET.check("dC/dt_{0,0} = -133/600", values=HALVES).verdict == "right"
    printed = NET.check("dC/dt_{0,0} = -0.2217", values=HALVES)
    assert printed.verdict == "right to the printed digits"
    assert NET.check("dC/dw = [[2, -2], [0, 2]]").verdict == "not checked"
    assert NET.check("dC/dw = [[2, -2], [0, 2]]", values={}).verdict == "not checked"


@pytest.mark.parametrize("kind", [int, np.float64, np.float32, np.int8])
def test_arrays_and_fractions_are_numbers_too(kind):
    arrays = {k: np.array(v, dtype=kind) for k, v in VALUES.items()}
    assert NET.check("dC/dw = [[2, -2], [0, 2]]", values=arrays).verdict == "right"
    mixed = {**VALUES, "w": ((np.int64(1), Fraction(-1)), (np.float64(1), "1"))}
    assert NET.check("dC/dw = [[2, -2], [0, 2]]", values=mixed).verdict == "right"


def ring():
    found = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"x": [[1, 2], [3, 4]]}, "the values of 'x' are 2 x 2, and the tensor is 3 x 3"),
        ({"x": 3}, "the values of 'x' are one number, and the tensor is 3 x 3"),
        ({"x": [[1, 2], [3]]}, "the values of 'x' are no regular array of numbers"),
        ({"x": "open('MARK')"}, "the values of 'x' hold a number that is not read"),
        ({"x": float("nan")}, "the values of 'x' hold a number that is not read"),
        ({"x": None}, "the values of 'x' hold something that is no number"),
        ({"x": {"y": 1}}, "the values of 'x' hold something that is no number"),
        ({"x": np.array(["a", "b"])}, "the values of 'x' hold a number that is not read"),
        ({"x": ring()}, "the values of 'x' are nested too deeply"),
        ({"x\n" * 90: ring()}, "are nested too deeply"),
        ([1, 2], "values are names, each with its numbers"),
        ({1: [[1, 2]]}, "values are names, each with its numbers"),
        ("x", "values are names, each with its numbers"),
    ],
)
def test_values_that_do_not_fit_are_refused_in_one_line(values, message):
    with pytest.raises(SymconvError) as caught:
        NET.check("dC/dw = [[2, -2], [0, 2]]", values=values)
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 120


def test_values_need_a_network_with_numbers():
    net = Network.parse("input x NxQxHxW | conv w 3x3 channels F -> z | sse t -> C")
    with pytest.raises(SymconvError, match="the sizes F, H, N, Q, W are open"):
        net.check("dC/dz = 1", values=VALUES)
    assert net.check("dC/dz = 2(z - t)", values={}).verdict == "right"


TWO = Network.parse(
    "input i 3x3 | conv w 2x2 -> o | relu -> a | conv v 2x2 -> z | sse y -> E", "ij0"
)
ROOTS = {
    "i": [[1, 2, 0], [0, 1, -1], [3, 1, 1]],
    "w": [[1, -1], [2, 2]],
    "v": [[1, 2], [3, -4]],
    "y": [[5]],
}
MIDDLE = {"o": [[1, 2], [7, 6]], "a": [[1, 2], [7, 6]], "z": [[2]]}


@pytest.mark.parametrize("given", [(), ("o",), ("a",), ("z",), ("o", "z"), ("o", "a", "z")])
@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("do_{0,1}/dw_{0,0} = 2", "right"),
        ("do_{0,1}/dw_{0,0} = 0", "wrong"),
        ("do_{1,0}/di_{1,1} = -1", "right"),
        ("da_{1,0}/do_{1,0} = 1", "right"),
        ("da_{1,0}/do_{1,0} = 0", "wrong"),
        ("dz/da_{1,0} = 3", "right"),
        ("dz/dw_{0,1} = 9", "right"),
        ("dz/dw_{0,1} = 0", "wrong"),
        ("dz/di_{2,2} = -8", "right"),
        ("dz/di_{2,2} = 0", "wrong"),
        ("do_{0,1}/dv_{0,0} = 0", "right"),
        ("dE/dw_{0,1} = -54", "right"),
    ],
)
def test_values_in_the_middle_change_no_derivative(claim, verdict, given):
    values = ROOTS | {name: MIDDLE[name] for name in given}
    assert TWO.check(claim, values=values).verdict == verdict


@pytest.mark.parametrize(
    ("network", "claim"),
    [
        ("input x 4 | y[i] = sin(2*x[i]) | half_sse t -> C", r"dy_i/dx_i = \cos(2 x_i)"),
        ("input x 4 | y[i] = x[i]^2 | half_sse t -> C", "dy_i/dx_i = 3 x_i"),
        ("input x 4 | sigmoid -> y | half_sse t -> C", "dy_i/dx_i = 2 y_i (1 - y_i)"),
        ("input x 4 | conv w 2 -> y | half_sse t -> C", "dy_i/dw_k = x_{i+k} + x_i"),
    ],
)
def test_a_derivative_of_a_value_is_no_sum_without_terms(network, claim):
    said = str(Network.parse(network).check(claim))
    assert "wrong" in said
    assert "true 0;" not in said
