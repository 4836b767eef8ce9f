"""Numbers with a name are written with all their digits, or as a fraction where these never end."""

import pytest
from sympy import Integer, Rational

from symconv.core.constants import constants_of, decimal
from symconv.core.equation import Equation
from symconv.core.nodes import NamedNumber
from symconv.core.tensor import Name, Tensor, index

x, y = (Tensor(Name(letter), (3,), "value") for letter in "xy")
i = index("i")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Rational("0.00001"), "0.00001"),
        (Rational("0.044715"), "0.044715"),
        (Rational(1, 3), "1/3"),
        (Rational(5, 4), "1.25"),
        (Rational(7, 12), "7/12"),
        (Rational("123456789.0001"), "123456789.0001"),
        (Rational(1, 2**20), "0.00000095367431640625"),
        (Integer(10), "10"),
    ],
)
def test_all_digits_of_a_number_are_written(value, written):
    assert decimal(value) == written


def test_each_constant_is_listed_once_in_the_order_of_the_equations():
    a, b = NamedNumber("epsilon", Rational(1, 10)), NamedNumber("alpha", Rational(1, 2))
    equations = (
        Equation(x[i], y[i] + a, ((i, 3),)),
        Equation(y[i], x[i] * a + b, ((i, 3),)),
    )
    assert constants_of(equations) == (a, b)
