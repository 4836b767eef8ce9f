"""Formulas that are equal by the laws of exponents, and formulas that only look so."""

from fractions import Fraction

import pytest

from symconv import Network
from symconv.claims import check_claim
from symconv.claims.evaluation.exponent_laws import (
    ExpLogForm,
    ExponentLawField,
)
from symconv.claims.judging.trial import LAWS

SOFTMAX = Network.parse("input x 4 | softmax -> p | sse t -> L", "ij0")
SIGMOID = Network.parse("input x 3x3 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E", "ij0")

EQUAL = [
    (SOFTMAX, r"p_i = \frac{\exp(x_i - 3)}{\sum_k \exp(x_k - 3)}", "- 3)}{", "- 2)}{"),
    (SOFTMAX, r"p_i = \frac{\exp(2 x_i)}{\sum_k \exp(x_k + x_i)}", "2 x_i", "3 x_i"),
    (SOFTMAX, r"\log(p_i) - \log(p_j) = x_i - x_j", "x_i - x_j", "x_j - x_i"),
    (SIGMOID, r"z_{i,j} = \log(a_{i,j}) - \log(1 - a_{i,j})", "log(1 -", "log(2 -"),
    (SIGMOID, r"z_{i,j} = \log(a_{i,j}/(1 - a_{i,j}))", "z_{i,j} =", "-z_{i,j} ="),
    (SIGMOID, r"a_{i,j} = e^{z_{i,j}/2} / (e^{z_{i,j}/2} + e^{-z_{i,j}/2})", "} + e", "} - e"),
    (SIGMOID, r"dE/dz_{i,j} = (a_{i,j} - t_{i,j}) \exp(-z_{i,j} + 2\log(a_{i,j}))", "2", "3"),
    (SIGMOID, r"dE/dz_{i,j} = \frac{a_{i,j} - t_{i,j}}{(e^{z_{i,j}/2} + e^{-z_{i,j}/2})^2}",
     ")^2", ")^3"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "text", "old", "new"), EQUAL)
def test_the_laws_decide_what_the_field_alone_does_not(network, text, old, new):
    verdict = check_claim(network, text)
    assert verdict.verdict == "right", str(verdict)
    assert LAWS in verdict.notes
    changed = text.replace(old, new, 1)
    assert changed != text
    assert check_claim(network, changed, explain=False).verdict == "wrong"


@pytest.mark.parametrize(
    "text",
    [
        r"\log(w_{0,0}^2) = 2 \log(w_{0,0})",
        r"\log(w_{0,0} w_{0,1}) = \log(w_{0,0}) + \log(w_{0,1})",
        r"\exp(\log(w_{0,0})) = w_{0,0}",
        r"\exp(\log(w_{0,0})/2)^2 = w_{0,0}",
    ],
)
def test_a_law_is_not_used_where_a_number_may_be_negative(text):
    assert check_claim(SIGMOID, text, explain=False).verdict == "undetermined"


def test_exp_turns_sums_into_products_and_log_turns_back():
    field = ExponentLawField(7)
    a, b = (ExpLogForm(n) for n in (1234567, 7654321))
    exp, log = field.function("exp"), field.function("log")
    assert exp(a * (b + 1)) == exp(a * b) * exp(a)
    assert exp(a) * exp(a * -1) == ExpLogForm.of_number(Fraction(1))
    assert exp(a * ExpLogForm.of_number(Fraction(1, 3))) * exp(
        a * ExpLogForm.of_number(Fraction(2, 3))
    ) == exp(a)
    assert log(exp(a) * exp(b)) == a + b
    assert exp(a * b) != exp(a) * exp(b)
    assert log(a * b) != log(a) + log(b)


ROOTS = {
    "y_i = x_i^{1/2}": "right",
    "y_i = x_i^{3/6}": "right",
    "y_i = x_i^{1/3}": "unreadable",
    "y_i = x_i^{1/4}": "unreadable",
    "dC/dx_i = (y_i - t_i)/2 x_i^{-1/3}": "unreadable",
}


def test_a_root_that_is_no_square_root_is_taken_for_none():
    """The cube root of x was called right where the square root is, and the other way round."""
    network = Network.parse("input x 3 | y[i] = sqrt(x[i]) | half_sse t -> C")
    assert {c: network.check(c).verdict for c in ROOTS} == ROOTS
    cubic = Network.parse("input x 3 | y[i] = x[i]^(1/3) | half_sse t -> C")
    wrong = ("y_i = x_i^{1/2}", "y_i = sqrt(x_i)", "dC/dx_i = (y_i - t_i)/2 x_i^{-1/2}")
    assert "right" not in {cubic.check(c).verdict for c in wrong}
