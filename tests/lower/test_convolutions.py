"""Every emitted convolution computes what its equations say, whatever its geometry."""

from itertools import product

import numpy as np
import pytest
from grids import deal, parts, slice_of
from lowering import GEOMETRIES, SMALL, Case, conv, loaded, out, ranges, tensor, total
from sympy import Integer

from symconv import Network
from symconv.core.equation import Equation, SizeDefinition
from symconv.core.tensor import amount, index, size

B, H, W, K1, K2, S, D = map(size, ("B", "H", "W", "k1", "k2", "s", "d"))
P = amount("p")
HO, WO = size("H_o"), size("W_o")
b, c, f, g, i, m = map(index, "bcfgim")
i_ = index("i'")


@pytest.mark.parametrize(("geometry", "flip"), slice_of(product(GEOMETRIES, [False, True]), 2))
def test_concrete_convolution(geometry, flip):
    s, d, p, h, w, k1, k2 = geometry
    image, kernel = (Integer(h), Integer(w)), (Integer(k1), Integer(k2))
    output = (Integer(out(h, k1, s, d, p)), Integer(out(w, k2, s, d, p)))
    case = conv((s, d, p), image, kernel, output, flip=flip, sizes=SMALL)
    case.check()


@pytest.mark.parametrize("part", parts(3))
@pytest.mark.parametrize("flip", [False, True])
def test_one_symbolic_convolution_serves_every_geometry(flip, part):
    definitions = (
        SizeDefinition(HO, H + 2 * P - D * (K1 - 1) - 1, S),
        SizeDefinition(WO, W + 2 * P - D * (K2 - 1) - 1, S),
    )
    texts = set()
    for s, d, p, h, w, k1, k2 in deal(GEOMETRIES, 3)[part]:
        sizes = {**SMALL, S: s, D: d, P: p, H: h, W: w, K1: k1, K2: k2}
        options = {"flip": flip, "definitions": definitions, "sizes": sizes}
        case = conv((S, D, P), (H, W), (K1, K2), (HO, WO), **options)
        texts.add(case.text)
        case.check()
    assert len(texts) == 1


def test_symbolic_sizes_stride_one_without_a_definition():
    sizes = {**SMALL, H: 5, W: 6, K1: 2, K2: 3}
    case = conv((1, 1, 0), (H, W), (K1, K2), (H - K1 + 1, W - K2 + 1), sizes=sizes)
    assert "for " not in case.text.split("def forward")[1]
    case.check()


def test_grouped_convolution_has_affine_channels_on_both_sides():
    cg, fg, groups = Integer(2), Integer(3), Integer(2)
    x, w = (
        tensor("x", (B, cg * groups, H), "input"),
        tensor("w", (fg * groups, cg, K1), "parameter"),
    )
    z = tensor("z", (B, fg * groups, H - K1 + 1), "value")
    dz, dx = tensor("z", z.shape, "delta"), tensor("x", x.shape, "gradient")
    dw = tensor("w", w.shape, "gradient")
    forward = Equation(
        z[b, fg * g + f, i],
        total(w[fg * g + f, c, m] * x[b, cg * g + c, i + m], (c, cg), (m, K1)),
        ranges((b, B), (g, groups), (f, fg), (i, H - K1 + 1)),
    )
    to_x = Equation(
        dx[b, cg * g + c, i_],
        total(dz[b, fg * g + f, i_ - m] * w[fg * g + f, c, m], (f, fg), (m, K1)),
        ranges((b, B), (g, groups), (c, cg), (i_, H)),
    )
    to_w = Equation(
        dw[fg * g + f, c, m],
        total(dz[b, fg * g + f, i] * x[b, cg * g + c, i + m], (b, B), (i, H - K1 + 1)),
        ranges((g, groups), (f, fg), (c, cg), (m, K1)),
    )
    Case(
        x, w, z, dz, dx, dw, forward=[forward], backward=[to_x, to_w], sizes={B: 2, H: 5, K1: 2}
    ).check()


def test_a_wrong_shape_is_an_error_that_names_the_array():
    case = conv((1, 1, 0), (H, W), (K1, K2), (H - K1 + 1, W - K2 + 1))
    space = loaded(case.text)
    x, w = np.zeros((1, 2, 5, 5)), np.zeros((1, 3, 2, 2))
    with pytest.raises(ValueError, match=r"w has the shape \(1, 3, 2, 2\), not \(1, 2, 2, 2\)"):
        space["forward"](x, w, np.zeros(1))


def test_a_slice_with_a_step_ends_after_its_last_step():
    """Of 0, 3 the slice is [:6:3], which shows how many entries there are; [:4:3] is the same."""
    text = "input x 9 | y[i] = sum(m<2) w[m]*x[3*i+m] for i<2 | sse t -> C"
    source = Network.parse(text).numpy_source("readable")
    assert "y = x_windows[:6:3] @ w" in source
