"""LaTeX read back: for every line of every page, what is written is the formula of the proof."""

import re
from dataclasses import replace
from string import ascii_lowercase

import pytest
from kept_networks import parse_once
from sympy import Symbol
from sympy.tensor.indexed import Indexed

from symconv.api import Network
from symconv.core.proof import Derivation, equation_of
from symconv.network.examples import BY_NAME
from symconv.notation.index_letters import is_index, rebase
from symconv.notation.presets import FLAT1, IJ0, IJ1
from symconv.render.document.content import build_page
from symconv.render.document.detail import group_steps
from symconv.render.document.documents import make_content
from symconv.render.document.markup_settings import LATEX, fit_latex
from symconv.render.formula.arrange import arrange
from symconv.render.formula.diff_marks import mark_changes
from symconv.render.formula.latex import Latex
from symconv.render.formula.names import collect_names
from symconv.verify.readback.known_names import KnownNames, index_symbols_by_name
from symconv.verify.readback.latex_reader import read_bound, read_formula, same_meaning

SHORT = tuple(name for name in BY_NAME if name != "lenet5")


def replaced_letters(net):
    """Two indices of the network by letters that nothing else has, and one by the other's."""
    backward = net.backward()
    equations = [*net.program.equations, *backward.equations]
    symbols = {s for e in equations for side in (e.lhs, e.rhs) for s in side.atoms(Symbol)}
    taken = {s.name.rstrip("'") for s in symbols} | {t.name.letter for t in net.program.tensors}
    free = [letter for letter in ascii_lowercase if letter not in taken]
    indices = sorted({s.name for s in symbols if is_index(s) and "'" not in s.name})
    return dict(zip(indices[:3], [free[0], free[1], indices[0]], strict=False))


def mine(net, **choices):
    """The notation of a network with replaced letters and error signals as derivatives."""
    return replace(net.notation, name="mine", letters=replaced_letters(net), **choices)


def known_of(net, formulas, notation):
    backward = net.backward()
    tensors = {t.key: t for t in backward.program.tensors}
    tensors |= {backward.cost.key: backward.cost}
    return KnownNames(
        {k: t.base for k, t in tensors.items()},
        index_symbols_by_name(formulas, notation.shown_letters),
        frozenset(k for k, t in tensors.items() if t.scalar),
        partial=notation.deltas == "partial",
        index_base=notation.index_base,
    )


def all_formulas(net):
    items = net.backward().items
    formulas = [e.rhs for e in (*net.program.equations, *map(equation_of, items))]
    steps = [s for d in items if isinstance(d, Derivation) for s in d.steps]
    return formulas + [f for s in steps for f in (s.before, s.after)]


def read_pages(net, scribe=LATEX, detail="normal"):
    """Every line of a page is read, with the ranges that the page itself gives."""
    backward, base = net.backward(), net.notation.index_base
    content = make_content(net.program, backward.items, net.notation, title="t", detail=detail)
    known = known_of(net, all_formulas(net), net.notation)
    written = build_page(content, scribe)
    for display, equation in zip(written.network, net.program.equations, strict=True):
        assert_reads(display.lines, rebase(equation.rhs, base), known)
    for section, item in zip(written.sections, backward.items, strict=True):
        equation = equation_of(item)
        assert_reads(section.result.lines, rebase(equation.rhs, base), known)
        bounds = [read_bound(text, known) for text in re.findall(r"\$(.*?)\$", section.runs)]
        here = replace(known, ranges={bound[0]: bound for bound in bounds})
        shown = group_steps(item.steps, detail) if isinstance(item, Derivation) else ()
        for line, move in zip(section.steps, shown, strict=True):
            assert_reads(line.lines, rebase(move.after, base), here)
    return written


def assert_reads(lines, formula, known):
    text = " ".join(lines)
    assert same_meaning(read_formula(text, known), formula, known), text


@pytest.mark.parametrize("name", BY_NAME)
def test_every_line_on_the_page_is_that_of_the_proof(name):
    written = read_pages(parse_once(name))
    assert any(section.runs for section in written.sections)


@pytest.mark.parametrize(
    "text",
    [
        "input x NxCxHxW | batchnorm weight g bias h -> y | sse t -> L",
        "input x Nx4x3x3 | groupnorm groups 2 -> y",
        "input x K batch N | rmsnorm -> y | rmsnorm epsilon 0.5 -> z | mse t -> C",
        "input x K batch N | layernorm -> y | cross_entropy t labels -> C",
        "input x 1x1x4x4 | conv w 2x2 channels 1 -> z | smooth_l1 t -> C",
        "input x N | y[i] = sqrt(x[i]^2 + 0.00001) / sqrt(3)",
    ],
)
def test_roots_epsilon_and_single_entries_are_read(text):
    read_pages(Network.parse(text))


