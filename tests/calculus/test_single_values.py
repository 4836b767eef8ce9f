"""Indices with one value are not written: no sum over one, no range of one, no loop over one."""

import re

import numpy as np
import pytest
from kept_networks import parse_once
from sympy import Sum

from symconv.calculus.single_values import drop_single_values
from symconv.core.equation import Equation
from symconv.core.nodes import LogSumExp, MaxOver, limits
from symconv.core.tensor import Name, Tensor, index

CASES = [
    ("input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y -> C", "C = (o²[0,0] − y[0,0])²"),
    ("input x 2x2 | conv w 2x2 -> z", "z[0,0] = Σ_{m,n} w[m,n] x[m,n]"),
    ("input x Nx1x6x6 | conv w 3x3 channels 2 -> z", "Σ_{m,n} w[f,0,m,n] x[b, 0, i+m, j+n]"),
    ("input x Nx3x6x6 | conv w 1x1 channels 2 -> z", "z[b,f,i,j] = Σ_{c} w[f,c,0,0] x[b,c,i,j]"),
    ("input x 4x4 | conv w 1x3 padding 1 -> z", "z[i,j] = Σ_{n} w[0,n] x[i−1, j+n−1]"),
    ("input x 1x4x4 | conv w 2x2 channels 1 bias b -> z", "z[0,i,j] = Σ_{m,n} w[0,0,m,n] x[0, "),
    ("input x 3 | dense w 1 -> h | sigmoid -> a", "h[0] = Σ_{r} w[0,r] x[r]"),
    ("input x 1 | dense w 3 bias b -> h", "h[q] = b[q] + w[q,0] x[0]"),
    ("input x 1x4 | avgpool 1x2 -> p", "p[0,v] = 1/2 Σ_{n} x[0, 2v+n]"),
    ("input x 2x4 | maxpool 1x2 -> p", "p[u,v] = max_{n} x[u, 2v+n]"),
    ("input x 4 | maxpool 1 -> p", "p[i] = x[i]"),
    ("input x 5 batch 1 | mse t -> C", "C = 1/5 Σ_{r} (x[0,r] − t[0,r])²"),
    ("input x NxCxHxW | groupnorm groups 1 -> y", "μ[b,0] = 1/(C H W) Σ_{f,i,j} x[b,f,i,j]"),
    ("input x 4 | y[i] = sum(m<1) w[m] * x[i+m] for i<4", "y[i] = w x[i]"),
]
SOURCES = [source for source, _ in CASES]
ONE_VALUE = re.compile(
    r"0 (?:≤|\\le|&le;) [a-z]'* < 1(?![0-9])|1 (?:≤|\\le) [a-z]'* (?:≤|\\le) 1(?![0-9])"
    r"|\\sum_\{[a-z]'*=0\}\^\{0\}|\\sum_\{[a-z]'*=1\}\^\{1\}"
)


@pytest.mark.parametrize(("source", "written"), CASES)
def test_a_formula_has_no_index_with_one_value(source, written):
    assert written in parse_once(source).derivation().text()


NOTATIONS = ("ij0", "ij1", "flat1")
TURNS = [(source, NOTATIONS[k % 3]) for k, source in enumerate(SOURCES)]
"""Every source, and every notation several times; all pairs are the long run."""


@pytest.mark.parametrize(("source", "notation"), TURNS)
def test_no_markup_and_no_notation_names_one(source, notation):
    no_page_names_one(source, notation)


@pytest.mark.long
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("source", SOURCES)
def test_no_markup_names_one_in_any_notation(source, notation):
    no_page_names_one(source, notation)


def no_page_names_one(source, notation):
    page = parse_once(source, notation).derivation()
    for text in (page.text(), page.latex(), page.markdown()):
        assert not ONE_VALUE.search(text)
    data = page.json()
    assert not re.search(r'"extent": \{"op": "integer", "value": 1\}', data)


@pytest.mark.parametrize("source", SOURCES)
def test_no_module_loops_over_one(source):
    text = parse_once(source).numpy_source("loops")
    loops = re.findall(r"for .* in (?:range|np\.ndindex)\((.*)\):", text)
    assert all("1" not in extents.split(", ") for extents in loops)


