"""Long decimals with the digits of numbers of the network: right to what is printed, no more."""

import pytest

from symconv import Network
from symconv.claims import check_claim

GELU = Network.parse("input x 5 | gelu -> y | half_sse t -> C")
THIRD = Network.parse("input x 3 | y[i] = sum(j) x[j] / 3 + x[i] / 14 for i<3 | half_sse t -> C")
TANH = r"\tanh(0.7978845608 x_i + 0.0356774081 x_i^3)"
CASES = [
    # Products of constants: sqrt(2/pi) = 0.79788456080286..., 0.044715 of it = 0.03567740813...
    (GELU, rf"y_i = \frac{{x_i}}{{2}} (1 + {TANH})", "0.0356774081", "0.0356774082"),
    (GELU, rf"y_i = \frac{{x_i}}{{2}} (1 + {TANH})", "0.0356774081", "0.0356774080"),
    (GELU, rf"y_i = \frac{{x_i}}{{2}} (1 + {TANH})", "0.0356774081", "0.0356774071"),
    (GELU, rf"y_i = \frac{{x_i}}{{2}} (1 + {TANH})", "0.0356774081", "0.0356784081"),
    (GELU, rf"y_i = \frac{{x_i}}{{2}} (1 + {TANH})", "0.7978845608", "0.7978845609"),
    (GELU, r"y_i = 0.5 x_i (1 + \tanh(0.79788456080287 x_i (1 + 0.044715 x_i^2)))", "87 x", "88 x"),
    # Fractions without an end: a third, two thirds, one part in 14.
    (THIRD, r"y_0 = 0.33333333 (x_1 + x_2) + (1/3 + 0.0714285714) x_0", "33 (", "34 ("),
    (THIRD, r"y_0 = 0.33333333 (x_1 + x_2) + (1/3 + 0.0714285714) x_0", "0714285714", "0714285715"),
    (THIRD, r"2 y_1 = 0.6666666667 (x_0 + x_1 + x_2) + 0.142857143 x_1", "67 (", "68 ("),
    (THIRD, r"2 y_1 = 0.6666666667 (x_0 + x_1 + x_2) + 0.142857143 x_1", "857143", "875143"),
]


@pytest.mark.parametrize(("network", "claim", "old", "new"), CASES)
def test_digits_of_a_number_are_right_to_the_last_and_wrong_with_one_off(network, claim, old, new):
    assert old in claim
    found = check_claim(network, claim, explain=False)
    assert found.verdict == "right to the printed digits", str(found)
    wrong = check_claim(network, claim.replace(old, new), explain=False)
    assert wrong.verdict == "wrong", str(wrong)


@pytest.mark.parametrize("digits", ["0.33", "0.3333", "0.333333"])
def test_few_digits_are_another_number(digits):
    claim = rf"y_0 = {digits} (x_0 + x_1 + x_2) + x_0 / 14"
    assert check_claim(THIRD, claim, explain=False).verdict == "wrong"


def test_digits_in_a_derivative_are_right_to_the_last():
    claim = (
        rf"dy_i/dx_i = 0.5 (1 + {TANH}) "
        rf"+ 0.5 x_i (1 - {TANH}^2) (0.7978845608 + %s x_i^2)"
    )
    found = check_claim(GELU, claim % "0.1070322244", explain=False)
    assert found.verdict == "right to the printed digits", str(found)
    # Wrong, or left open where too many of the draws have no roots.
    assert not check_claim(GELU, claim % "0.1070322245", explain=False)