@pytest.mark.parametrize("name", SHORT)
def test_replaced_letters_and_derivatives_as_derivatives_are_read_too(name):
    net = parse_once(name)
    read_pages(net.in_notation(mine(net, deltas="partial")))


@pytest.mark.parametrize("detail", ["terse", "full"])
def test_every_level_is_read(detail):
    written = read_pages(parse_once("general-conv-strided"), detail=detail)
    assert bool(written.sections[0].runs) == (detail == "terse")


@pytest.mark.long
@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("detail", ["terse", "normal", "full"])
@pytest.mark.parametrize("deltas", ["shortest", "full", "partial"])
@pytest.mark.parametrize("preset", [IJ0, IJ1, FLAT1], ids=lambda preset: preset.name)
def test_every_notation_is_read(name, detail, deltas, preset):
    net = parse_once(name).in_notation(preset)
    read_pages(net.in_notation(mine(net, deltas=deltas)), fit_latex(230), detail)


def test_a_replaced_letter_is_really_replaced():
    net = parse_once("general-conv")
    notation = mine(net, deltas="partial")
    assert len(dict(notation.shown_letters)) >= 3
    formula = net.program.equations[0].rhs
    names = collect_names(net.program, net.backward().items, net.notation)
    own = Latex(letters=notation.shown_letters).write(arrange(formula, names))
    assert own != Latex().write(arrange(formula, names))
    assert same_meaning(
        read_formula(own, known_of(net, [formula], notation)), formula, known_of(net, [], notation)
    )
    plain = known_of(net, [formula], net.notation)
    with pytest.raises(ValueError, match="no name of the network"):
        read_formula(own, plain)


def test_marks_change_no_formula():
    net = parse_once("general-conv-strided")
    names = collect_names(net.program, net.backward().items, net.notation)
    known = known_of(net, all_formulas(net), net.notation)
    for step in (s for d in net.backward().derivations for s in d.steps):
        for form, formula in zip(
            mark_changes(arrange(step.before, names), arrange(step.after, names)),
            (step.before, step.after),
            strict=True,
        ):
            assert_reads([Latex().write(form)], formula, known)


@pytest.mark.parametrize(
    ("written", "changed"),
    [(r"i+m", "i-m"), (r"\sum_{m=0}^{k_1-1}", r"\sum_{m=0}^{k_1}"), ("w_{m,n}", "w_{n,m}")],
)
def test_a_changed_formula_is_noticed(written, changed):
    net = parse_once("general-conv")
    formula = net.program.equations[0].rhs
    names = collect_names(net.program, net.backward().items, net.notation)
    known = known_of(net, [formula], net.notation)
    text = Latex().write(arrange(formula, names))
    assert same_meaning(read_formula(text, known), formula, known)
    assert written in text
    assert not same_meaning(read_formula(text.replace(written, changed), known), formula, known)


@pytest.mark.parametrize(
    "wrong", [(r"0 \le i < H", r"0 \le i < W"), (r"i,j", "i"), (r"0 \le", r"1 \le")]
)
def test_a_changed_range_of_a_short_sum_is_noticed(wrong):
    net = parse_once("general-conv-strided")
    item = net.backward().derivation("beta")
    known = known_of(net, all_formulas(net), net.notation)
    text, ranges = r"\sum_{b,i,j} \delta_{b,f',i,j}", r"0 \le b < N|0 \le i < H_z|0 \le j < W_z"

    def reads(text, ranges):
        bounds = [read_bound(bound, known) for bound in ranges.split("|")]
        here = replace(known, ranges={bound[0]: bound for bound in bounds})
        return same_meaning(read_formula(text, here), item.equation.rhs, here)

    assert reads(text, ranges)
    assert not reads(text.replace(*wrong, 1), ranges.replace(*wrong))


def test_names_of_error_signals_are_told_apart():
    net = parse_once("conv-pool-sigmoid-dense")
    known = known_of(net, [], net.notation)
    found = read_formula(r"\delta^{p}_{0,1}", known)
    assert isinstance(found, Indexed)
    assert found.base == known.bases["delta p"]
    partial = replace(known, partial=True)
    assert read_formula(r"\frac{\partial E}{\partial p_{0,1}}", partial) == found
    assert read_formula(r"\frac{\partial E}{\partial p_{0,1}}", known) != found
