"""All examples at all levels compile with a plain TeX, within their margins; KaTeX reads them."""

import json
import os
import re
import shutil
import subprocess

import pytest
from markdown_it import MarkdownIt

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.gallery import gallery
from symconv.gallery_cases import CASES
from symconv.network.examples import BY_NAME
from symconv.trace import trace

LEVELS = ("terse", "normal", "full")
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
    return {name: Network.example(name).derivation() for name in BY_NAME}


def inside(document):
    return document.split(r"\begin{document}")[1].split(r"\end{document}")[0]


def log_of(document, folder):
    (folder / "x.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "x.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
    return (folder / "x.log").read_text(encoding="latin-1")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")
@pytest.mark.parametrize("level", LEVELS)
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
@pytest.mark.parametrize(
    ("head", "width", "left_out"),
    [
        (r"\documentclass[twocolumn]{article}\usepackage{amsmath}", 229.5, {"lenet5"}),
        (r"\documentclass[11pt]{article}\usepackage{amsmath}\textwidth=307pt", 307, set()),
    ],
    ids=["two columns", "a slide"],
)
def test_fragments_fit_the_width_that_is_asked_for(head, width, left_out, explanations, tmp_path):
    kept = [e for name, e in explanations.items() if name not in left_out]
    body = "\n".join(e.latex(width=width) for e in kept)
    assert "Overfull" not in log_of(f"{head}\\begin{{document}}{body}\\end{{document}}", tmp_path)


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


def test_markdown_is_read_by_commonmark(explanations):
    for explanation in explanations.values():
        markdown = explanation.markdown()
        found = list(formulas(markdown))
        assert sum(display for _, display in found) == markdown.count("```math")
        assert len(found) - markdown.count("```math") == markdown.count("$`")


def test_katex_renders_every_formula(explanations):
    environment = os.environ | {"NODE_PATH": os.environ.get("NODE_PATH", "")}
    probe = ["node", "-e", "require.resolve('katex')"]
    if (
        shutil.which("node") is None
        or subprocess.run(probe, env=environment, capture_output=True, check=False).returncode
    ):
        pytest.skip("node or katex is missing")
    pages = [e.markdown(detail=level) for e in explanations.values() for level in LEVELS]
    pages += [gallery(), trace(Network.example(RELU.example), RELU.values).markdown()]
    found = sorted({formula for page in pages for formula in formulas(page)})
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
    found = trace(Network.example(RELU.example), RELU.values)._repr_mimebundle_()
    assert found["text/markdown"].count("$$") % 2 == 0
    assert "```" not in found["text/markdown"]


def test_the_gallery_answers_every_question():
    page = gallery()
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
