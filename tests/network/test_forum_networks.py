"""The networks that people ask about: every number and formula of theirs, recomputed exactly."""

from fractions import Fraction

import pytest
from sympy import Add, Matrix, Mul, Symbol, expand

from symconv.api import Network
from symconv.semantics.algebra import Exact
from symconv.semantics.run import run_program

IMAGE = [
    "0.51 0.9 0.88 0.84 0.05",
    "0.4 0.62 0.22 0.59 0.1",
    "0.11 0.2 0.74 0.33 0.14",
    "0.47 0.01 0.85 0.7 0.09",
    "0.76 0.19 0.72 0.17 0.57",
]
KERNEL = ["-0.13 0.15", "-0.51 0.62"]
DENSE = ["0.61 0.82 0.96 -1", "0.02 -0.5 0.23 0.17"]
ACTIVATION = ["0.58 0.57", "0.65 0.55"]
DELTA_H = {(0,): Fraction("0.25"), (1,): Fraction("-0.15")}


def table(rows):
    return {(r, c): Fraction(n) for r, row in enumerate(rows) for c, n in enumerate(row.split())}


def grid(found):
    rows = max(r for r, _ in found) + 1
    columns = max(c for _, c in found) + 1
    return [[found[r, c] for c in range(columns)] for r in range(rows)]


def fractions(rows):
    return [[Fraction(n) for n in row.split()] for row in rows]


@pytest.fixture(scope="module")
def two_convs():
    return Network.example("two-convs")


@pytest.fixture(scope="module")
def pooled():
    return Network.example("conv-pool-sigmoid-dense")


def scalar_cost():
    """The cost of the two convolutions written out by hand, entry by entry."""
    image = Matrix(3, 3, lambda r, c: Symbol(f"i_{3 * r + c + 1}"))
    first, second = (
        Matrix(2, 2, lambda r, c, layer=layer: Symbol(f"w_{2 * r + c + 1}^{layer}"))
        for layer in (1, 2)
    )
    pixels = [(r, c) for r in range(2) for c in range(2)]
    middle = {
        (u, v): Add(*(Mul(first[r, c], image[u + r, v + c]) for r, c in pixels)) for u, v in pixels
    }
    out = Add(*(Mul(second[r, c], middle[r, c]) for r, c in pixels))
    names = {Symbol(f"o_{2 * r + c + 1}^1"): e for (r, c), e in middle.items()}
    return (out - Symbol("y_1")) ** 2, {**names, Symbol("o_1^2"): out}


def test_all_17_entries_are_the_scalar_derivatives_of_the_expanded_cost(two_convs):
    cost, values = scalar_cost()
    entries = [f"w_{n}^{layer}" for layer in (1, 2) for n in range(1, 5)]
    entries += [f"i_{n}" for n in range(1, 10)]
    assert len(entries) == 17
    for name in entries:
        found = two_convs.gradient(name).xreplace(values)
        assert expand(found - cost.diff(Symbol(name))) == 0, name


def test_the_first_entry_prints_as_people_write_it(two_convs):
    expected = "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)"
    assert two_convs.written("w_1^1") == expected
    assert two_convs.written("w_1^2") == "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1"


def test_the_sum_of_products_is_not_the_product_of_sums(two_convs):
    numbers = {f"i_{n}": n for n in range(1, 10)} | {"y_1": 0}
    numbers |= {f"w_{n}^1": n for n in range(1, 5)}
    numbers |= {"w_1^2": 1, "w_2^2": -1, "w_3^2": 2, "w_4^2": 1}
    _, values = scalar_cost()
    gradient = two_convs.gradient("w_1^1").xreplace(values)
    assert gradient.xreplace({Symbol(k): v for k, v in numbers.items()}) == 4824


def test_the_four_deltas_behind_the_pooling(pooled):
    backward = pooled.backward("o").program
    values = {"delta h": DELTA_H, "W": table(DENSE), "a": table(ACTIVATION)}
    found = run_program(backward, {}, values, Exact(), wanted=["delta p"])["delta p"]
    assert grid(found) == fractions(["0.0364182 0.068628", "0.04675125 -0.06818625"])


