"""A small concrete case beside the general formula: smallest sizes, every entry written out."""

import pytest
from kept_networks import parse_once
from sympy import Symbol

from symconv.api import Network
from symconv.render.document.pdf import compile_pdf
from symconv.render.small_case import SmallestCase
from symconv.structure.smallest_sizes import choose_smallest_sizes


def case(network):
    return SmallestCase(network.program, network.backward(), network.notation)


def named(sizes):
    return {s.name: n for s, n in sizes.items()}


def test_the_smallest_sizes_that_show_it():
    assert named(choose_smallest_sizes(parse_once("general-conv").program)) == {
        "H": 3,
        "W": 3,
        "k1": 2,
        "k2": 2,
    }
    assert named(choose_smallest_sizes(Network.parse("input x H | conv w k -> z").program)) == {
        "H": 3,
        "k": 2,
    }
    found = named(choose_smallest_sizes(parse_once("general-conv-strided").program))
    assert (found["s"], found["p"], found["k1"], found["H_z"], found["N"]) == (2, 1, 2, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "input x NxCxHxW | conv w k1xk2 channels F -> z | relu -> a | maxpool q stride r -> y",
        "input x NxCxHxW | batchnorm -> z",
        "input x NxL | softmax -> y",
    ],
)
def test_other_networks_find_small_sizes(text):
    sizes = choose_smallest_sizes(Network.parse(text).program)
    assert sizes
    assert max(sizes.values()) <= 9


def test_the_entries_are_those_of_the_same_network_in_numbers():
    """The general network at its small sizes, and the network that has these numbers."""
    general = case(parse_once("general-conv"))
    concrete = case(Network.parse("input x 3x3 | conv w 2x2 -> z"))
    assert general.entries == concrete.entries
    entries = dict(general.entries)
    delta, w = (lambda i, j: Symbol(f"dC/dz_{{{i},{j}}}")), (lambda i, j: Symbol(f"w_{{{i},{j}}}"))
    assert entries["dC/dx_{1,1}"] == (
        delta(0, 0) * w(1, 1)
        + delta(0, 1) * w(1, 0)
        + delta(1, 0) * w(0, 1)
        + delta(1, 1) * w(0, 0)
    )


def test_it_stands_in_every_markup_on_request_only():
    explanation = parse_once("general-conv").derivation("x")
    for written in (explanation.text, explanation.markdown, explanation.latex, explanation.html):
        assert "A small case" in written(case=True)
        assert "A small case" not in written()
    text = explanation.text(case=True)
    assert "The general formulas at H = 3, W = 3, k₁ = 2, k₂ = 2, entry by entry" in text
    assert "∂C/∂x₁,₁ = " in text


def test_where_every_entry_stands_already_there_is_no_other_case():
    assert "A small case" not in parse_once("two-convs").derivation().text(case=True)


def test_what_is_too_long_is_said_to_be():
    text = parse_once("lenet5").derivation("x").text(case=True)
    assert "too many entries or terms to be written out" in text


def test_its_latex_compiles():
    latex = parse_once("general-conv-strided").derivation("x").latex(document=True, case=True)
    try:
        assert compile_pdf(latex).startswith(b"%PDF")
    except Exception as error:
        if "pdflatex" in str(error):
            pytest.skip("pdflatex is not installed")
        raise
