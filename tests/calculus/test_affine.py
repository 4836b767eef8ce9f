"""Index equations are solved where they are affine, and refused where they are not."""

import pytest
from sympy import Rational

from symconv.calculus.affine import solve
from symconv.core.errors import Unsupported
from symconv.core.tensor import index, size

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
