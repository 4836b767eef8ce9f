"""All examples at all levels compile with a plain TeX, within their margins; KaTeX reads them."""

import json
import os
import re
import shutil
import subprocess

import pytest
from grids import slice_of
from kept_networks import parse_once
from markdown_it import MarkdownIt

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.docs.gallery import gallery_page
from symconv.docs.gallery_cases import CASES
from symconv.docs.layer_pages import typical_network
from symconv.layers import catalogue
from symconv.network.examples import BY_NAME
from symconv.trace import trace_network

LEVELS = ("terse", "normal", "full")
LARGER = r"\documentclass[11pt]{{article}}\usepackage{{amsmath}}\textwidth={}pt"
TWO_COLUMNS = r"\documentclass[twocolumn]{article}\usepackage{amsmath}"
RELU = next(case for case in CASES if case.example == "relu-filter")
KATEX = """
const katex = require('katex');
const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const strict = problem => problem === 'newLineInDisplayMode' ? 'ignore' : 'error';
for (const [tex, displayMode] of formulas)
  katex.renderToString(tex, {displayMode, throwOnError: true, strict});
console.log(formulas.length);
"""


@pytest.fixture(scope="module")
def explanations():
    return {name: parse_once(name).derivation() for name in BY_NAME}


def inside(document):
    return document.split(r"\begin{document}")[1].split(r"\end{document}")[0]


def has_tex(*files):
    """Whether there is a TeX with all of these files."""
    if shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None:
        return False
    found = subprocess.run(["kpsewhich", *files], capture_output=True, text=True, check=False)
    return len(found.stdout.splitlines()) == len(files)


