"""Exponentials in equations of one's own neither overflow nor lose digits, in any style.

Compared with the formula itself in 200 digits, at numbers around -1000, 0 and 1000.
"""

from functools import cache
from itertools import pairwise

import mpmath
import numpy as np
import pytest

from symconv import Network
from symconv.codegen.python.joined_equations import ExponentialValues

POINTS = {
    "large": [1000.0, 998.5, -1000.0],
    "small": [-1000.0, -1000.25, -999.0],
    "near": [0.5, -1.25, 2.0],
    "apart": [710.0, -745.5, 88.0],
}


def total(x, scale=1):
    return mpmath.fsum(mpmath.exp(scale * v) for v in x)


FORMULAS = {
    "log(sum(i<3) exp(x[i])) - x[k]": lambda x, k: mpmath.log(total(x)) - x[k],
    "exp(x[k])/(sum(i<3) exp(x[i]))": lambda x, k: mpmath.exp(x[k]) / total(x),
    "log(exp(x[k])/(sum(i<3) exp(x[i])))": lambda x, k: x[k] - mpmath.log(total(x)),
    "log(1 + exp(x[k]))": lambda x, k: mpmath.log(1 + mpmath.exp(x[k])),
    "log(exp(-2*x[k]) + 1)": lambda x, k: mpmath.log(1 + mpmath.exp(-2 * x[k])),
    "exp(x[k])/(1 + exp(x[k]))": lambda x, k: mpmath.exp(x[k]) / (1 + mpmath.exp(x[k])),
    "1/(1 + exp(-x[k]))": lambda x, k: 1 / (1 + mpmath.exp(-x[k])),
    "exp(-x[k])/(1 + exp(-x[k]))^2": lambda x, k: mpmath.exp(-x[k]) / (1 + mpmath.exp(-x[k])) ** 2,
    "log(1/(1 + exp(-x[k])))": lambda x, k: -mpmath.log(1 + mpmath.exp(-x[k])),
    "exp(x[k]/2)/(sum(i<3) exp(x[i]/2))": lambda x, k: (
        mpmath.exp(x[k] / 2) / total(x, mpmath.mpf(1) / 2)
    ),
}
STYLES = ("loops", "readable", "fast")


@cache
def network(formula):
    return Network.parse(f"input x 3 | y[k] = {formula} for k<3")


def slope(f, x, k, j):
    """d f_k / d x_j, in 200 digits."""
    step = mpmath.mpf(10) ** -60
    ends = [f([v + s * (n == j) for n, v in enumerate(x)], k) for s in (step, -step)]
    return (ends[0] - ends[1]) / (2 * step)


@pytest.mark.parametrize("formula", FORMULAS)
def test_values_and_slopes_are_those_of_many_digits(formula):
    f, seed = FORMULAS[formula], np.array([1.0, -0.5, 2.0])
    with mpmath.workdps(200):
        for point in POINTS.values():
            x = [mpmath.mpf(v) for v in point]
            values = [float(f(x, k)) for k in range(3)]
            slopes = [
                float(mpmath.fsum(float(seed[k]) * slope(f, x, k, j) for k in range(3)))
                for j in range(3)
            ]
            for style in STYLES:
                module = network(formula).compile(style)
                found = module.forward(x=np.array(point))
                given = {"x": np.array(point), "delta_y": seed, "values": found}
                assert np.allclose(found.y, values, rtol=1e-12, atol=1e-15), (point, style)
                dx = module.backward(**given).dx
                assert np.allclose(dx, slopes, rtol=1e-11, atol=1e-12), (point, style)


@pytest.mark.parametrize("formula", ["log(1 + exp(x[k]))", "exp(x[k])/(sum(i<3) exp(x[i]))"])
def test_the_module_says_where_a_form_was_changed_and_the_derivation_stays(formula):
    text = network(formula).numpy_source()
    assert "Computed in a form that does not overflow" in text
    assert "exp" in network(formula).derivation().text()
    assert [c.line for c in network(formula).verify("fast") if not c.passed] == []


PLAIN = [
    "log(2 + exp(x[k]))",
    "exp(x[k])/(2 + exp(x[k]))",
    "exp(x[k]) + log(x[k]^2 + 1)",
    "exp(x[k])/(sum(i<3) (exp(x[i]) + exp(2*x[i])))",
    "log(sum(i<3) exp(x[i + k]))",
]


@pytest.mark.parametrize("formula", PLAIN)
def test_what_only_looks_like_it_is_left_as_it_is(formula):
    """The last one reads beyond the border, where an entry is 0 and adds exp(0) = 1."""
    assert "Computed in a form" not in network(formula).numpy_source()
    point = np.array([0.5, -1.0, 0.25])
    found = [network(formula).compile(s).forward(x=point).y for s in STYLES]
    assert all(np.allclose(a, b, rtol=1e-13) for a, b in pairwise(found))


def test_a_window_that_stays_inside_may_be_a_log_sum_exp():
    text = "input x 5 | y[k] = log(sum(i<3) exp(x[i + k])) for k<3"
    assert "log_sum_exp(" in Network.parse(text).numpy_source()


@pytest.mark.parametrize(
    ("equations", "exponential"),
    [
        ("e[i] = exp(x[i]) | p[i] = e[i]/(sum(k<4) e[k])", ["e", "p"]),
        ("n[i] = 1/(sum(k<4) exp(x[k])) | p[i] = n[i]*exp(x[i])", ["n", "p"]),
        ("n[i] = x[i]/(sum(k<4) x[k]) | y[i] = exp(n[i])", ["y"]),
        ("n[i] = 1/(sum(k<4) x[k]) | e[i] = exp(x[i]) | p[i] = n[i]*e[i]", ["e", "p"]),
        ("n[i] = 1/(sum(k<4) x[k])^2 | q[i] = 1/x[i] | e[i] = exp(x[i])", ["e"]),
    ],
)
def test_a_quotient_is_put_together_where_an_exponential_is_in_it(equations, exponential):
    """One of plain sums stays a value of its own, also beside exponentials."""
    text = " | ".join(f"{e} for i<4" for e in equations.split(" | "))
    program = Network.parse(f"input x 4 | {text}").program
    assert list(ExponentialValues(program, lambda e: e).definitions) == exponential
