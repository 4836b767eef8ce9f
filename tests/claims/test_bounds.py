"""Differences count against what was rounded: huge terms may be right, tiny ones wrong."""

import random
from fractions import Fraction

import mpmath
import pytest

from symconv import Network
from symconv.claims import check_claim
from symconv.claims.evaluation.interval_algebra import (
    Interval,
    IntervalAlgebra,
    as_interval,
    excludes_zero,
    is_zero,
)
from symconv.claims.evaluation.modular_field import Undefined

SOFTMAX = Network.parse("input x 4 | softmax -> p | sse t -> L", "ij0")
RELU = Network.parse("input x 3 | relu -> a | softmax -> p | sse t -> C", "ij0")
FILTER = Network.parse("input x 3x3 | conv w 2x2 -> z | sse t -> C", "ij0")
TRUE = [
    r"\exp(\log(1+\exp(40 x_0))) = 1 + \exp(40 x_0)",
    r"\exp(\log(1+\exp(400 x_0))) = 1 + \exp(400 x_0)",
    r"\log(1+\exp(40 x_0)) = 40 x_0 + \log(1+\exp(-40 x_0))",
    r"\exp(400 \max(x_0, x_1)) = \max(\exp(400 x_0), \exp(400 x_1))",
    r"\sqrt{1 + 2\exp(300 x_0) + \exp(600 x_0)} = 1 + \exp(300 x_0)",
]


@pytest.mark.parametrize("text", TRUE)
def test_a_true_statement_with_huge_terms_is_never_called_wrong(text):
    assert check_claim(SOFTMAX, text).verdict in {"right", "undetermined"}


@pytest.mark.parametrize("text", TRUE)
@pytest.mark.parametrize("little", ["10^{-30}", "-10^{-45}"])
def test_the_same_statement_is_wrong_by_a_little(text, little):
    verdict = check_claim(SOFTMAX, f"{text} + {little}", explain=False)
    assert verdict.verdict == "wrong", str(verdict)
    assert "a difference of " in verdict.counterexample


@pytest.mark.parametrize("power", [20, 45, 60])
def test_a_tiny_relative_slope_is_found(power):
    digits = "10^{-" + str(power) + "}"
    wrong = r"dC/dw_{m,n} = (1 + DIGITS) \sum_{i,j} 2(z_{i,j} - t_{i,j}) x_{i+m,j+n}"
    verdict = check_claim(FILTER, wrong.replace("DIGITS", digits), explain=False)
    assert verdict.verdict == "wrong"
    wrong = r"p_i = (1 + DIGITS) \exp(x_i) / \sum_k \exp(x_k)"
    verdict = check_claim(SOFTMAX, wrong.replace("DIGITS", digits), explain=False)
    assert verdict.verdict == "wrong"


def test_huge_numbers_are_shown_shortly():
    verdict = check_claim(SOFTMAX, r"\exp(1000 x_0) = \exp(1001 x_0)")
    assert verdict.counterexample == "x_{0} = 1, all else 0: true 1.97007e+434, yours 5.35521e+434"
    three = r"\exp(4000 x_0) \exp(4000 x_1) \exp(4000 x_2) = 7"
    verdict = check_claim(SOFTMAX, three, {"x": ["1", "1", "1", "1"]})
    assert verdict.truth == "3.41808484721e+5211"


def test_what_is_zero_but_for_rounding_is_shown_as_zero():
    left = r"\log(1+\exp(40 x_0)) - 40 x_0 - \log(1+\exp(-40 x_0))"
    verdict = check_claim(SOFTMAX, f"{left} = x_1")
    assert verdict.counterexample == "x_{1} = 1, all else 0: true 0, yours 1"


@pytest.mark.parametrize("shift", ["", " - 2"])
def test_what_is_rounded_at_a_kink_is_no_condition(shift):
    text = rf"p_i = \exp(\max(0, x_i){shift}) / \sum_k \exp(\max(0, x_k){shift})"
    assert check_claim(RELU, text).verdict == "right"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"\exp(\log(1+\exp(x_0))) - \exp(x_0) = 1", "right"),
        (r"\exp(\log(1+\exp(x_0))) - \exp(x_0) = 1 = 2/2", "right"),
        (r"\exp(\log(1+\exp(x_0))) - \exp(x_0) = 1.00", "right"),
        (r"\exp(\log(1+\exp(x_0/80))) - 1 = 2.718", "right to the printed digits"),
        (r"\exp(\log(1+\exp(x_0/80))) - 1 = 2.719", "wrong"),
        (r"\exp(\log(1+\exp(x_0))) - \exp(x_0) = 0.996", "wrong"),
        (r"\exp(\log(1+\exp(x_0))) - \exp(x_0) = 1 = 1 + 10^{-60}", "wrong"),
        (r"\exp(\log(1+\exp(x_0))) = 1 + \exp(x_0) = 2", "wrong"),
    ],
)
def test_numbers_are_equal_up_to_what_is_rounded(text, verdict):
    found = check_claim(SOFTMAX, text, {"x": ["80", "1", "2", "3"]})
    assert found.verdict == verdict, str(found)


