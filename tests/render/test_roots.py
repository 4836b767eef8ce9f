"""Square roots are written as roots, and the epsilon of a norm by its name, in every markup."""

import json
import pickle
from functools import cache

import pytest
from kept_networks import parse_once
from sympy import Rational

from symconv.api import Network
from symconv.core.constants import constants_of, decimal
from symconv.core.nodes import NamedNumber

RMS = "input x K batch N | rmsnorm -> y"
LAYERS = [
    ("input x NxCxHxW | batchnorm -> y", "√(ν[c] + ε)", r"\sqrt{\nu_{c} + \epsilon}"),
    ("input x NxCxHxW | layernorm -> y", "√(ν[b] + ε)", r"\sqrt{\nu_{b} + \epsilon}"),
    ("input x NxCxHxW | instancenorm -> y", "√(ν[b,c] + ε)", r"\sqrt{\nu_{b,c} + \epsilon}"),
    ("input x Nx4x2x2 | groupnorm groups 2 -> y", "√(ν[b,g] + ε)", r"\sqrt{\nu_{b,g} + \epsilon}"),
    (RMS, "x[b,r]/√(ν[b] + ε)", r"\frac{x_{b,r}}{\sqrt{\nu_{b} + \epsilon}}"),
    ("input x N | gelu -> y", "tanh(√(2/π) (x[r]", r"\sqrt{\frac{2}{\pi}}"),
    ("input x N | y[i] = sqrt(x[i])", "y[i] = √(x[i])", r"\sqrt{x_{i}}"),
    ("input x N | y[i] = 1/sqrt(1 + x[i]^2)", "1/√(1 + x[i]²)", r"\frac{1}{\sqrt{1 + x_{i}^{2}}}"),
    (
        "input x N | y[i] = sqrt(x[i]^2 + 0.00001)",
        "√(1/100000 + x[i]²)",
        r"\sqrt{\frac{1}{100000} ",
    ),
    ("input x N | y[i] = sqrt(2) * x[i]", "√(2) x[i]", r"\sqrt{2}\,x_{i}"),
    ("input x N | y[i] = x[i] / sqrt(3)", "1/3 √(3) x[i]", r"\frac{1}{3}\,\sqrt{3}\,x_{i}"),
]


@cache
def written_pages(source):
    """The derivation of a network as text, LaTeX and Markdown."""
    page = parse_once(source).derivation()
    return page.text(), page.latex(), page.markdown()


@pytest.mark.parametrize(("source", "text", "latex"), LAYERS)
def test_a_root_is_written_as_one_in_every_markup(source, text, latex):
    pages = written_pages(source)
    assert text in pages[0]
    assert latex in pages[1]
    assert latex in pages[2]
    assert "<msqrt>" in parse_once(source).derivation().html()
    for written in pages:
        assert "1/2}" not in written
        assert "^(1/2)" not in written
        assert "100000 " not in written.replace("1/100000 ", "")


@pytest.mark.parametrize(("source", "__", "___"), LAYERS[:5])
def test_the_value_of_epsilon_is_said(source, __, ___):
    text, latex, _ = written_pages(source)
    assert "Constant: ε = 0.00001." in text
    assert r"Constant: $\epsilon = 0.00001$." in latex


@pytest.mark.parametrize(("source", "_", "__"), LAYERS[:5])
def test_modules_have_the_number_itself(source, _, __):
    network = parse_once(source)
    for style in ("readable", "fast", "loops"):
        assert "+ 1e-05)" in network.numpy_source(style)


