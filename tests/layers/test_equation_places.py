"""Places in an equation of one's own: sums of indices times sizes or divided by sizes."""

import numpy as np
import pytest

from symconv.api import Network
from symconv.core.errors import SymconvError


@pytest.mark.parametrize(
    ("equation", "right"),
    [
        ("y[i] = x[i/2] for i<6", lambda x: [x[0], 0, x[1], 0, x[2], 0]),
        ("y[i] = x[(i+1)/3] for i<6", lambda x: [0, 0, x[1], 0, 0, x[2]]),
        ("y[i] = x[2*i - 1] for i<3", lambda x: [0, x[1], x[3]]),
        ("y[i] = x[(2*i + 2)/2] for i<3", lambda x: [x[1], x[2], x[3]]),
        ("y[i] = x[3 - i] for i<4", lambda x: x[3::-1]),
    ],
)
def test_an_index_may_be_divided_by_a_number(equation, right):
    x = np.array([2.0, 3.0, 5.0, 7.0])
    network = Network.parse(f"input x 4 | {equation}")
    for style in ("readable", "loops", "fast"):
        np.testing.assert_allclose(network.compile(style).forward(x=x).y, right(x))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("i/0", "an index may be divided by sizes and numbers only"),
        ("2/i", "an index may be divided by sizes and numbers only"),
        ("i/i", "an index may be divided by sizes and numbers only"),
        ("i*i", "an index times an index is not affine"),
        ("(i+1)*i", "an index times an index is not affine"),
    ],
)
def test_an_index_is_no_factor_and_no_divisor(place, said):
    with pytest.raises(SymconvError, match=said):
        Network.parse(f"input x 4 | y[i] = x[{place}] for i<3")


@pytest.mark.parametrize("place", ["i^2", "2^i", "(i + 1)^2"])
def test_a_power_is_no_place(place):
    with pytest.raises(SymconvError, match="this is no index"):
        Network.parse(f"input x 9 | y[i] = x[{place}] for i<2")


@pytest.mark.parametrize(
    "place", ["exp(i)", "max(i, 2)", "sin(2) + i", "x[i]", "[i < 1]", "sum(m<2) m"]
)
def test_a_value_is_no_place(place):
    with pytest.raises(SymconvError, match="this is no index"):
        Network.parse(f"input x 9 | y[i] = x[{place}] for i<2")


@pytest.mark.parametrize("place", ["floor(7/2) + i", "mod(7, 4) + i", "ceil(5/2) + i"])
def test_a_rounded_number_is_a_place(place):
    (first,) = Network.parse(f"input x 9 | y[i] = x[{place}] for i<2").program.equations
    (read,) = first.rhs.indices
    assert read - first.lhs.indices[0] == 3


@pytest.mark.parametrize(
    "equation", ["y[i] = x[0] for i<0", "y[i] = sum(m<0) x[m] for i<2", "y[i] = x[i] for i<1-2"]
)
def test_an_index_runs_over_one_value_at_least(equation):
    with pytest.raises(SymconvError, match="an index cannot run over") as refused:
        Network.parse(f"input x 3 | {equation}")
    assert refused.value.help == "at least 1"
    assert refused.value.position
