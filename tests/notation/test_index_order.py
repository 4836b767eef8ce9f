"""Outputs stand before places in a window before numbers, whatever letters a network has left."""

import re

import pytest
from kept_networks import parse_once
from sympy import Sum

from symconv.core.equation import Equation
from symconv.core.nodes import MaxOver, limits
from symconv.core.tensor import Name, Tensor, index
from symconv.notation.index_order import index_order, index_rank

CASES = [
    ("input m HxW | conv n k1xk2 stride s padding p dilation d -> z", "m[s i+d a−p, s j+d b−p]"),
    ("input m 7x7 | conv w 3x3 -> z", "m[i+p, j+q]"),
    ("input m 7x7 | conv w 3x3 padding 1 -> z", "m[i+p−1, j+q−1]"),
    ("input n 7x7 | conv w 3x3 stride 2 -> z", "n[2i+p, 2j+q]"),
    ("input m 7x7 | conv n 2x2 -> z | conv p 2x2 -> q", "q[i,j] = Σ_{a,b} p[a,b] z[i+a, j+b]"),
    ("input i 9 | conv w 3 dilation 2 -> j", "i[u+2m]"),
    ("input x 7x7 | y[p,q] = sum(i<3, j<3) w[i,j] * x[p+i, q+j]", "x[p+i, q+j]"),
    ("input x 7x7 | y[m,n] = sum(i<3, j<3) w[i,j] * x[m+i, n+j]", "x[m+i, n+j]"),
    ("input x 7x7 | y[p,j] = sum(i<3, q<3) w[i,q] * x[p+i, j+q]", "x[p+i, j+q]"),
    ("input x 9 | y[r] = max(c<3) x[2*r+c]", "x[2r+c]"),
    (
        "input x 7x7 | conv w 3x3 -> z | y[p,q] = sum(i<3, j<3) v[i,j] * z[p+i, q+j]",
        "z[p+i, q+j]",
    ),
    ("input m 6x6 | maxpool 2 -> z", "m[2u+p, 2v+q]"),
    ("input m 6x6 | avgpool 2 -> z", "m[2u+p, 2v+q]"),
    ("input x 2x6x6x6 batch N | conv w 2x2x2 channels 2 -> z", "x[b, c, i+m, j+n, l+r]"),
]


def text(network):
    return network.derivation().text()


@pytest.mark.parametrize(("source", "read"), CASES)
def test_an_output_is_written_before_the_place_in_its_window(source, read):
    assert read in text(parse_once(source))


@pytest.mark.parametrize("source", [source for source, _ in CASES if "batch" not in source])
def test_formulas_words_and_loops_agree(source):
    """The index that leads a sum of indices in the equation leads it everywhere."""
    network = parse_once(source)
    order = index_order(network.program.equations)
    loops = network.numpy_source("loops")
    for page in (text(network), loops):
        for left, right in re.findall(
            r"\b([a-z])′? ?\+ ?(?:\d+ ?\*? ?|[dsp] \*? ?)?([a-z])\b", page
        ):
            if {left, right} <= set(order):
                assert index_rank(left, order) <= index_rank(right, order), (left, right)


@pytest.mark.parametrize("source", [CASES[k][0] for k in (1, 5, 8, 9)])
def test_what_is_printed_in_any_order_is_what_is_meant(source):
    assert all(check.passed or check.open for check in parse_once(source).verify())


X = Tensor(Name("x"), (9,), "input")
I, M = index("i"), index("m")


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        (Sum(X[I + M], *limits(((M, 3),))), {"i": 0, "m": 2}),
        (Sum(X[I + M], *limits(((I, 3),))), {"i": 2, "m": 0}),
        (MaxOver(X[2 * I + M], *limits(((M, 3),))), {"i": 0, "m": 2}),
        (X[I] + X[I + M], {"i": 0, "m": 0}),
        (Sum(X[I + M], *limits(((M, 3),))) + Sum(X[I + M], *limits(((I, 3),))), {"i": 1, "m": 1}),
        (Sum(X[M], *limits(((M, 3),))), {}),
    ],
)
def test_what_a_letter_counts_is_read_off_the_equations(formula, found):
    assert index_order([Equation(X[I], formula, ())]) == found


def test_a_primed_index_counts_what_the_plain_one_does():
    assert index_rank("m''", {"m": 0}) == 0
    assert index_rank("m'", {}) == 2
    assert index_rank("i'", {}) == 0
