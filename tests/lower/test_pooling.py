"""Every emitted pooling computes what its equations say, ties included."""

import numpy as np
import pytest
from lowering import Case, pooling, ranges, tensor, total

from symconv.core.equation import Equation, SizeDefinition
from symconv.core.tensor import index, size

B, H, K1 = map(size, ("B", "H", "k1"))
HO = size("H_o")
b, i, m = map(index, "bim")
i_ = index("i'")


@pytest.mark.parametrize("kind", ["maximum", "average"])
@pytest.mark.parametrize(
    "geometry",
    [(2, 2, 0, 4, 6), (2, 2, 0, 5, 4), (3, 2, 1, 5, 6), (2, 1, 0, 4, 3), (2, 3, 0, 7, 8),
     (3, 3, 1, 4, 7), (2, 1, 1, 3, 3), (1, 1, 0, 3, 2), (1, 2, 0, 3, 4)],
)  # fmt: skip
def test_pooling_with_ties(kind, geometry):
    case = pooling(kind, geometry)
    rng = np.random.default_rng(3)
    arrays = case.arrays(values=lambda size: rng.integers(-2, 2, size=size).astype(float))
    case.check(arrays)
    case.check()


def test_symbolic_pooling_with_stride_equal_to_the_kernel():
    for k, h in ((2, 6), (2, 7), (3, 8), (1, 3)):
        x, y = tensor("x", (B, H), "input"), tensor("y", (B, HO), "value")
        dy, dx = tensor("y", y.shape, "delta"), tensor("x", x.shape, "gradient")
        forward = Equation(y[b, i], total(x[b, K1 * i + m], (m, K1)) / K1, ranges((b, B), (i, HO)))
        back = Equation(
            dx[b, i_], total(dy[b, (i_ - m) / K1], (m, K1)) / K1, ranges((b, B), (i_, H))
        )
        Case(
            x, y, dy, dx, forward=[forward], backward=[back], sizes={B: 2, H: h, K1: k},
            definitions=(SizeDefinition(HO, H - K1, K1),),
        ).check()  # fmt: skip


def test_equal_pieces_are_computed_once():
    case = pooling("maximum", (3, 2, 1, 5, 6))
    backward = case.text.split("def backward")[1]
    assert backward.count("sliding_window_view(") == 1
