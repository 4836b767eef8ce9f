"""A page computes with the numbers of `symconv trace` and shows them to the same digit."""

import random
import shutil
from fractions import Fraction

import pytest
from kept_networks import parse_once
from page_scripts import run_scripts

import symconv
from symconv.page.data import collect_page_data
from symconv.page.tape import list_tape_tensors, record_tape
from symconv.render.formula.plain import PlainText
from symconv.render.formula.tree import DisplayQuotient
from symconv.semantics.run import run_program
from symconv.trace.numbers import ExactOrFloat, display_number

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")

NETWORKS = {
    "two convolutions": "two-convs",
    "relu": "relu-filter",
    "sigmoid and a maximum": "conv-pool-sigmoid-dense",
    "labels": "input x 1x4 | conv w 2 | tanh | flatten | dense V 3 | cross_entropy t",
    "softmax": "input x 5x5 | conv w 2x2 | maxpool 2 | flatten | dense V 2 | softmax | sse t",
    "normalised": "input x 5 | gelu -> a | layernorm -> n | sse t",
    "softplus": "input x 5 | softplus -> a | sse t",
    "strided": "input x 7 | conv w 3 stride 2 padding 1 bias b -> z | silu | mse t",
    "an own cost": "input x 4 | dense w 3 -> h | E = sum(i<3) exp(-h[i])/(1 + h[i]^2)",
}


def show(value):
    """A number as text, as the page writes it."""
    form, _ = display_number(abs(value), None)
    text = (
        f"{Fraction(abs(value))}" if isinstance(form, DisplayQuotient) else PlainText().write(form)
    )
    return f"−{text}" if value < 0 and text != "0" else text


def draw(program, tape, seed):
    """Every number of the inputs, weights and targets, exact, some of them equal."""
    drawn, classes = (
        {},
        {t for t in ("t",) if any("cross" in str(e.kind) for e in program.equations)},
    )
    source = random.Random(seed)
    for tensor, _ in list_tape_tensors(program, tape):
        if tensor.key in tape.results:
            continue
        label = tensor.key in classes
        drawn[tensor.key] = {
            p: Fraction(source.randint(0, 2))
            if label
            else Fraction(source.randint(-40, 40), source.choice([1, 10, 20, 3]))
            for p in tape.entries[tensor.key]
        }
    return drawn


@pytest.mark.parametrize("name", NETWORKS)
def test_both_passes_give_the_numbers_of_the_trace(name):
    text = NETWORKS[name]
    network = parse_once(text) if "|" in text else symconv.Network.example(text)
    program = network.backward().program
    tape = record_tape(program)
    given = draw(program, tape, seed=len(name))
    exact = {
        k: {p: int(v) if v.denominator == 1 else v for p, v in t.items()} for k, t in given.items()
    }
    tables = run_program(program, {}, exact, ExactOrFloat())
    values, wanted = [], []
    for tensor, _ in list_tape_tensors(program, tape):
        for place in tape.entries[tensor.key]:
            known = given.get(tensor.key)
            values.append(str(known[place]) if known else None)
            wanted.append(show(tables[tensor.key][place]))
    data = collect_page_data(network) | {"given": values}
    computed = "runTape(data, data.given.map((x) => x && parseNumber(x)))"
    shown = run_scripts(
        ("numbers", "tape", "graph"), data, f"(makeGraph(data), {computed}.map(showNumber))"
    )
    assert shown == wanted


def test_what_is_typed_is_a_number_or_refused():
    typed = [
        "0.25",
        "-3",
        "−3",
        "1/3",
        "2e-3",
        "1,5",
        "-1/0",
        "",
        "x",
        "1e999",
        "9" * 70,
        "0x10",
        ".5",
        "5.",
    ]
    found = run_scripts(("numbers",), typed, "data.map(parseNumber).map((x) => x && showNumber(x))")
    assert found == [
        "0.25", "−3", "−3", "1/3", "0.002", "1.5", None, None, None, None, None, None, "0.5", "5",
    ]  # fmt: skip


def test_a_number_that_the_page_was_made_with_may_be_longer_than_one_that_is_typed():
    given = ["1" + "0" * 99, f"-1/1{'0' * 99}", "3/4"]
    found = run_scripts(("numbers",), given, "data.map(readNumber).map((x) => `${x.n}/${x.d}`)")
    assert found == [f"{given[0]}/1", given[1], "3/4"]
    assert run_scripts(("numbers",), given, "data.map(parseNumber).map(Boolean)") == [0, 0, 1]


def test_a_number_without_room_is_rounded_and_never_cut():
    given = ["3", "-1/3", "0.99987", "0.0000379123", "123456789", "-1234567.5", "1e-12", "-0.25001"]
    found = run_scripts(("numbers",), given, "data.map(parseNumber).map(shortenNumber)")
    assert found == ["3", "−1/3", "0.9999", "3.8e−5", "1.23e8", "−1.2e6", "1e−12", "−0.250"]


FORMULAS = {
    "two convolutions": "input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | sse y",
    "a maximum": "input x 5x5 | conv w 2x2 | maxpool 2 | sigmoid | flatten | dense V 2 | sse t",
    "repeated factors": "input x 3 | y[a] = x[a]*x[a]*w[a] + x[0]*w[a]*w[a]*v[a] | sse t",
    "a skip": "input x 4x4 | conv w 3x3 padding 1 -> z | tanh | add x -> s | half_sse t",
}
SUMMED = """(() => {
  const graph = makeGraph(data), given = drawNumbers(graph), values = runTape(data, given);
  const at = (place) => (data.tape[place][0] === "leaf" ? values[data.tape[place][1]]
    : RUN[data.tape[place][0]](at, ...data.tape[place].slice(1)));
  const product = (first, places) => places.map(at).reduce(multiplyNumbers, first);
  return values.flatMap((_, entry) => {
    if (isDerivative(graph, entry) || derivativeOf(graph, entry) < 0) return [];
    const { common, coefficient, rest } = takeCommon(graph, listGradientTerms(graph, entry));
    const sum = rest.map((t) => product(t.coefficient, t.factors)).reduce(addNumbers, ZERO);
    return [[toFloat(multiplyNumbers(product(coefficient, common), sum)),
      toFloat(values[derivativeOf(graph, entry)])]];
  });
})()"""


@pytest.mark.parametrize(
    "name",
    [
        "two convolutions",
        "repeated factors",
        *(pytest.param(n, marks=pytest.mark.long) for n in ("a maximum", "a skip")),
    ],
)
def test_the_formula_of_a_gradient_has_its_value(name):
    data = collect_page_data(parse_once(FORMULAS[name]))
    found = run_scripts(
        ("numbers", "tape", "graph", "formula", "layout", "picture", "derivation", "page"),
        data,
        SUMMED,
    )
    assert found
    for formula, value in found:
        assert formula == pytest.approx(value, rel=1e-12, abs=1e-12)