NAMES = ["exp", "log", "sigmoid", "tanh", "softplus", "relu", "absolute"]
MEANT = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "tanh": mpmath.tanh,
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "absolute": abs,
}


def mp(x):
    return mpmath.mpf(x.numerator) / x.denominator


@pytest.mark.parametrize("seed", range(40))
def test_the_bounds_hold_the_number_through_a_chain_of_steps(seed):
    draw, algebra = random.Random(seed), IntervalAlgebra()
    with mpmath.workprec(6000):
        number = Fraction(draw.randrange(-60, 60), draw.randrange(1, 9))
        value, true = number, mp(number)
        for _ in range(6):
            step = draw.choice([*NAMES, "+", "*", "square", "inverse", "root"])
            other = Fraction(draw.randrange(-9, 10), draw.randrange(1, 9))
            if (step == "log" and true <= 0) or (step == "root" and true < 0):
                continue
            if abs(true) > 100 or (step == "inverse" and abs(true) < 0.01):
                continue
            if step == "+":
                value, true = value + other, true + mp(other)
            elif step == "*":
                value, true = value * other, true * mp(other)
            elif step == "square":
                value, true = algebra.power(Fraction(2))(value), true**2
            elif step == "inverse":
                value, true = algebra.power(Fraction(-1))(value), 1 / true
            elif step == "root":
                value, true = algebra.power(Fraction(1, 2))(value), mpmath.sqrt(true)
            else:
                value, true = algebra.function(step)(value), MEANT[step](true)
        ends, slack = as_interval(value), mpmath.mpf(2) ** -5000
        assert mp(ends.low) - slack <= true <= mp(ends.high) + slack
        assert ends.high - ends.low < Fraction(1, 2**100)


def test_the_largest_of_numbers_with_bounds():
    algebra = IntervalAlgebra()
    exp = algebra.function("exp")
    values = [exp(Fraction(1)), exp(Fraction(2)), Fraction(3)]
    assert algebra.first_maximiser(values) == 1
    assert excludes_zero(algebra.maximum(values) + Fraction(-7))
    with mpmath.workprec(900):
        meant = mpmath.log(sum(mpmath.exp(mpmath.exp(k)) for k in (1, 2)) + mpmath.exp(3))
        found = algebra.log_sum_exp(values)
        assert mp(found.low) < meant < mp(found.high)
    same = [exp(Fraction(1)), algebra.function("log")(exp(exp(Fraction(1))))]
    with pytest.raises(Undefined):
        algebra.first_maximiser(same)
    assert algebra.first_maximiser([Fraction(2), Fraction(2)]) == 0
    assert IntervalAlgebra(last_wins=True).first_maximiser([Fraction(2), Fraction(2)]) == 1


def test_what_the_bounds_do_not_tell_is_not_decided():
    near = Interval(Fraction(-1), Fraction(1))
    assert near
    assert not excludes_zero(near)
    for decide in (
        is_zero,
        IntervalAlgebra().function("step"),
        IntervalAlgebra().power(Fraction(-1)),
    ):
        with pytest.raises(Undefined):
            decide(near)
    assert IntervalAlgebra().power(Fraction(2))(near) == Interval(Fraction(0), Fraction(1))
    assert IntervalAlgebra(1).function("step")(Fraction(0)) == 1


@pytest.mark.parametrize("name", ["sin", "cos", "erf"])
def test_bounds_of_functions_that_turn_hold_the_true_value(name):
    """Of points and of wide intervals, against mpmath with three times the digits."""
    rng, algebra = random.Random(5), IntervalAlgebra()
    for _ in range(40):
        low = Fraction(rng.randint(-900, 900), rng.randint(1, 90))
        high = low + rng.choice([0, Fraction(rng.randint(1, 50), 10)])
        found = as_interval(algebra.function(name)(Interval(low, high)))
        assert found.high - found.low < (Fraction(1, 10**18) if low == high else 3)
        for n in range(5):
            x = low + (high - low) * n / 4
            with mpmath.workprec(400):
                true = getattr(mpmath, name)(mpmath.mpf(x.numerator) / x.denominator)
                digits = Fraction(mpmath.nstr(true, 115))
                assert found.low <= digits <= found.high


def test_a_square_of_a_sine_and_one_of_a_cosine_add_up_to_one():
    network = Network.parse("input x 3 | y[i] = sin(x[i]) | sse t -> C", "ij0")
    assert check_claim(network, r"\sin^2(x_i) = 1 - \cos(x_i) \cos(-x_i)").verdict == "right"
    assert check_claim(network, r"\sin^2(x_i) = 1 - \cos(x_i) \cos(x_j)").verdict == "wrong"
    assert check_claim(network, r"\sin(-x_i) = \sin(x_i)", explain=False).verdict == "wrong"
    assert check_claim(network, r"\sin(2 x_i) = 2 \sin(x_i)", explain=False).verdict == "wrong"
    assert check_claim(network, r"\sin(2 x_i) = 2 \sin(x_i)\cos(x_i)").verdict != "wrong"