@pytest.mark.parametrize(("source", "_", "__"), [LAYERS[k] for k in (0, 3, 4, 5, 7)])
def test_everything_holds(source, _, __):
    assert all(check.passed for check in parse_once(source).verify())


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        ("rmsnorm", {"epsilon": "0.00001"}),
        ("rmsnorm epsilon 0.001", {"epsilon": "0.001"}),
        ("rmsnorm epsilon 1e-12", {"epsilon": "0.000000000001"}),
        ("rmsnorm epsilon 1", {"epsilon": "1"}),
        ("rmsnorm epsilon 0", {}),
        ("rmsnorm -> y | rmsnorm -> z", {"epsilon": "0.00001"}),
        ("rmsnorm -> y | rmsnorm epsilon 0.5 -> z", {"epsilon": "0.00001", "epsilon2": "0.5"}),
        ("dense epsilon 2 -> h | rmsnorm", {"epsilon2": "0.00001"}),
        (
            "dense epsilon 2 -> h | rmsnorm -> y | rmsnorm epsilon 0.5 weight epsilon2",
            {"epsilon3", "epsilon4"},
        ),
    ],
)
def test_one_name_means_one_number(layers, found):
    program = Network.parse(f"input x K batch N | {layers}").program
    named = {c.name: decimal(c.value) for c in constants_of(program.equations)}
    assert named == found if isinstance(found, dict) else set(named) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Rational(1, 100000), "0.00001"),
        (Rational(5, 2), "2.5"),
        (Rational(1, 3), "1/3"),
        (Rational(7), "7"),
        (Rational(1, 1024), "0.0009765625"),
    ],
)
def test_a_number_is_written_with_all_its_digits(value, text):
    assert decimal(value) == text


CLAIMS = [
    (r"y_{b,r} = \frac{x_{b,r}}{\sqrt{\nu_b + \epsilon}}", "right"),
    (r"y_{b,r} = x_{b,r} (\nu_b + \epsilon)^{-1/2}", "right"),
    (r"y_{b,r} = \frac{x_{b,r}}{\sqrt{\nu_b + 0.00001}}", "right"),
    (r"y_{b,r} = \frac{x_{b,r}}{\sqrt{\nu_b + 10^{-5}}}", "right"),
    ("y[b,r] = x[b,r]/√(ν[b] + ε)", "right"),
    ("y[b,r] = x[b,r]/sqrt(nu[b] + epsilon)", "right"),
    (r"y_{b,r} = \frac{x_{b,r}}{\sqrt{\nu_b} + \epsilon}", "wrong"),
    (r"y_{b,r} = \frac{x_{b,r}}{2\sqrt{\nu_b + \epsilon}}", "wrong"),
    (r"y_{b,r} = \frac{x_{b,r}}{\sqrt{\nu_b + 2\epsilon}}", "wrong"),
]


@pytest.mark.parametrize(("claim", "said"), CLAIMS)
def test_epsilon_is_read_as_the_number_of_the_network(claim, said):
    network = parse_once("input x 3 batch 2 | rmsnorm -> y | sse t -> C")
    assert network.check(claim).verdict == said


def test_epsilon_is_a_number_wherever_one_calculates():
    epsilon = NamedNumber("epsilon", Rational(1, 100000))
    assert float(epsilon) == 1e-05
    assert float((2 * epsilon).evalf()) == pytest.approx(2e-05, rel=1e-12)
    assert (epsilon + 1).is_number
    assert epsilon > 0
    assert epsilon == NamedNumber("epsilon", Rational(1, 100000))
    assert epsilon != NamedNumber("epsilon", Rational(1, 1000))
    assert pickle.loads(pickle.dumps(epsilon)) == epsilon
    assert str(epsilon) == "epsilon"


def test_the_json_form_has_name_and_value():
    data = json.loads(Network.parse(RMS).derivation().json())
    leaves = json.dumps(data["forward"], sort_keys=True)
    assert '{"name": "epsilon", "op": "rational", "value": [1, 100000]}' in leaves


def test_a_long_radicand_can_be_broken():
    """Where a root would not fit on a line, the power is written."""
    terms = " + ".join(f"x[i+{k}]^2" for k in range(16))
    page = Network.parse(f"input x 40 | y[i] = sqrt({terms} + 1) for i<20").derivation().latex()
    assert "^{1/2}" in page
