"""The matrices of Toom and Cook compute a correlation: proved with symbols, for every entry."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import symconv
from symconv.codegen.fast.algorithms.winograd_matrices import make_transforms

SHAPES = [(1, 3), (2, 2), (2, 3), (3, 2), (4, 3), (2, 5), (6, 3)]


def matrix(table):
    return sp.Matrix([[sp.Rational(n.numerator, n.denominator) for n in row] for row in table])


@pytest.mark.parametrize(("size", "taps"), SHAPES)
def test_along_one_axis(size, taps):
    made = make_transforms(size, taps)
    w, x = sp.Matrix(sp.symbols(f"w:{taps}")), sp.Matrix(sp.symbols(f"x:{size + taps - 1}"))
    products = (matrix(made.kernel) * w).multiply_elementwise(matrix(made.image) * x)
    found = matrix(made.places) * products
    for i in range(size):
        assert sp.expand(found[i] - sum(w[n] * x[i + n] for n in range(taps))) == 0


@pytest.mark.parametrize("size", [2, pytest.param(4, marks=pytest.mark.rest)])
def test_along_two_axes(size):
    """A^T [(G w G^T) * (B^T x B)] A, each entry a polynomial in 9 and (size + 2)^2 symbols."""
    made = make_transforms(size, 3)
    w = sp.Matrix(3, 3, sp.symbols("w:9"))
    x = sp.Matrix(size + 2, size + 2, sp.symbols(f"x:{(size + 2) ** 2}"))
    G, B, A = (matrix(t) for t in (made.kernel, made.image, made.places))
    found = A * (G * w * G.T).multiply_elementwise(B * x * B.T) * A.T
    for i in range(size):
        for j in range(size):
            right = sum(w[m, n] * x[i + m, j + n] for m in range(3) for n in range(3))
            assert sp.expand(found[i, j] - right) == 0


@pytest.mark.parametrize(("size", "taps"), SHAPES)
def test_there_is_one_product_for_each_point_and_images_meet_whole_numbers(size, taps):
    made = make_transforms(size, taps)
    assert len(made.image) == len(made.kernel) == size + taps - 1
    assert all(n.denominator == 1 for row in made.image for n in row)
    assert all(isinstance(n, Fraction) for row in made.kernel for n in row)


def test_too_many_points_are_refused():
    with pytest.raises(ValueError, match="need 9 points"):
        make_transforms(7, 3)


def test_rounding_is_what_the_size_of_a_tile_costs():
    """Single precision: direct sums and tiles of 2 keep six digits, tiles of 4 keep five."""
    net = symconv.Network.parse("input x 2x32x12x12 | conv w 3x3 channels 32 padding 1 -> z")
    random = np.random.default_rng(0)
    x, w = random.standard_normal((2, 32, 12, 12)), random.standard_normal((32, 32, 3, 3))
    right = net.compile().forward(x=x, w=w).z
    for tiles, bound in ((None, 2e-6), ("f2", 4e-6), ("f4", 4e-5)):
        space = {}
        text = net.numpy_source("fast", tiles=tiles)
        exec(compile(text, "<tiles>", "exec"), space)
        for kind, limit in ((np.float32, bound), (np.float64, 1e-12)):
            found = space["forward"](x=x.astype(kind), w=w.astype(kind)).z
            assert found.dtype == kind
            assert np.abs(found - right).max() < limit * np.abs(right).max()


@pytest.mark.parametrize(("form", "step"), [("winograd_f2", 2), ("winograd_f4", 4)])
@pytest.mark.parametrize(("rows", "columns"), [(8, 12), (7, 9), (9, 6)])
def test_there_are_as_many_tiles_as_cover_the_places_and_no_more(form, step, rows, columns):
    net = symconv.Network.parse(f"input x Nx3x{rows}x{columns} | conv w 3x3 channels 4 padding 1")
    forms = dict.fromkeys((net.program.output, "gradient w"), form)
    module = net.compile("fast", forms=forms).module
    values = module.forward(np.ones((2, 3, rows, columns)), np.ones((4, 3, 3, 3)))
    size = step + 2
    covered = (size, size, 2, -(-rows // step), -(-columns // step), 3)
    assert covered in [np.shape(value) for value in values.kept]
