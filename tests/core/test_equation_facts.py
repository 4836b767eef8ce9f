"""Equations state facts for code; titles are for readers, and no verdict depends on them."""

import re
from dataclasses import dataclass, replace

import pytest
from grids import slice_of
from kept_networks import parse_once
from paths import ROOT
from sympy import Integer

from symconv import Network
from symconv.calculus.reverse_mode import reverse_mode
from symconv.claims import check_claim
from symconv.claims.diagnosis.constant_factor import HALVED
from symconv.claims.mistakes.pooling import AVERAGING
from symconv.claims.model.context import ACTIVATIONS, WINDOWED, build_context
from symconv.core.equation import (
    Equation,
    Program,
    checkable_labels,
    class_counts,
    find_ignored_classes,
)
from symconv.core.kernels import kernel_directions
from symconv.core.nodes import Equals
from symconv.core.proof import Backward
from symconv.core.tensor import Name, Tensor, index
from symconv.layers import catalogue
from symconv.notation.presets import Notation

PACKAGE = ROOT / "symconv"
CONV = "input x 5x5 | conv w 2x2 -> z | sigmoid -> a | half_sse t -> E"
FLIPPED = "input x 4x4 | conv w 2x2 flip -> z | sse t -> C"
POOLED = "input x 4x4 | avgpool 2 -> p | sse t -> C"
DENSE = "input x 3 | dense W 2 -> z | tanh -> a | sse t -> E"
TWO = "input x 4x4 | conv w 2x2 -> z | sse t -> C"
UP = "input x 3x3 | transposed_conv w 2x2 -> z | sse t -> C"
OWN = "input x 5 | y[i] = sum(m<2) w[m] x[i+1-m] for i<4 | sse t -> C"
CLAIMS = [
    (CONV, r"dE/da_{i,j} = 2(a_{i,j} - t_{i,j})", "extra_two"),
    (CONV, r"dE/dz_{i,j} = (a_{i,j} - t_{i,j}) \sigma'(z_{i,j})", ""),
    (CONV, "dE/dw = x ⋆ δ_z", ""),
    (CONV, "dE/dw_{k1-1-m,k2-1-n} = sum_{i,j} delta_{i,j} x_{i+m,j+n}", None),
    (FLIPPED, "z = x * w", None),
    (TWO, "z = x * w", None),
    (UP, "z = x * w", None),
    (OWN, "y = x * w", None),
    (TWO, r"dC/dz_{i,j} = z_{i,j} - t_{i,j}", "missing_two"),
    (POOLED, r"dC/dx_{2i+m,2j+n} = \delta_{i,j}", "average_missing"),
    (DENSE, "dE/dW_{i,j} = delta_i x_j f'(z_i)", None),
    (DENSE, "dE/dx_j = sum_i delta^z_i W_{i,j}", None),
]


@dataclass(eq=False)
class Reworded:
    """A network whose equations have lost their titles, or have got the wrong ones."""

    program: Program
    notation: Notation
    wrt: tuple[str, ...]

    def backward(self, *_: str) -> Backward:
        return reverse_mode(self.program, tuple(self.program.tensor(k) for k in self.wrt))


def reworded(net, title):
    program = net.program
    equations = tuple(replace(e, title=title) for e in program.equations)
    wrt = tuple(t.key for t in net.backward().wrt)
    return Reworded(replace(program, equations=equations), net.notation, wrt)


@pytest.mark.parametrize("title", ["", "convolution, half average, sigmoid rectifier, hyperbolic"])
@pytest.mark.parametrize(("network", "claim", "name"), slice_of(CLAIMS, 2))
def test_rewording_every_title_changes_no_verdict(network, claim, name, title):
    net = parse_once(network)
    verdict = check_claim(net, claim)
    assert name is None or "".join(verdict.names[:1]) == name, verdict
    assert check_claim(reworded(net, title), claim) == verdict


