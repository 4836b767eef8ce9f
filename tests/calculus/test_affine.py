"""Index equations are solved where they are affine, and refused where they are not."""

import pytest
from sympy import Integer, Rational

from symconv import Network
from symconv.calculus.affine import find_mixed_radix, solve
from symconv.core.equation import Equation
from symconv.core.errors import Unsupported
from symconv.core.tensor import Name, Tensor, index, size

i, m, n = map(index, "imn")
s, d = map(size, "sd")


@pytest.mark.parametrize(
    ("left", "right", "value"),
    [
        (m, i + 1, i + 1),
        (s * i + d * m, n, (n - s * i) / d),
        (2 * (i + m), n, Rational(1, 2) * n - i),
        (-m, i, -i),
        (i - m, 3, i - 3),
    ],
)
def test_an_affine_equation_is_solved(left, right, value):
    assert (solve(left, right, m) - value).expand() == 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (i + n, s ),
        (s, d),
        (m**2 + m, i),
        (m**2, i),
        (m + s**m, i),
        (i * m, n),
        (i * m + m, n),
        ((i + m) * (n + m), s),
    ],
)  # fmt: skip
def test_any_other_equation_is_refused_with_its_variable(left, right):
    with pytest.raises(Unsupported, match="is not affine in m"):
        solve(left, right, m)


@pytest.mark.parametrize(
    ("text", "extents"),
    [
        ("input x 12 | y[i,j] = x[4*i + j] for i<3, j<4", [3, 4]),
        ("input x 12 | y[i,j] = x[i + 3*j] for i<3, j<4", [4, 3]),
        ("input x 3 | y[i,j] = x[i + j] for i<3, j<1", None),
        ("input x 3 | y[i,j,k] = x[i + j + k] for i<3, j<1, k<1", None),
        ("input x 12 | y[i,j] = x[4*i + j] for i<3, j<3", None),
    ],
)
def test_the_digits_of_an_axis_are_found_where_each_has_several_values(text, extents):
    program = Network.parse(text).program
    found = find_mixed_radix(program.by_key["x"], 0, program.equations)
    assert (None if found is None else [n for _, n in found.digits]) == extents


@pytest.mark.parametrize(("extent", "digits"), [(1, None), (2, ((3, 2), (1, 3)))])
def test_an_index_with_one_value_is_no_digit(extent, digits):
    x = Tensor(Name("x"), (Integer(3 * extent),), "input")
    y = Tensor(Name("y"), (Integer(3), Integer(extent)), "value")
    ranges = ((i, Integer(3)), (m, Integer(extent)))
    found = find_mixed_radix(x, 0, [Equation(y[i, m], x[i + 3 * m], ranges)])
    assert (None if found is None else found.digits) == digits
