"""Statements of array programs: copies fall away, numbers are placed, factors are written."""

import pytest
from sympy import Integer, Rational

from symconv.core.tensor import index, size
from symconv.lower.common_subexpressions import eliminate_common_subexpressions
from symconv.lower.dataflow import propagate_copies
from symconv.lower.ir import (
    ApplyFunction,
    Arithmetic,
    Let,
    Local,
    Loop,
    MaximumInto,
    Negate,
    Ref,
    Scalar,
    Store,
)
from symconv.lower.named_array import NamedArray, scale_array

x, y, z = map(Ref, "xyz")
part = Local("x", "part", 1)
i, N = index("i"), size("N")
TWO, THREE = Scalar(Integer(2)), Scalar(Integer(3))
DECIMAL = Rational("0.044715")


def test_a_copy_to_a_tensor_bears_its_name_and_its_number():
    assert propagate_copies((Let(part, x), Let(y, part, "y"))) == (Let(y, x, "y"),)


def test_the_number_of_an_equation_stands_at_the_last_statement_of_its_loop():
    loop = Loop(((i, N),), (MaximumInto(part, x), Store(part, (), z, add=True)))
    (found,) = propagate_copies((loop, Let(y, part, "y")))
    assert found.body == (MaximumInto(y, x), Store(y, (), z, add=True, finishes="y"))


@pytest.mark.parametrize(
    ("coefficient", "written"),
    [
        (Integer(1), x),
        (Integer(2), Arithmetic("*", (TWO, x))),
        (Rational(1, 2), Arithmetic("/", (x, TWO))),
        (Rational(2, 3), Arithmetic("/", (Arithmetic("*", (TWO, x)), THREE))),
        (1 / N, Arithmetic("/", (x, Scalar(N)))),
        (Integer(-1), Negate(x)),
        (Rational(-1, 2), Negate(Arithmetic("/", (x, TWO)))),
        (DECIMAL, Arithmetic("*", (Scalar(DECIMAL), x))),
    ],
)
def test_a_factor_stands_in_front_and_a_divisor_behind(coefficient, written):
    assert scale_array(NamedArray(x, ()), coefficient).array == written


def test_repeated_pieces_are_bound_and_numbered_the_largest_first():
    small = Arithmetic("*", (x, y))
    large = Arithmetic("+", (small, z))
    first, second, third = (Local("x", "made", n) for n in range(3))
    found = eliminate_common_subexpressions(
        (
            Let(first, small),
            Let(second, ApplyFunction("exp", large)),
            Let(third, ApplyFunction("log", large)),
        )
    )
    whole, part = Local("x", "sum", -1000), Local("x", "product", -1001)
    assert found == (
        Let(part, small),
        Let(first, part),
        Let(whole, Arithmetic("+", (part, z))),
        Let(second, ApplyFunction("exp", whole)),
        Let(third, ApplyFunction("log", whole)),
    )