def test_no_claim_reads_a_title_or_a_printed_line():
    for path in sorted((PACKAGE / "claims").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\.title\b|\bin str\(|\bin line\b.*conventions", text), path.name


def test_the_kinds_that_code_asks_for_are_keywords():
    assert {*WINDOWED, *AVERAGING, *ACTIVATIONS, HALVED} <= set(catalogue())


def test_a_leaky_rectifier_is_not_taken_for_a_rectifier():
    net = Network.parse("input x 3 | leaky_relu -> a | sse t -> E")
    verdict = check_claim(net, "dE/dx_i = 2(a_i - t_i) f'(x_i)")
    assert verdict.verdict == "not checked", verdict


@pytest.mark.parametrize(
    ("network", "kinds"),
    [
        (CONV, ["conv", "sigmoid", "half_sse"]),
        (OWN, ["equation", "sse"]),
        ("input x 4 batch N | batchnorm -> y", ["batchnorm"] * 3),
    ],
)
def test_an_equation_knows_the_layer_that_stated_it(network, kinds):
    net = Network.parse(network)
    assert [e.kind for e in net.program.equations] == kinds
    derived = net.backward().equations
    assert {e.kind for e in derived} == {""}


@pytest.mark.parametrize(
    ("network", "flipped"), [(CONV, False), (FLIPPED, True), (UP, True), (OWN, True), (TWO, False)]
)
def test_an_equation_knows_whether_its_kernel_is_read_backwards(network, flipped):
    """Also a person's own equation, and in agreement with what the conventions say."""
    net = Network.parse(network)
    first = net.program.equations[0]
    assert first.flipped is flipped
    assert any("read backwards" in line for line in net.conventions) is flipped
    assert any(-1 in signs for signs in kernel_directions(first.rhs, {"w"})) is flipped


def test_a_parameter_is_windowed_by_what_an_equation_reads_not_by_its_letters():
    """`w` is no kernel of a convolution whose kernel is called `w1`."""
    net = Network.parse("input x 4x4 | conv w1 2x2 -> z | flatten -> v | dense w 4 -> y | sse t")
    facts = build_context(net)
    assert facts.windowed(net.program.tensor("w1"))
    assert not facts.windowed(net.program.tensor("w"))


@pytest.mark.parametrize(
    ("own", "directions"),
    [
        ("y[i] = sum(m<3) w[m] x[i+m] for i<1", set()),
        ("y[i] = sum(m<3) w[m] x[2-m] for i<1", {-1}),
        ("y[i] = sum(m<3) w[2-m] x[m] for i<1", {-1}),
        ("y[i] = sum(m<3) w[2-m] x[2-m] for i<1", set()),
        ("y[i] = sum(m<3) w[m] x[0] for i<1", set()),
        ("y[i] = sum(m<2) w[m] x[i+m] for i<2", {1}),
        ("y[i] = sum(m<2) w[m] x[i+1-m] for i<2", {-1}),
    ],
)
def test_a_window_that_fits_once_shows_only_that_it_is_read_backwards(own, directions):
    first = Network.parse(f"input x 3 | {own}").program.equations[0]
    assert set().union(*kernel_directions(first.rhs, {"w"})) == directions


def test_classes_are_counted_where_labels_are_compared_with_a_plain_index():
    """How many there are is not known of [i + 1 = t]: nothing is checked, one is counted."""
    t, y = Tensor(Name("t"), (2,), "target"), Tensor(Name("y"), (2, 3), "value")
    i, j = map(index, "ij")
    ranges = ((i, Integer(2)), (j, Integer(3)))
    plain, shifted = (Equation(y[i, j], Equals(e, t[i]), ranges) for e in (j, j + 1))
    assert (class_counts([plain]), checkable_labels([plain])) == ({"t": 3}, {"t": (3,)})
    assert (class_counts([shifted]), checkable_labels([shifted])) == ({"t": 1}, {})


def test_ignored_classes_are_those_that_labels_are_compared_with_by_number():
    net = Network.parse("input x 4 batch N | cross_entropy t ignore 2 labels")
    assert find_ignored_classes(net.program.equations) == {"t": frozenset({2})}
    again = Network.parse("input x 4 batch N | cross_entropy t ignore 0 labels")
    both = (*net.program.equations, *again.program.equations)
    assert find_ignored_classes(both) == {"t": frozenset({0, 2})}
    plain = Network.parse("input x 4 batch N | cross_entropy t labels")
    assert find_ignored_classes(plain.program.equations) == {}
