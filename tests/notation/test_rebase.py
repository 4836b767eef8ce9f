"""A formula in indices that start at 1 says of every entry what it says in indices from 0."""

import pytest
from sympy import KroneckerDelta, Sum

from symconv.core.nodes import Box, LogSumExp, MaxOver, OneHot
from symconv.core.tensor import Name, Tensor, index, size
from symconv.notation.index_letters import rebase

i, j, m = map(index, "ijm")
K, s = size("K"), size("s")
x = Tensor(Name("x"), (7,), "input")


@pytest.mark.parametrize(
    ("plain", "from_one"),
    [
        (x[i], x[i]),
        (x[s * i + m], x[s * (i - 1) + (m - 1) + 1]),
        (Sum(x[i + m], (m, 0, K - 1)), Sum(x[i + m - 1], (m, 1, K))),
        (MaxOver(x[2 * i + m], (m, 0, 1)), MaxOver(x[2 * (i - 1) + m - 1 + 1], (m, 1, 2))),
        (LogSumExp(x[m], (m, 0, 2)), LogSumExp(x[m], (m, 1, 3))),
        (KroneckerDelta(i, j + 1), KroneckerDelta(i, j + 1)),
        (Box(i - m, K), Box(i - m + 1, K)),
        (
            OneHot(MaxOver(x[i + m], (m, 0, 1)), j),
            OneHot(MaxOver(x[i + m - 1], (m, 1, 2)), j),
        ),
        (K * x[i] ** 2 + i, K * x[i] ** 2 + i - 1),
    ],
)
def test_positions_and_limits_move_and_values_stay(plain, from_one):
    assert (rebase(plain, 1) - from_one).expand() == 0
    assert rebase(plain, 0) is plain
