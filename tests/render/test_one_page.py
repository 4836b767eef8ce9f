"""A page needs nothing that it does not give: every letter is told, every sum has its range."""

import re
import shutil
import subprocess

import pytest
from kept_networks import parse_once

from symconv.api import Network
from symconv.core.proof import equation_of
from symconv.network.examples import BY_NAME
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import collect_names
from symconv.render.formula.tree import DisplayEntry, DisplayNumber, DisplaySymbol
from symconv.render.formula.tree_helpers import common_limits

STRIDED = "general-conv-strided"
needs_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")


def words_of(name, *wrt):
    return " ".join(parse_once(name).derivation(*wrt).text().split())


def pages(document, folder):
    """The pages on which the parts of a document that note it begin."""
    noted = r"\write16{XX \thepage}"
    for command in (r"\derivationsupport}[1]{", r"\derivationrules}{"):
        document = document.replace(rf"\newcommand{{{command}", rf"\newcommand{{{command}{noted}")
    (folder / "x.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "x.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)
    return [int(page) for page in re.findall(r"^XX (\d+)", done.stdout.decode(), re.MULTILINE)]


@needs_pdflatex
@pytest.mark.parametrize("name", [STRIDED, "general-conv-strided-flipped"])
@pytest.mark.parametrize("wrt", ["x", "w", "beta"])
def test_a_general_convolution_is_derived_on_one_page(name, wrt, tmp_path):
    """Network, letters, derivation, result and its terms on the first; the rules on the second."""
    document = parse_once(name).derivation(wrt).latex(document=True)
    *derived, rules = pages(document, tmp_path)
    assert set(derived) <= {1}
    assert rules == (1 if wrt == "beta" else 2)


def test_every_letter_is_told_before_the_derivation():
    before = words_of(STRIDED, "x").split("Gradient with respect to")[0]
    assert "Input: x (N, C, H, W: batch, channel, row, column)" in before
    assert "Parameters: w (F, C, k₁, k₂: output channel, input channel, row, column)" in before
    assert "Computed: z (N, F, H_z, W_z)" in before
    assert "s is the stride" in before
    assert "p is the padding" in before
    assert "d is the dilation" in before
    assert "E is any scalar that depends on the output z; its derivative δ = ∂E/∂z" in before
    assert "Primed indices, as in x[b′,c′,i′,j′]" in before


@pytest.mark.parametrize("name", BY_NAME)
def test_no_letter_of_a_formula_is_left_out(name):
    """The tensors of every formula stand in the text before the first derivation."""
    net = parse_once(name)
    backward = net.backward()
    names = collect_names(net.program, backward.items, net.notation)
    text = net.derivation().text()
    start = text.index("Symbols and conventions")
    before = text[start : re.search("^(Gradient|Error signal|Mask)", text, re.MULTILINE).start()]
    told = set(re.findall(r"[A-Za-zα-ω][A-Za-zα-ω_₁₂]*[¹²³]?", before))
    equations = [*net.program.equations, *map(equation_of, backward.items)]
    for equation in equations:
        for leaf in leaves(arrange(equation.rhs, names)):
            assert written(leaf, names) in told or leaf in bound(equation), leaf


def leaves(form):
    """The tensors of a formula; not the masks and errors, which are results."""
    if isinstance(form, DisplayEntry) and not form.name.kind and names_role(form) != "mask":
        yield DisplayEntry(form.name)
    parts = form if isinstance(form, tuple) else getattr(form, "__dict__", {}).values()
    for part in parts:
        if not isinstance(part, str | int | bool | DisplayNumber):
            yield from leaves(part)


def names_role(form):
    return "mask" if form.name.letter == "M" else "value"


def bound(equation):
    return {DisplaySymbol(str(v)) for v, _ in equation.ranges}


def written(leaf, names):
    from symconv.render.formula.plain import PlainText

    return PlainText(letters=names.notation.shown_letters).write(leaf)


def test_terms_count_where_there_is_an_output():
    words = words_of(STRIDED, "x")
    assert "and those quotients are integers; for all others there is no such output" in words
    assert "Terms count only where 0 ≤ s i + d m′ − p < H" in words_of(STRIDED, "w")
    assert "for all others there is no such output" not in words_of(STRIDED, "w")


def test_sifting_says_what_it_has_solved():
    said = "solve it for the index that it fixes: i = (i′ + p − d m)/s and j = (j′ + p − d n)/s"
    assert said in words_of(STRIDED, "x")
    one = Network.parse("input x 7 | conv w 2 stride 3 -> z", notation="ij1").derivation("x")
    assert "i = (r′ − m)/3 + 1" in " ".join(one.text().split())


# short sums


def test_sums_are_short_where_their_ranges_are_said():
    latex = parse_once(STRIDED).derivation("x").latex()
    assert r"sums run over $0 \le b < N$, $0 \le f < F$, $0 \le i < H_z$" in latex
    steps = latex.split("sums run over")[1].split("Result for")[0]
    assert r"\sum_{b,f,i,j}" in steps
    assert r"\sum_{b=0}" not in steps
    assert r"\sum_{f=0}^{F-1}" in latex.split("Result for")[1]
    full = parse_once(STRIDED).derivation("x").latex(detail="full")
    assert "sums run over" not in full
    assert r"\sum_{b=0}^{N-1}" in full


def test_an_index_with_two_ranges_keeps_its_limits():
    """Two convolutions read x, with kernels of 2 and of 3 entries, by the same index."""
    net = Network.parse(
        "input x 6 | y[i] = sum(m<2) x[i+m] u[m] for i<5 | z[i] = sum(m<3) x[i+m] y[i] v[m] for i<4"
    )
    derivation = net.derivation("x")
    latex = derivation.latex()
    section = latex.split("with respect to $x$")[1]
    assert "sums run over" not in section
    assert r"\sum_{m=0}^{1}" in section
    assert r"\sum_{m=0}^{2}" in section


def test_common_limits_are_those_of_all_formulas():
    net = parse_once("general-conv")
    derivation = net.backward().derivation("x")
    names = collect_names(net.program, net.backward().items, net.notation)
    forms = [arrange(s.after, names) for s in derivation.steps]
    found = common_limits(forms)
    assert [limit.variable.letter for limit in found] == ["i", "j", "m", "n"]
    assert common_limits([]) == ()
