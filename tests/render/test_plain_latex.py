r"""Formulas for a document of one's own: one align, no macros, labels, and within the margins."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from hands import HANDS
from kept_networks import parse_once

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.network.examples import BY_NAME

TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
PACKAGES = r"\usepackage{amsmath,amssymb}"
PLACES = {
    "article": (rf"\documentclass{{article}}{PACKAGES}", None),
    "two columns": (rf"\documentclass[twocolumn]{{article}}{PACKAGES}", 229.5),
    "slides": (rf"\documentclass{{beamer}}{PACKAGES}", 307),
}
TOO_LONG_FOR_SLIDES = {"lenet5"}
"""Its steps are 16,000 points high together, and TeX has no box that is higher."""


def derivation(name, hand):
    net = parse_once(name)
    return net.in_notation(replace(net.notation, hand=HANDS[hand])).derivation()


def compiled(document, folder):
    """The log of a document, after which references are known."""
    (folder / "x.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "x.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
        assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
    return (folder / "x.log").read_text(encoding="latin-1")


def parts(name, hand, place):
    shown, width = derivation(name, hand), PLACES[place][1]
    if place != "slides" or name not in TOO_LONG_FOR_SLIDES:
        yield shown.latex(plain=True, width=width)
    yield shown.latex(plain=True, only="result", width=width)


def document(names, hand, place):
    body, number = [], 0
    for name in names:
        for part in parts(name, hand, place):
            number += 1
            labelled = part.replace(r"\label{eq:", rf"\label{{{number}:")
            cited = "".join(
                rf" \eqref{{{key}}}" for key in re.findall(r"\\label\{(.*?)\}", labelled)
            )
            if place == "slides":
                labelled = rf"\begin{{frame}}[allowframebreaks]{{{name}}}{labelled}\end{{frame}}"
            body.append(labelled + ("" if place == "slides" else f"\n\\sloppy See{cited}.\n"))
    return PLACES[place][0] + r"\begin{document}" + "\n".join(body) + r"\end{document}"


def has_beamer():
    if shutil.which("kpsewhich") is None:
        return False
    files = ["beamer.cls", "pgf.sty"]
    found = subprocess.run(["kpsewhich", *files], capture_output=True, text=True, check=False)
    return len(found.stdout.splitlines()) == len(files)


@TEX
def test_one_align_compiles_in_a_bare_article(tmp_path):
    log = compiled(document(["two-convs", "relu-filter"], "course", "article"), tmp_path)
    assert "Overfull" not in log
    assert "Warning: Reference" not in log


@TEX
@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("hand", HANDS)
def test_all_examples_in_all_hands_stay_within_the_margins(hand, place, tmp_path):
    if place == "slides" and not has_beamer():
        pytest.skip("beamer is missing")
    log = compiled(document(BY_NAME, hand, place), tmp_path)
    assert r"Overfull \hbox" not in log
    assert "Warning: Reference" not in log


@TEX
@pytest.mark.long
@pytest.mark.parametrize("hand", HANDS)
def test_documents_with_words_stay_within_the_margins_in_all_hands(hand, tmp_path):
    documents = [derivation(name, hand).latex(document=True) for name in BY_NAME]
    head = documents[0].split(r"\begin{document}")[0]
    bodies = [d.split(r"\begin{document}")[1].split(r"\end{document}")[0] for d in documents]
    body = "\n\\clearpage\n".join(bodies)
    log = compiled(f"{head}\\begin{{document}}{body}\\end{{document}}", tmp_path)
    assert "Overfull" not in log


def test_it_is_one_align_without_a_macro_of_ours():
    for name in ("two-convs", "general-conv-strided"):
        shown = derivation(name, "course").latex(plain=True)
        assert shown.count(r"\begin{align}") == shown.count(r"\end{align}") == 1
        assert not re.search(r"\\(derivation|newcommand|def|documentclass|begin\{document)", shown)
        assert not re.search(r"\\usepackage(?!\{amsmath\}\.)", shown)


def test_every_equation_has_one_label_and_every_other_line_no_number():
    for name in ("conv-pool-sigmoid-dense", "general-conv-strided"):
        shown = derivation(name, "book").latex(plain=True)
        labels = re.findall(r"\\label\{(eq:[^}]*)\}", shown)
        net = parse_once(name)
        assert len(labels) == len(set(labels))
        assert len(labels) == len(net.program.equations) + len(net.program.sizes) + len(
            net.derivation().backward.items
        )
        lines = shown.split(r"\begin{align}")[1].split(r"\end{align}")[0].strip().split("\n")
        assert all(r"\label" in line or r"\notag" in line for line in lines)


def test_the_results_alone_are_those_of_the_derivation():
    explanation = derivation("conv-pool-sigmoid-dense", "lecture")
    alone = explanation.latex(only="result")
    assert alone == explanation.latex(only="result", plain=True)
    assert alone.count(r"\label") == len(explanation.backward.items)
    whole = explanation.latex(plain=True)
    ends = [line.split("=", 1)[1] for line in alone.split("\n") if r"\label{eq:conv-" in line]
    assert sum(end.removesuffix(r" \\[\jot]").strip() in whole for end in ends) == len(ends)


def test_text_markdown_and_html_have_the_results_alone_too():
    explanation = derivation("two-convs", "course")
    results = len(explanation.backward.items)
    assert len(explanation.text(only="result", width=200).splitlines()) == results
    assert explanation.markdown(only="result").count("```math") == results
    assert explanation.markdown(only="result", math="dollars").count("$$") == 2 * results
    assert explanation.html(only="result").count('class="scroll"') == results
    with pytest.raises(SymconvError, match="no part 'steps'"):
        explanation.text(only="steps")


def test_markdown_between_dollars_is_the_same_page():
    explanation = derivation("relu-filter", "course")
    github, dollars = explanation.markdown(), explanation.markdown(math="dollars")
    assert "```" not in dollars
    assert "$`" not in dollars
    assert dollars.count("\n$$\n") == 2 * github.count("```math")
    with pytest.raises(SymconvError, match="no formulas"):
        explanation.markdown(math="euros")


def test_a_width_without_room_for_an_align_is_refused():
    net = Network.parse("input x 3 | dense w 2 -> h | sse t -> C")
    with pytest.raises(SymconvError, match="too narrow"):
        net.derivation().latex(plain=True, width=50)