def log_of(document, folder):
    (folder / "x.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "x.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
    return (folder / "x.log").read_text(encoding="latin-1")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
@pytest.mark.parametrize("level", slice_of(LEVELS, 3))
def test_all_examples_compile_within_their_margins(level, explanations, tmp_path):
    documents = [e.latex(document=True, detail=level) for e in explanations.values()]
    head = documents[0].split(r"\begin{document}")[0]
    body = "\n\\clearpage\n".join(map(inside, documents))
    log = log_of(f"{head}\\begin{{document}}{body}\\end{{document}}", tmp_path)
    assert "Overfull" not in log
    assert "Warning" not in log


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
def test_all_fragments_compile_with_amsmath_alone(explanations, tmp_path):
    body = "\n".join(e.latex() for e in explanations.values())
    head = r"\documentclass{article}\usepackage{amsmath}\textwidth=160mm\begin{document}"
    assert "Overfull" not in log_of(head + body + r"\end{document}", tmp_path)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
@pytest.mark.parametrize("level", slice_of(LEVELS, 3))
@pytest.mark.parametrize(
    ("head", "width"),
    [
        pytest.param(TWO_COLUMNS, 229.5, id="two columns"),
        pytest.param(LARGER.format(240), 240, id="larger type", marks=pytest.mark.long),
        pytest.param(LARGER.format(307), 307, id="a slide", marks=pytest.mark.long),
    ],
)
def test_fragments_fit_the_width_that_is_asked_for(head, width, level, explanations, tmp_path):
    body = "\n".join(e.latex(width=width, detail=level) for e in explanations.values())
    log = log_of(f"{head}\\begin{{document}}{body}\\end{{document}}", tmp_path)
    assert "Overfull" not in log


@pytest.mark.long
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
def test_every_layer_in_full_fits_a_column(tmp_path):
    layers = [typical_network(layer).derivation() for layer in catalogue().values()]
    body = "\n".join(e.latex(width=229.5, detail="full", case=True) for e in layers)
    log = log_of(f"{TWO_COLUMNS}\\begin{{document}}{body}\\end{{document}}", tmp_path)
    assert "Overfull" not in log


@pytest.mark.skipif(not has_tex("beamer.cls", "pgf.sty"), reason="beamer is missing")
def test_a_fragment_on_slides_keeps_its_headings(explanations, tmp_path):
    """Inside a frame, beamer's own headings print nothing."""
    (tmp_path / "fragment.tex").write_text(explanations["lenet5"].latex(width=307), "utf-8")
    frame = r"\begin{frame}[allowframebreaks]\input{fragment}\end{frame}"
    head = r"\pdfcompresslevel=0\documentclass{beamer}"
    log = log_of(f"{head}\\begin{{document}}{frame}\\end{{document}}", tmp_path)
    assert "Overfull" not in log
    letters = b"".join(re.findall(rb"\(([A-Za-z]+)\)", (tmp_path / "x.pdf").read_bytes()))
    assert letters.count(b"Gradientwithrespectto") == 11
    assert letters.count(b"Symbolsandconventions") == 1


def test_a_width_without_room_is_refused(explanations):
    with pytest.raises(SymconvError, match="too narrow for formulas"):
        explanations["general-conv"].latex(width=50)
    with pytest.raises(SymconvError, match="too narrow for formulas"):
        explanations["general-conv"].latex(width=float("nan"))


def formulas(markdown):
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type == "fence":
            assert token.info == "math"
            yield token.content, True
        before = ""
        for part in token.children or ():
            if part.type == "code_inline" and before.endswith("$"):
                yield part.content, False
            before = part.content if part.type == "text" else ""


def between_dollars(explanation):
    """The formulas that a notebook shows as LaTeX; there is nothing around them."""
    before, *found = explanation._repr_latex_().split("$$")
    assert not any(text.strip() for text in (before, *found[1::2]))
    return found[::2]


def test_markdown_is_read_by_commonmark(explanations):
    for explanation in explanations.values():
        markdown = explanation.markdown()
        found = list(formulas(markdown))
        assert sum(display for _, display in found) == markdown.count("```math")
        assert len(found) - markdown.count("```math") == markdown.count("$`")


@pytest.mark.rest
def test_katex_renders_every_formula(explanations):
    environment = os.environ | {"NODE_PATH": os.environ.get("NODE_PATH", "")}
    probe = ["node", "-e", "require.resolve('katex')"]
    if (
        shutil.which("node") is None
        or subprocess.run(probe, env=environment, capture_output=True, check=False).returncode
    ):
        pytest.skip("node or katex is missing")
    pages = [e.markdown(detail=level) for e in explanations.values() for level in LEVELS]
    pages += [gallery_page(), trace_network(parse_once(RELU.example), RELU.values).markdown()]
    found = {formula for page in pages for formula in formulas(page)}
    found |= {(shown, True) for e in explanations.values() for shown in between_dollars(e)}
    found = sorted(found)
    done = subprocess.run(
        ["node", "-e", KATEX],
        input=json.dumps(found),
        text=True,
        capture_output=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[:2000]
    assert int(done.stdout) == len(found) > 200


# notebooks and the gallery


def test_a_notebook_gets_latex_markdown_and_text(explanations):
    bundle = explanations["two-convs"]._repr_mimebundle_()
    assert bundle.keys() == {"text/latex", "text/markdown", "text/plain"}
    assert "```" not in bundle["text/markdown"]
    assert "`" not in bundle["text/markdown"]
    assert "\n$$\n" in bundle["text/markdown"]
    assert bundle["text/markdown"] == explanations["two-convs"]._repr_markdown_()
    assert bundle["text/latex"] == explanations["two-convs"]._repr_latex_()
    found = trace_network(parse_once(RELU.example), RELU.values)._repr_mimebundle_()
    assert found["text/markdown"].count("$$") % 2 == 0
    assert "```" not in found["text/markdown"]


def test_what_a_notebook_shows_as_latex_are_the_results(explanations):
    for explanation in explanations.values():
        shown = between_dollars(explanation)
        assert len(shown) == len(explanation.backward.items)
        assert not any(
            re.search(r"[$#%]|\\(begingroup|derivation|(sub)?section)", s) for s in shown
        )
    one = Network.parse("input x 2 | dense w 2 -> z | sse t -> C").derivation("z")
    assert one._repr_latex_() == "$$\\delta_{q'} = 2(z_{q'} - t_{q'})$$\n"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
def test_what_a_notebook_shows_as_latex_compiles_with_amsmath_alone(explanations, tmp_path):
    body = "\n".join(e._repr_latex_() for e in explanations.values())
    head = r"\documentclass{article}\usepackage{amsmath}\textwidth=185mm\begin{document}"
    assert "Overfull" not in log_of(head + body + r"\end{document}", tmp_path)


def test_the_gallery_answers_every_question():
    page = gallery_page()
    assert "truncated instead of rounded" in page
    assert "| 1 | $`14.5`$ |" in page
    assert "| 1 | $`1.5`$ |" in page
    assert r"2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2 + i_4 w_3^2 + i_5 w_4^2)" in page
    assert "rot180" in page
    assert "That is wrong: a sum of products is no product of sums." in page
    assert "0.044591799" in page
    for case in CASES:
        assert BY_NAME[case.example].question.split(":")[0].split("(")[0] in page
    assert len(re.findall(r"^## ", page, re.MULTILINE)) == len(CASES)