def test_the_pooling_passes_its_deltas_to_the_winners(pooled):
    backward = pooled.backward("o").program
    values = {"o": table(IMAGE), "w": table(KERNEL), "b": {(0,): Fraction(0)}}
    winners = run_program(backward, {}, values, Exact(), wanted=["M"])["M"]
    places = {(2 * i + m, 2 * j + n) for (i, j, m, n), won in winners.items() if won}
    assert places == {(1, 1), (0, 2), (2, 1), (3, 3)}


def test_the_kernel_gradient_from_the_printed_deltas(pooled):
    printed = ["0 0 0.0686 0", "0 0.0364 0 0", "0 0.0467 0 0", "0 0 0 -0.0681"]
    values = {"o": table(IMAGE), "delta x": table(printed)}
    backward = pooled.backward().program
    found = run_program(backward, {}, values, Exact(), wanted=["gradient w", "gradient b"])
    expected = [["0.044606", "0.094061"], ["0.011262", "0.068288"]]
    rounded = [[f"{float(n):.6f}" for n in row] for row in grid(found["gradient w"])]
    assert rounded == expected
    assert found["gradient b"][0,] == Fraction("0.0836")


def test_the_kernel_gradient_from_the_unrounded_deltas(pooled):
    values = {"o": table(IMAGE), "w": table(KERNEL), "b": {(0,): Fraction(0)}, "W": table(DENSE)}
    values |= {"a": table(ACTIVATION), "delta h": DELTA_H}
    found = run_program(pooled.backward().program, {}, values, Exact(), wanted=["gradient w"])
    expected = ["0.044591799 0.0941186865", "0.01125765 0.068312388"]
    assert grid(found["gradient w"]) == fractions(expected)


def test_the_deltas_of_the_input_layer(pooled):
    """For a convolution in front: each delta times the kernel, added up where windows overlap."""
    printed = ["0 0 0.0686 0", "0 0.0364 0 0", "0 0.0467 0 0", "0 0 0 -0.0681"]
    values = {"w": table(KERNEL), "delta x": table(printed)}
    found = run_program(pooled.backward().program, {}, values, Exact(), wanted=["gradient o"])
    expected = {(r, c): Fraction(0) for r in range(5) for c in range(5)}
    for (r, c), delta in table(printed).items():
        for (m, n), weight in table(KERNEL).items():
            expected[r + m, c + n] += delta * weight
    assert found["gradient o"] == expected
    assert found["gradient o"][2, 1] == Fraction("0.0364") * Fraction("-0.51") + Fraction(
        "0.0467"
    ) * Fraction("-0.13")


def test_the_filter_behind_a_relu():
    net = Network.example("relu-filter")
    values = {
        "x": table(["1 -1 0", "0 1 0", "0 -1 1"]),
        "w": table(["1 -1", "1 1"]),
        "t": table(["1 0", "0 1"]),
    }
    program = net.backward().program
    found = run_program(program, {}, values, Exact(), wanted=["z", "y", "gradient w", "C"])
    assert grid(found["z"]) == [[3, 0], [-2, 1]]
    assert grid(found["y"]) == [[3, 0], [0, 1]]
    assert grid(found["gradient w"]) == [[2, -2], [0, 2]]
    assert found["C"][0,] == 2
    stepped = {p: w - Fraction(1, 2) * found["gradient w"][p] for p, w in values["w"].items()}
    assert grid(stepped) == [[0, 0], [1, 0]]
    after = run_program(program, {}, values | {"w": stepped}, Exact(), wanted=["C"])
    assert after["C"][0,] == Fraction("1.5")
    wrong = {p: w + Fraction(1, 2) * found["gradient w"][p] for p, w in values["w"].items()}
    risen = run_program(program, {}, values | {"w": wrong}, Exact(), wanted=["C"])
    assert risen["C"][0,] == Fraction("14.5")
