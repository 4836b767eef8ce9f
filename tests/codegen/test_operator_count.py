"""How many operators the text of a formula has, of which brackets and names depend."""

from fractions import Fraction

import pytest

from symconv.codegen.fast.scalar.scalar_program import Compound, Product
from symconv.codegen.fast.scalar.subexpressions import count_operators

ONE, HALF, TWO = Fraction(1), Fraction(1, 2), Fraction(2)
A, B, C = (Compound("relu", (Product(Fraction(n)),)) for n in (3, 5, 7))


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ((Product(TWO),), 0),
        ((Product(ONE, (A,)),), 0),
        ((Product(ONE, (A, B)),), 1),
        ((Product(TWO, (A, B)),), 2),
        ((Product(HALF, (A, B)),), 2),
        ((Product(HALF, (A,)),), 1),
        ((Product(ONE, (A, B, C)),), 2),
        ((Product(ONE, (A, B)), Product(ONE, (C,))), 1),
    ],
)
def test_operators_are_counted(value, count):
    assert count_operators(value) == count