@pytest.mark.parametrize("source", [SOURCES[k] for k in (0, 2, 3, 4, 5, 6, 9, 10)])
def test_everything_holds(source):
    assert all(check.passed for check in parse_once(source).verify())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SOURCES[2], "In words: the correlation of x with δ; summed over b."),
        (SOURCES[2], "The entry x[b′,0,i′,j′] touches a region of outputs"),
        (SOURCES[5], "In words: the correlation of x with δ."),
        ("input x 1x3x3 | relu -> a | half_sse t -> C", "In words: the difference of a and t"),
        ("input x 1x3x3 | sigmoid -> a | sse t -> C", "2 times the difference of a and t"),
    ],
)
def test_what_a_result_is_is_said_as_without_that_axis(source, said):
    assert said in " ".join(parse_once(source).derivation().text().split())


def test_a_window_that_fits_once_is_still_flipped():
    said = "Convolution is that of mathematics: the kernel is read backwards (flipped)."
    assert said in parse_once("input x 2x2 | conv w 2x2 flip -> z").conventions
    assert said not in parse_once("input x 2x2 | conv w 2x2 -> z").conventions
    assert said not in parse_once("input x 4 | dense w 2 -> z").conventions


@pytest.mark.parametrize("sizes", [{"C": 1}, {"N": 1, "C": 1}, {"k1": 1, "k2": 1}])
def test_sizes_that_become_one_drop_their_indices(sizes):
    network = parse_once("input x NxCxHxW | conv w k1xk2 channels F -> z").fixed(**sizes)
    assert not ONE_VALUE.search(network.derivation().text())
    assert all(check.passed for check in network.verify())


I, J, M = map(index, "ijm")
X = Tensor(Name("x"), (5, 1), "input")
Y = Tensor(Name("y"), (5, 1), "value")


@pytest.mark.parametrize(
    ("right", "became"),
    [
        (Sum(X[I, M], *limits(((M, 1),))), X[I, 0]),
        (Sum(X[I, M] * X[J, 0], *limits(((M, 1), (J, 5)))), Sum(X[I, 0] * X[J, 0], (J, 0, 4))),
        (MaxOver(X[I, M], *limits(((M, 1),))), X[I, 0]),
        (MaxOver(X[J, M], *limits(((J, 5), (M, 1)))), MaxOver(X[J, 0], (J, 0, 4))),
        (MaxOver(X[I + M - 1, 0], *limits(((M, 1),))), MaxOver(X[I + M - 1, 0], (M, 0, 0))),
        (LogSumExp(X[I, M], *limits(((M, 1),))), X[I, 0]),
        (1 + 2 * Sum(X[I, M] ** 2, *limits(((M, 1),))), 1 + 2 * X[I, 0] ** 2),
    ],
)
def test_sums_and_maxima_over_one_value(right, became):
    """A maximum stays where its one entry may be absent: that is minus infinity there, not 0."""
    found = drop_single_values(Equation(Y[I, J], right, ((I, 5), (J, 1))))
    assert found == Equation(Y[I, 0], became, ((I, 5),))


@pytest.mark.parametrize("style", ["readable", "loops", "fast"])
@pytest.mark.parametrize(
    "text",
    [
        "input x 1 batch N | softmax -> p | sse t -> C",
        "input x 1 batch N | log_softmax -> p | sse t -> C",
        "input x 2x3x7x8 | maxpool 5 stride 3 -> p | sse t -> C",
        "input x 2x3x8x7 | maxpool 5 stride 3 -> p | sse t -> C",
        "input x 5x5 | maxpool 5 stride 3 -> p | sse t -> C",
        "input x 2x1x4x6 | maxpool 4x3 stride 4x2 -> p | sse t -> C",
    ],
)
def test_what_has_one_value_has_the_type_of_the_numbers(text, style):
    """A window that fits once is found by a mask, a softmax of one class reads nothing: no bool."""
    net, rng = parse_once(text), np.random.default_rng(3)
    arrays = {
        t.key: rng.normal(size=[int(n) if n.is_Integer else 3 for n in t.shape]).astype(np.float32)
        for t in net.program.given
    }
    module = net.compile(style)
    values = module.forward(**arrays)
    gradients = module.backward(**arrays, values=values)
    assert {a.dtype for a in gradients} == {np.dtype(np.float32)}
