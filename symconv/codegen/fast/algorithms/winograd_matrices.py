"""The matrices of Toom and Cook: a short correlation with as few products as there are points.

m results of k taps need m + k - 1 products,

    A^T [(G w) * (B^T x)] = (sum over n of w[n] x[i + n], for i < m),

which is the transpose of multiplying two polynomials by their values at m + k - 1 points, infinity
among them (Winograd, *Arithmetic Complexity of Computations*, 1980). Along two axes the matrices
act one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

RationalRow = tuple[Fraction, ...]
RationalMatrix = tuple[RationalRow, ...]
POINTS = tuple(
    Fraction(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2))
)
"""The points, those first whose powers are small; one more is infinity."""


@dataclass(frozen=True)
class WinogradTransforms:
    """B^T of an image, G of a kernel, A^T of places; the rows of B^T are whole numbers."""

    image: RationalMatrix
    kernel: RationalMatrix
    places: RationalMatrix


@lru_cache(maxsize=32)
def make_transforms(size: int, taps: int) -> WinogradTransforms:
    """The matrices for `size` results of `taps` taps; ValueError where there are too few points."""
    count = size + taps - 1
    if size < 1 or taps < 1 or count - 1 > len(POINTS):
        raise ValueError(f"{size} results of {taps} taps need {count} points")
    # In fractions: floating point would round the matrices before they are made whole.
    points = POINTS[: count - 1]
    scaled = [_scale_to_integers(row) for row in _interpolate(points)]
    kernel = _list_powers(points, taps)
    return WinogradTransforms(
        # A scale that a row of B^T gains, its row of G loses. Images are transformed tile by tile,
        # a kernel once: whole numbers belong to the image.
        image=tuple(row for row, _ in scaled),
        kernel=tuple(_scale(row, 1 / s) for row, (_, s) in zip(kernel, scaled, strict=True)),
        places=tuple(zip(*_list_powers(points, size), strict=True)),
    )


def _list_powers(points: RationalRow, count: int) -> RationalMatrix:
    """Powers of every point; at infinity the highest coefficient alone."""
    powers = [tuple(a**k for k in range(count)) for a in points]
    return (*powers, tuple(Fraction(int(k == count - 1)) for k in range(count)))


def _interpolate(points: RationalRow) -> RationalMatrix:
    """The inverse of all powers, transposed: row i holds a polynomial that is 1 at point i alone.

    The last row, of infinity, holds the polynomial that vanishes at every other point.
    """
    rows = []
    # Lagrange: the product of (t - b) over the other points, over its value at the point itself.
    for a in points:
        others = [b for b in points if b != a]
        below = Fraction(1)
        for b in others:
            below *= a - b
        rows.append(_scale((*_expand_roots(others), Fraction(0)), 1 / below))
    return (*rows, _expand_roots(list(points)))


def _expand_roots(roots: list[Fraction]) -> RationalRow:
    """The coefficients of the product of (t - root), the constant first."""
    made: RationalRow = (Fraction(1),)
    for root in roots:
        up, down = (Fraction(0), *made), (*made, Fraction(0))
        made = tuple(a - root * b for a, b in zip(up, down, strict=True))
    return made


def _scale_to_integers(row: RationalRow) -> tuple[RationalRow, Fraction]:
    """The row as whole numbers without a common divisor, and what it was multiplied by."""
    numbers = [n for n in row if n]
    scale = Fraction(lcm(*(n.denominator for n in numbers)), gcd(*(n.numerator for n in numbers)))
    return _scale(row, scale), scale


def _scale(row: RationalRow, factor: Fraction) -> RationalRow:
    return tuple(n * factor for n in row)
