"""Numbers that code rounds, such as sqrt(7), are compared by their digits."""

import pytest
from sympy import Rational, sqrt, symbols

from symconv import Network
from symconv.verify.module_checks import equals_as_polynomial, equals_as_rounded_polynomial

x, y = symbols("x y")

FORMULAS = [
    "x[i]/sqrt(7)",
    "1/sqrt(7)*x[i]^2 + x[i]*sqrt(2)/3 + x[i]*sqrt(3) + sqrt(5)",
    "0.044715*x[i]^3 + x[i]/3 + 1/7 + x[i]*2^(-1/2)",
    "exp(1)*x[i] + x[i]*sum(k<2) sqrt(7)*x[k]",
    "max(x[i], 0)/sqrt(7) + log(3)/log(2)*x[i] + tanh(1)*x[i] + cos(2)",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_network_with_numbers_that_no_float_is_passes_every_check(formula):
    checks = Network.parse(f"input x 2 | y[i] = {formula} | sse t -> E").verify()
    assert [c.line for c in checks if not c.passed] == []
    assert any("on floats" in c.name for c in checks)


@pytest.mark.parametrize("style", ["loops", "fast"])
def test_the_bound_says_what_was_compared(style):
    rounded = Network.parse("input x 2 | y[i] = x[i]/sqrt(7) | sse t -> E").verify(style)
    whole = Network.parse("input x 2 | y[i] = x[i]/3 + 2 | sse t -> E").verify(style)
    assert [c.bound for c in rounded if "symbols" in c.name] == [
        "equal as polynomials at this size, numbers to 12 digits"
    ]
    assert [c.bound for c in whole if "symbols" in c.name] == [
        "equal as polynomials: a proof at this size"
    ]


RIGHT = sqrt(7) * x / 7 - Rational(1, 7) * x * y + 3


@pytest.mark.parametrize(
    "code",
    [
        0.377964473 * x - x * y / 7 + 3,  # nine digits
        -0.3779644730092272 * x - x * y / 7 + 3,
        0.3779644730092272 * x - 0.142857142857 * x * y + 3.0001,
        0.3779644730092272 * y - x * y / 7 + 3,
        0.3779644730092272 * x - x * y / 7 + 3 + 1e-9 * y,
        0.3779644730092272 * x + 3,
    ],
)
def test_a_wrong_number_is_caught(code):
    assert equals_as_rounded_polynomial(
        0.3779644730092272 * x - x * y * 0.14285714285714285 + 3, RIGHT
    )
    assert not equals_as_rounded_polynomial(code, RIGHT)


def test_polynomials_without_floats_are_compared_exactly():
    assert not equals_as_polynomial(x / 3 + Rational(1, 10**15), x / 3)
