"""Array expressions are printed with the brackets that they need."""

import pytest
from sympy import Integer

from symconv.codegen.python.sizes import SizePrinter
from symconv.codegen.readable.numpy_printer import NumPyPrinter
from symconv.lower.ir import Arithmetic, Negate, Ref, Scalar

a, b, two = Ref("a"), Ref("b"), Scalar(Integer(2))


def printed(array):
    return NumPyPrinter(lambda ref: ref.key, SizePrinter({}))(array)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (Arithmetic("**", (a, two)), "a**2"),
        (Arithmetic("**", (Arithmetic("*", (a, b)), two)), "(a * b) ** 2"),
        (Arithmetic("**", (Arithmetic("+", (a, b)), two)), "(a + b) ** 2"),
        (Arithmetic("*", (Arithmetic("+", (a, b)), a)), "(a + b) * a"),
        (Arithmetic("/", (a, Arithmetic("*", (a, b)))), "a / (a * b)"),
        (Arithmetic("+", (a, Negate(b))), "a - b"),
    ],
)
def test_an_operand_has_brackets_where_it_binds_less(array, text):
    assert printed(array) == text
