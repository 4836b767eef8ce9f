"""Worked examples: every number of the posts, its terms, and what gradient descent makes of it."""

import json
from fractions import Fraction

import pytest
from kept_networks import parse_once

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.docs.gallery_cases import CASES, numbers_by_place, split_rows
from symconv.render.document.pdf import compile_pdf
from symconv.trace import read_values, trace_network
from symconv.trace.numbers import compare_number, round_decimal

BY_NAME = {case.example: case for case in CASES}
POOL = BY_NAME["conv-pool-sigmoid-dense"]
RELU = BY_NAME["relu-filter"]


@pytest.fixture(scope="module")
def pooled():
    return parse_once("conv-pool-sigmoid-dense")


@pytest.fixture(scope="module")
def unrounded(pooled):
    return trace_network(pooled, POOL.values, given=POOL.claims[0].given)


def test_the_four_errors_are_those_of_the_post(unrounded):
    assert set(unrounded.compared("delta p", POOL.claims[0].numbers).values()) == {"equal"}


def test_it_says_where_the_post_truncated(unrounded):
    assert unrounded.compared("delta x", POOL.claims[1].numbers) == {
        (0, 2): "rounded",
        (1, 1): "rounded",
        (2, 1): "truncated",
        (3, 3): "truncated",
    }


def test_the_gradient_from_the_printed_errors_with_its_terms(pooled):
    found = trace_network(pooled, POOL.values, given=POOL.claims[2].given)
    assert set(found.compared("gradient w", POOL.claims[2].numbers).values()) == {"equal"}
    line = "∂E/∂w₀,₀ = 0.0686·0.88 + 0.0364·0.62 + 0.0467·0.2 + (−0.0681)·0.7 = 0.044606\n"
    assert line in found.text()
    assert found.value("gradient b", 0) == Fraction("0.0836")
    assert "E needs t." in found.text()


def test_the_gradient_without_rounding(unrounded):
    written = [
        [round_decimal(unrounded.value("gradient w", r, c), 7) for c in (0, 1)] for r in (0, 1)
    ]
    assert written == [["0.0445918", "0.0941187"], ["0.0112577", "0.0683124"]]
    assert unrounded.value("gradient w", 0, 0) == Fraction("0.044591799")


def test_the_forward_pass_is_worked_out(unrounded):
    assert "x₀,₀ = 0.51·(−0.13) + 0.9·0.15 + 0.4·(−0.51) + 0.62·0.62 + 0 = 0.2491\n" in (
        unrounded.text()
    )
    assert "p₀,₀ = max(0.2491, −0.1648, 0.1089, 0.3092) = 0.3092\n" in unrounded.text()


def test_functions_that_are_not_rational_are_shown_as_such(pooled):
    found = trace_network(pooled, POOL.values, digits=4)
    assert not found.exact
    assert "a₀,₀ = σ(0.3092) ≈ 0.5767\n" in found.text()
    assert "h₀ = " in found.text()


def test_the_wrong_sign_climbs_and_the_right_one_descends():
    network = parse_once("relu-filter")
    down = trace_network(network, RELU.values, steps=3, rate="0.5").descent
    up = trace_network(network, RELU.values, steps=3, rate="-0.5").descent
    assert down.losses[:2] == (2, Fraction(3, 2))
    assert up.losses[:2] == (2, Fraction(29, 2))
    assert down.summary == "The loss falls."
    assert up.summary == "The loss rises: a negative rate climbs."
    assert [*down.stages[1].weights["w"].values()] == [0, 0, 1, 0]
    assert [*up.stages[1].weights["w"].values()] == [2, -2, 1, 2]


def test_losses_stand_in_every_form():
    found = trace_network(parse_once("relu-filter"), RELU.values, steps=1, rate="-0.5")
    assert "     1  14.5\n" in found.text()
    assert "| 1 | $`14.5`$ |" in found.markdown()
    assert r"1 & $14.5$ \\" in found.latex()
    assert json.loads(found.json())["descent"]["losses"] == ["2", "29/2"]


def test_json_loses_nothing(unrounded):
    data = json.loads(unrounded.json())
    part = next(p for p in data["computed"] if p["tensor"] == "gradient w")
    assert Fraction(part["entries"][0]["value"]) == Fraction("0.044591799")
    assert part["entries"][0]["calculation"].startswith("0.068628·0.88 + ")


def test_sizes_come_from_the_values():
    network = Network.parse("input x HxW | conv w kxk -> z")
    values = {"x": split_rows("1 2 3", "4 5 6", "7 8 9"), "w": [[1, 0], [0, 1]]}
    found = trace_network(network, values, given={"delta z": [[1, 0], [0, 0]]})
    assert found.value("z", 1, 1) == 14
    assert [found.value("gradient w", r, c) for r in (0, 1) for c in (0, 1)] == [1, 2, 4, 5]


def test_flat_lists_are_read_row_by_row():
    network = parse_once("two-convs")
    values = {"i": list(range(1, 10)), "w^1": [1, 2, 3, 4], "w_2": [1, -1, 2, 1], "y": 0}
    found = trace_network(network, values)
    assert found.value("gradient w^1", 0, 0) == 4824
    assert "∂C/∂w₁¹ = " in found.text()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"x": [[1, 2]]}, "do not have the shape 3 x 3"),
        ({"q": 1}, "has no tensor 'q'"),
        ({"x": [["a"]]}, "is no number"),
        ({"x": [[1e400]]}, "is no number"),
        ({"x": True}, "is no number"),
        ({"x": {"a": 1}}, "no list of numbers"),
        ({"x": "1e999999999"}, "is no number"),
        ({"x": "1/0"}, "is no number"),
    ],
)
def test_values_that_do_not_fit_are_refused(values, message):
    with pytest.raises(SymconvError, match=message):
        trace_network(parse_once("relu-filter"), values)


def test_values_files_keep_their_decimals(tmp_path):
    (tmp_path / "a.json").write_text('{"x": [[0.1, "1/3", 2]]}')
    (tmp_path / "a.toml").write_text('x = [[0.1, "1/3", 2]]')
    assert read_values(tmp_path / "a.json") == {"x": [["0.1", "1/3", "2"]]}
    assert read_values(tmp_path / "a.toml") == {"x": [["0.1", "1/3", 2]]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[" * 100_000),
        ("a.json", '{"x": NaN}'),
        ("a.json", '{"x": 1, "x": 2}'),
        ("a.json", "[1]"),
        ("a.json", '{"x": '),
        ("a.toml", "x = = 1"),
        ("a.json", "\ufeff\x00"),
        ("a.json", " " * 1_000_001),
    ],
)
def test_hostile_files_are_refused_in_one_line(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SymconvError) as error:
        read_values(tmp_path / name)
    assert "\n" not in error.value.message
    assert len(error.value.message) < 200


def test_verdicts_on_numbers_by_hand():
    value = Fraction("0.04675125")
    assert compare_number(value, "0.04675125") == "equal"
    assert compare_number(value, "0.0468") == "rounded"
    assert compare_number(value, "0.0467") == "truncated"
    assert compare_number(value, "-0.0468") == "opposite"
    assert compare_number(value, "0.05") == "rounded"
    assert compare_number(value, "0.06") == "different"
    assert compare_number(Fraction(-1, 3), "-0.3") == "rounded"
    assert compare_number(Fraction(-5, 3), "-1.6") == "truncated"


def test_too_many_steps_and_networks_without_a_cost_are_refused():
    with pytest.raises(SymconvError, match="steps cannot be taken"):
        trace_network(parse_once("relu-filter"), RELU.values, steps=10**9)
    network = Network.parse("input x 3 | conv w 2 -> z")
    with pytest.raises(SymconvError, match="no cost to descend on"):
        trace_network(network, {"x": [1, 2, 3], "w": [1, 2]}, steps=1)


def test_plotting_without_matplotlib_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    found = trace_network(parse_once("relu-filter"), RELU.values, steps=1)
    with pytest.raises(SymconvError, match="matplotlib was not found"):
        found.plot(tmp_path / "a.png")


@pytest.mark.skipif(__import__("shutil").which("pdflatex") is None, reason="pdflatex is missing")
def test_latex_compiles(unrounded):
    assert compile_pdf(unrounded.latex()).startswith(b"%PDF-")


def test_places_are_read_row_by_row():
    assert numbers_by_place("1 2", "3 4")[1, 0] == "3"


def test_it_says_which_numbers_it_needs():
    from symconv.trace import describe_inputs

    assert describe_inputs(parse_once("relu-filter")) == "x (3 x 3), w (2 x 2) and t (2 x 2)"
    assert describe_inputs(Network.parse("input x 3 | relu -> y")) == "x (3)"


def test_a_number_alone_is_not_said_twice():
    text = trace_network(parse_once("relu-filter"), RELU.values).text()
    assert "C = 1/2 (3 − 1)² = 2\n" in text
    assert "C =  2\n" not in text
    assert "Terms that are 0 are left out." in " ".join(text.split())


def test_a_row_is_shown_whole_and_a_single_number_without_brackets():
    values = {"x": [[1, 2]], "w": [[3, 4]], "b": [5], "t": [[6]]}
    network = Network.parse("input x 1x2 | dense w 1 bias b -> y | sse t -> C")
    found = trace_network(network, values)
    for line in ("w = \\begin{pmatrix}\n3 & 4\n\\end{pmatrix}\n", "\nb = 5\n", "\ny = 16\n"):
        assert line in found.markdown()
    for line in ("\n      w =  3  4\n", "\n      b =  5\n", "\n      y =  16\n"):
        assert line in found.text()


def test_the_words_of_a_text_begin_at_its_margin(unrounded):
    title, below, rest = unrounded.text().split("\n", 2)
    assert len(below) == len(title)
    precision = rest.lstrip("\n").split("\n\n")[0].splitlines()
    assert precision[0].startswith("All numbers are exact; those with more than 12 decimals")
    assert [line for line in precision if line.startswith(" ")] == []
